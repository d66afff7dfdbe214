package dev.fcgi.internal.http;

import dev.fcgi.internal.text.Ascii;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Header fields that belong to one connection and go no further (RFC 9110 7.6.1). A CGI program must not send them
 * either (RFC 3875 6.3.4): the connection to the browser is the web server's, and several web servers trust what the
 * program says about the framing of a body although they frame it themselves.
 */
public final class HopByHop {
    private static final String[] NAMES = {"connection", "keep-alive", "proxy-connection", "proxy-authenticate",
        "proxy-authentication-info", "proxy-authorization", "te", "trailer", "transfer-encoding", "upgrade"};

    /** For a message without a Connection field. */
    public static final HopByHop ALWAYS = new HopByHop(null);

    private final Set<String> named = new HashSet<>();

    /** @param connection the values of the Connection fields of the message; null when it has none */
    public HopByHop(List<String> connection) {
        if (connection != null) {
            for (String value : connection) {
                for (String option : value.split(",")) {
                    named.add(Ascii.lower(Ascii.strip(option)));
                }
            }
        }
    }

    /** {@return whether a field must not be passed on; its name in any case} */
    public boolean contains(String name) {
        for (String always : NAMES) { // allocates nothing, because this is called for every field of every response
            if (Ascii.equalsIgnoreCase(always, name)) {
                return true;
            }
        }
        return !named.isEmpty() && named.contains(Ascii.lower(name));
    }
}
