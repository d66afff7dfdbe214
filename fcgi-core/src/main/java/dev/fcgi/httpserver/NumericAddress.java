package dev.fcgi.httpserver;

import dev.fcgi.internal.text.Ascii;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;

/** Parses addresses as web servers write them in meta-variables. Never looks up a name. */
final class NumericAddress {
    private static final String OCTET = "(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])";
    /** What the JDK also takes for a numeric address; it would ask the name service for anything else. */
    private static final Pattern IP = Pattern.compile(OCTET + "(\\." + OCTET + "){3}|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*");

    private static final int MAX_PORT = 65_535;

    private NumericAddress() {}

    /** {@return the address, or that of loopback when it is not an IP address, such as {@code unix:}; never null} */
    static InetSocketAddress of(String host, String port) {
        long number = Ascii.number(port, 0);
        return new InetSocketAddress(ip(host), number > MAX_PORT ? 0 : (int) number);
    }

    private static InetAddress ip(String host) {
        try {
            return IP.matcher(host).matches() ? InetAddress.getByName(host) : InetAddress.getLoopbackAddress();
        } catch (UnknownHostException malformed) {
            return InetAddress.getLoopbackAddress();
        }
    }
}
