package dev.fcgi.internal.io;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;

/**
 * The written form of addresses: {@code unix:/path}, {@code host:port}, {@code [v6]:port}, {@code *:port}. What other
 * programs would read in another way is an error: it must not silently become a file or a host of that name.
 */
public final class Address {
    public static final String FORMS = "unix:/path/to.sock, host:port, [ipv6]:port or *:port";

    private static final Pattern IPV4 = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");
    private static final Pattern PORT = Pattern.compile("\\d{1,5}"); // of ASCII digits

    private Address() {}

    /**
     * Reads an address. Resolves the name of a host, which may block.
     *
     * @throws IllegalArgumentException when the text is none of the forms, or the host is unknown
     */
    public static SocketAddress parse(String text) {
        SocketAddress address = unresolved(text);
        if (!(address instanceof InetSocketAddress internet) || !internet.isUnresolved()) {
            return address;
        }
        try {
            return resolved(text, internet.getHostString(), internet.getPort());
        } catch (UnknownHostException e) {
            throw unknownHost(text, internet.getHostString(), e);
        }
    }

    /**
     * Reads an address. The name of a host stays one; never blocks.
     *
     * @throws IllegalArgumentException when the text is none of the forms
     */
    public static SocketAddress unresolved(String text) {
        if (text.startsWith("unix:")) {
            return unix(text, text.substring(5));
        }
        if (text.startsWith("fd:")) {
            throw malformed(text, "a server can inherit file descriptor 0 only, as fd:0; a client none");
        }
        int scheme = text.indexOf("://");
        if (scheme >= 0) {
            String prefix = text.substring(0, scheme + 3);
            throw malformed(text, prefix.startsWith("http")
                    ? "what is called must speak FastCGI, not HTTP, and is named without " + prefix
                    : "leave out " + prefix);
        }
        if (text.indexOf('/') >= 0) {
            throw malformed(text, "if it is the path of a socket, say unix:" + text);
        }
        int colon = text.lastIndexOf(':');
        if (colon < 0) {
            throw malformed(text, "the port is missing");
        }
        String host = text.substring(0, colon);
        int port = port(text, text.substring(colon + 1));
        if (host.isEmpty()) {
            throw malformed(text, "say 127.0.0.1:" + port + ", or *:" + port + " for all interfaces");
        }
        if (host.equals("*")) {
            return new InetSocketAddress(port);
        }
        if (host.matches("[\\d.]+") && !IPV4.matcher(host).matches()) {
            throw malformed(text, host + " is not a host"); // 9000 would be 0.0.35.40
        }
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        if (!bracketed && host.indexOf(':') >= 0) {
            throw malformed(text, "an IPv6 address stands in brackets");
        }
        if (!bracketed && !host.matches("[0-9.]+")) {
            return InetSocketAddress.createUnresolved(host, port);
        }
        try {
            return resolved(text, host, port); // of digits, which nobody is asked for
        } catch (UnknownHostException e) {
            throw unknownHost(text, host, e);
        }
    }

    private static InetSocketAddress resolved(String text, String host, int port) throws UnknownHostException {
        InetAddress resolved = InetAddress.getByName(host);
        if (resolved.isAnyLocalAddress()) {
            throw malformed(text, "say *:" + port + " for all interfaces");
        }
        return new InetSocketAddress(resolved, port);
    }

    private static IllegalArgumentException unknownHost(String text, String host, UnknownHostException cause) {
        return new IllegalArgumentException("address " + text + ": unknown host " + host, cause);
    }

    /** {@return an address in the form that {@link #parse} reads; no name is looked up} */
    public static String text(SocketAddress address) {
        if (address instanceof UnixDomainSocketAddress unix) {
            return "unix:" + unix.getPath();
        }
        if (!(address instanceof InetSocketAddress internet)) {
            return String.valueOf(address);
        }
        InetAddress ip = internet.getAddress();
        String host = ip != null && ip.isAnyLocalAddress() ? "*" : internet.getHostString();
        if (host.indexOf(':') >= 0) {
            host = '[' + host.replaceFirst("(^|:)0(:0)+(:|$)", "::") + ']'; // as one writes it
        }
        return host + ':' + internet.getPort();
    }

    private static SocketAddress unix(String text, String path) {
        if (path.isEmpty()) {
            throw malformed(text, "the path is missing");
        }
        if (path.startsWith("@")) {
            throw malformed(text, "abstract sockets are not supported; a file of that name is unix:./" + path);
        }
        if (path.startsWith("//") && !path.startsWith("///")) {
            throw malformed(text, "a Unix socket has no host");
        }
        if (!path.equals(path.strip())) {
            throw malformed(text, "blanks around the path");
        }
        return UnixDomainSocketAddress.of(path);
    }

    private static int port(String text, String digits) {
        int port = PORT.matcher(digits).matches() ? Integer.parseInt(digits) : -1;
        if (port < 0 || port > 0xFFFF) {
            throw malformed(text, "the port is not a number from 0 to 65535");
        }
        return port;
    }

    private static IllegalArgumentException malformed(String text, String why) {
        return new IllegalArgumentException("address " + text + ": " + why + " (" + FORMS + ")");
    }
}
