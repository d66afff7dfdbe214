package dev.fcgi.internal.io;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;

/** The written form of addresses: {@code unix:/path}, {@code host:port}, {@code [v6]:port}, {@code *:port}. */
public final class Address {
    public static final String FORMS = "unix:/path/to.sock, host:port, [ipv6]:port or *:port";

    private Address() {}

    /**
     * Reads an address. Resolves the name of a host, which may block.
     *
     * @throws IllegalArgumentException when the text is none of the forms, or the host is unknown
     */
    public static SocketAddress parse(String text) {
        if (text.startsWith("unix:")) {
            if (text.length() == 5) {
                throw malformed(text, "the path is missing");
            }
            return UnixDomainSocketAddress.of(text.substring(5));
        }
        int colon = text.lastIndexOf(':');
        if (colon < 0 || text.indexOf('/') >= 0) {
            throw malformed(text, "no port; a path starts with unix:");
        }
        String host = text.substring(0, colon);
        int port = port(text, text.substring(colon + 1));
        if (host.isEmpty()) {
            throw malformed(text, "say 127.0.0.1:" + port + ", or *:" + port + " for all interfaces");
        }
        if (host.equals("*")) {
            return new InetSocketAddress(port);
        }
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        if (!bracketed && host.indexOf(':') >= 0) {
            throw malformed(text, "an IPv6 address stands in brackets");
        }
        try {
            InetAddress resolved = InetAddress.getByName(host);
            if (resolved.isAnyLocalAddress()) {
                throw malformed(text, "say *:" + port + " for all interfaces");
            }
            return new InetSocketAddress(resolved, port);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("address " + text + ": unknown host " + host, e);
        }
    }

    private static int port(String text, String digits) {
        try {
            int port = Integer.parseInt(digits);
            if (port >= 0 && port <= 0xFFFF) {
                return port;
            }
        } catch (NumberFormatException ignored) {
            // reported below like a number out of range
        }
        throw malformed(text, "the port is not a number from 0 to 65535");
    }

    private static IllegalArgumentException malformed(String text, String why) {
        return new IllegalArgumentException("address " + text + ": " + why + " (" + FORMS + ")");
    }
}
