package dev.fcgi.internal.cgi;

import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/**
 * Reads the Cookie header (RFC 6265 4.2), also where a web server has joined several headers by a comma and a space.
 * Other commas belong to the value: browsers take them, and what is behind one must not become a cookie of its own.
 */
public final class Cookies {
    private static final Pattern SEPARATOR = Pattern.compile(";|, (?=[!#$%&'*+.^_`|~0-9A-Za-z-]+=)");

    private Cookies() {}

    public static Fields parse(String header) {
        Fields cookies = new Fields();
        for (String pair : SEPARATOR.split(header)) {
            int equals = pair.indexOf('=');
            String name = equals < 0 ? "" : pair.substring(0, equals).strip();
            if (!name.isEmpty()) {
                String value = pair.substring(equals + 1).strip();
                if (value.length() >= 2 && value.startsWith("\"") && value.endsWith("\"")) {
                    value = value.substring(1, value.length() - 1);
                }
                cookies.add(decode(name), decode(value));
            }
        }
        return cookies;
    }

    private static String decode(String text) {
        return Percent.decode(text, false, StandardCharsets.UTF_8);
    }
}
