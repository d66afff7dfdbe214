package dev.fcgi.httpserver;

import com.sun.net.httpserver.Headers;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Headers that belong to one connection and go no further (RFC 9110 7.6.1). */
final class HopByHop {
    private static final Set<String> ALWAYS = Set.of("connection", "keep-alive", "proxy-connection",
            "proxy-authenticate", "proxy-authorization", "te", "trailer", "transfer-encoding", "upgrade");

    private final Set<String> named = new TreeSet<>();

    private HopByHop(List<String> connection) {
        if (connection != null) {
            for (String value : connection) {
                for (String option : value.split(",")) {
                    named.add(option.strip().toLowerCase(Locale.ROOT));
                }
            }
        }
    }

    static HopByHop of(Headers headers) {
        return new HopByHop(headers.get("Connection"));
    }

    /** Takes headers by name without regard to case. */
    static HopByHop of(Map<String, List<String>> headers) {
        return new HopByHop(headers.get("Connection"));
    }

    boolean contains(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return ALWAYS.contains(lower) || named.contains(lower);
    }
}
