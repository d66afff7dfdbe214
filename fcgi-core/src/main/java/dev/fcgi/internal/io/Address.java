package dev.fcgi.internal.io;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;

/**
 * The text form of addresses: {@code unix:/path}, {@code host:port}, {@code [v6]:port}, {@code *:port}. Text that other
 * programs would interpret differently is an error, because it must not silently become the name of a file or host.
 */
public final class Address {
    public static final String FORMS = "unix:/path/to.sock, host:port, [ipv6]:port or *:port";

    private static final Pattern IPV4 = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");
    private static final Pattern PORT = Pattern.compile("\\d{1,5}"); // of ASCII digits

    private Address() {}

    /**
     * Parses an address. Resolves a host name, which may block.
     *
     * @throws IllegalArgumentException when the text has none of the forms, or the host is unknown
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
     * Parses an address without resolving a host name; never blocks.
     *
     * @throws IllegalArgumentException when the text has none of the forms
     */
    public static SocketAddress unresolved(String text) {
        if (text.startsWith("unix:")) {
            return unix(text, text.substring(5));
        }
        if (text.startsWith("fd:")) {
            throw malformed(text, "only a server can inherit a socket, and only as fd:0");
        }
        int scheme = text.indexOf("://");
        if (scheme >= 0) {
            String prefix = text.substring(0, scheme + 3);
            throw malformed(text, prefix.startsWith("http")
                    ? "the server must speak FastCGI, not HTTP; leave out " + prefix
                    : "leave out " + prefix);
        }
        if (text.indexOf('/') >= 0) {
            throw malformed(text, "if it is the path of a socket, write unix:" + text);
        }
        int colon = text.lastIndexOf(':');
        if (colon < 0) {
            throw malformed(text, "the port is missing");
        }
        String host = text.substring(0, colon);
        int port = port(text, text.substring(colon + 1));
        if (host.isEmpty()) {
            throw malformed(text, "write 127.0.0.1:" + port + ", or *:" + port + " for all interfaces");
        }
        if (host.equals("*")) {
            return new InetSocketAddress(port);
        }
        if (host.matches("[\\d.]+") && !IPV4.matcher(host).matches()) {
            throw malformed(text, host + " is not a host"); // 9000 would be 0.0.35.40
        }
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        if (!bracketed && host.indexOf(':') >= 0) {
            throw malformed(text, "an IPv6 address must be in brackets");
        }
        if (!bracketed && !host.matches("[0-9.]+")) {
            return InetSocketAddress.createUnresolved(host, port);
        }
        try {
            return resolved(text, host, port); // numeric, so no name service is asked
        } catch (UnknownHostException e) {
            throw unknownHost(text, host, e);
        }
    }

    private static InetSocketAddress resolved(String text, String host, int port) throws UnknownHostException {
        InetAddress resolved = InetAddress.getByName(host);
        if (resolved.isAnyLocalAddress()) {
            throw malformed(text, "write *:" + port + " for all interfaces");
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
            host = '[' + host.replaceFirst("(^|:)0(:0)+(:|$)", "::") + ']'; // the usual notation
        }
        return host + ':' + internet.getPort();
    }

    private static SocketAddress unix(String text, String path) {
        if (path.isEmpty()) {
            throw malformed(text, "the path is missing");
        }
        if (path.startsWith("@")) {
            throw malformed(text, "abstract sockets are not supported; for a file of that name, write unix:./" + path);
        }
        if (path.startsWith("//") && !path.startsWith("///")) {
            throw malformed(text, "the address of a Unix socket must not have a host");
        }
        if (!path.equals(path.strip())) {
            throw malformed(text, "the path must not begin or end with a blank");
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
