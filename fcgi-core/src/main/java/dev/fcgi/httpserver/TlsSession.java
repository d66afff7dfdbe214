package dev.fcgi.httpserver;

import dev.fcgi.Params;
import dev.fcgi.internal.text.Ascii;
import java.net.InetSocketAddress;
import java.security.Principal;
import java.security.cert.Certificate;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSessionContext;

/**
 * What a web server reports about its TLS session with the browser, in {@code SSL_PROTOCOL} and {@code SSL_CIPHER}, the
 * names of mod_ssl. There are no certificates; a web server that verifies them passes the result in headers and
 * meta-variables of its own.
 */
final class TlsSession implements SSLSession {
    private static final int APPLICATION_BUFFER = 16_384;
    private static final int PACKET_BUFFER = 16_709;

    private final Params params;
    private final InetSocketAddress peer;
    private final long created = Instant.now().toEpochMilli();
    private final Map<String, Object> values = new ConcurrentHashMap<>();

    TlsSession(Params params, InetSocketAddress peer) {
        this.params = params;
        this.peer = peer;
    }

    @Override
    public String getProtocol() {
        return params.get("SSL_PROTOCOL", "NONE");
    }

    @Override
    public String getCipherSuite() {
        return params.get("SSL_CIPHER", "SSL_NULL_WITH_NULL_NULL");
    }

    /** {@return SSL_SESSION_ID, or an empty array, because then each request may be a separate session} */
    @Override
    public byte[] getId() {
        String digits = params.get("SSL_SESSION_ID", "");
        byte[] id = new byte[digits.length() / 2];
        for (int i = 0; i < id.length; i++) {
            int octet = Ascii.hex(digits.charAt(2 * i)) << 4 | Ascii.hex(digits.charAt(2 * i + 1));
            if (octet < 0) {
                return new byte[0];
            }
            id[i] = (byte) octet;
        }
        return id;
    }

    @Override
    public SSLSessionContext getSessionContext() {
        return null;
    }

    @Override
    public long getCreationTime() {
        return created;
    }

    @Override
    public long getLastAccessedTime() {
        return created;
    }

    @Override
    public void invalidate() {
        // left to the web server
    }

    @Override
    public boolean isValid() {
        return true;
    }

    @Override
    public void putValue(String name, Object value) {
        values.put(requireArgument(name, "name"), requireArgument(value, "value"));
    }

    @Override
    public Object getValue(String name) {
        return values.get(requireArgument(name, "name"));
    }

    @Override
    public void removeValue(String name) {
        values.remove(requireArgument(name, "name"));
    }

    /** As the interface requires, null is an illegal argument. */
    private static <T> T requireArgument(T argument, String name) {
        if (argument == null) {
            throw new IllegalArgumentException(name + " must not be null");
        }
        return argument;
    }

    @Override
    public String[] getValueNames() {
        return values.keySet().toArray(String[]::new);
    }

    @Override
    public Certificate[] getPeerCertificates() throws SSLPeerUnverifiedException {
        throw new SSLPeerUnverifiedException("certificates are known only to the web server");
    }

    @Override
    public Certificate[] getLocalCertificates() {
        return null; // as the interface requires when none were sent
    }

    @Override
    public Principal getPeerPrincipal() throws SSLPeerUnverifiedException {
        throw new SSLPeerUnverifiedException("certificates are known only to the web server");
    }

    @Override
    public Principal getLocalPrincipal() {
        return null;
    }

    @Override
    public String getPeerHost() {
        return peer.getAddress().getHostAddress();
    }

    @Override
    public int getPeerPort() {
        return peer.getPort();
    }

    @Override
    public int getPacketBufferSize() {
        return PACKET_BUFFER;
    }

    @Override
    public int getApplicationBufferSize() {
        return APPLICATION_BUFFER;
    }
}
