package dev.fcgi.internal.http;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Header fields that belong to one connection and go no further (RFC 9110 7.6.1). A CGI program must not send them
 * either (RFC 3875 6.3.4): the connection to the browser is the web server's, and several of them believe what it says
 * about the framing of a body that they frame themselves.
 */
public final class HopByHop {
    private static final Set<String> NAMES = caseless("Connection", "Keep-Alive", "Proxy-Connection",
            "Proxy-Authenticate", "Proxy-Authentication-Info", "Proxy-Authorization", "TE", "Trailer",
            "Transfer-Encoding", "Upgrade");

    /** Of a message without a Connection field. */
    public static final HopByHop ALWAYS = new HopByHop(null);

    private final Set<String> named = caseless();

    /** @param connection the values of the Connection fields of the message; null when it has none */
    public HopByHop(List<String> connection) {
        if (connection != null) {
            for (String value : connection) {
                for (String option : value.split(",")) {
                    named.add(option.strip());
                }
            }
        }
    }

    private static Set<String> caseless(String... names) {
        Set<String> set = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        set.addAll(List.of(names));
        return set;
    }

    /** {@return whether a field stays behind; its name in any case} */
    public boolean contains(String name) {
        return NAMES.contains(name) || named.contains(name);
    }
}
