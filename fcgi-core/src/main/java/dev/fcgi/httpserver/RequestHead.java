package dev.fcgi.httpserver;

import com.sun.net.httpserver.Headers;
import dev.fcgi.Params;
import dev.fcgi.internal.http.HopByHop;
import dev.fcgi.internal.text.Ascii;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The head of an HTTP request, built from meta-variables (RFC 3875 4.1). Each byte becomes a character (ISO-8859-1), as
 * in the JDK's server, because the charset of a header is unknown.
 */
final class RequestHead {
    private static final String HTTP = "HTTP_";
    private static final int UNKNOWN = -1;
    private static final int MALFORMED = -2;

    private final Params params;
    private final String method;
    private final URI uri;
    private final Headers headers;
    private final long length;

    /**
     * Reads it.
     *
     * @throws URISyntaxException when the target of the request is not a URI
     * @throws NumberFormatException when its length is not a number
     */
    RequestHead(Params params) throws URISyntaxException {
        this.params = params;
        method = params.get("REQUEST_METHOD", "GET");
        uri = uri(params);
        String announced = params.get("CONTENT_LENGTH", "");
        boolean isChunked = false;
        List<String> fields = new ArrayList<>();
        for (Params.Pair pair : params.pairsAsSent()) {
            String name = fieldName(pair.name());
            boolean encoding = name != null && Ascii.equalsIgnoreCase(name, "Transfer-Encoding");
            if (encoding && announced.isEmpty()) {
                isChunked = true; // as far as the web server knows
            } else if (name == null || encoding || isOfTheWebServer(name)) {
                continue;
            }
            fields.add(name);
            fields.add(latin(pair.value()));
        }
        addIfAny(fields, "Content-Type", params.bytes("CONTENT_TYPE"));
        addIfAny(fields, "Content-Length", params.bytes("CONTENT_LENGTH"));
        headers = Headers.of(fields.toArray(String[]::new));
        length = announced.isEmpty() ? isChunked ? UNKNOWN : 0 : Ascii.number(announced, MALFORMED);
        if (length == MALFORMED) {
            throw new NumberFormatException(announced);
        }
    }

    private static void addIfAny(List<String> fields, String name, byte[] value) {
        if (value != null && value.length > 0) {
            fields.add(name);
            fields.add(latin(value));
        }
    }

    private static URI uri(Params params) throws URISyntaxException {
        byte[] target = params.bytes("REQUEST_URI");
        if (target != null && target.length > 0) {
            String text = latin(target);
            if (text.startsWith("//")) { // URI would take the first part of the path for a host
                throw new URISyntaxException(text, "begins with two slashes");
            }
            return new URI(text);
        }
        String path = params.get("SCRIPT_NAME", "") + params.get("PATH_INFO", "");
        String query = params.get("QUERY_STRING", "");
        URI encoded = new URI(null, null, path.isEmpty() ? "/" : path, null);
        return query.isEmpty() ? encoded : new URI(encoded.getRawPath() + '?' + query);
    }

    /** {@return the name of the header field that a variable stands for; null when it is another kind of variable} */
    private static String fieldName(byte[] variable) {
        if (variable.length <= HTTP.length()) {
            return null;
        }
        for (int i = 0; i < HTTP.length(); i++) {
            if (variable[i] != HTTP.charAt(i)) {
                return null;
            }
        }
        StringBuilder name = new StringBuilder(variable.length - HTTP.length());
        for (int i = HTTP.length(); i < variable.length; i++) {
            name.append(variable[i] == '_' ? '-' : (char) (variable[i] & 0xFF));
        }
        return name.toString();
    }

    /** {@return whether a field was meant for the web server, or has a separate variable} */
    private static boolean isOfTheWebServer(String name) {
        return HopByHop.ALWAYS.contains(name) || Ascii.equalsIgnoreCase(name, "Expect")
                || Ascii.equalsIgnoreCase(name, "Content-Length") || Ascii.equalsIgnoreCase(name, "Content-Type");
    }

    private static String latin(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    String method() {
        return method;
    }

    URI uri() {
        return uri;
    }

    /** {@return the header fields; unmodifiable, as the SPI requires} */
    Headers headers() {
        return headers;
    }

    /** {@return the length of the body in bytes; -1 when it is not known} */
    long length() {
        return length;
    }

    String protocol() {
        return params.get("SERVER_PROTOCOL", "HTTP/1.1");
    }

    /** {@return whether the browser used TLS, according to the web server} */
    boolean isSecure() {
        String https = params.get("HTTPS", "off");
        return Ascii.equalsIgnoreCase(https, "on") || https.equals("1")
                || Ascii.equalsIgnoreCase(params.get("REQUEST_SCHEME", ""), "https");
    }

    InetSocketAddress remoteAddress() {
        return NumericAddress.of(params.get("REMOTE_ADDR", ""), params.get("REMOTE_PORT", ""));
    }

    InetSocketAddress localAddress() {
        return NumericAddress.of(params.get("SERVER_ADDR", ""), params.get("SERVER_PORT", ""));
    }
}
