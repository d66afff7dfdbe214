package dev.fcgi.internal.cgi;

import java.nio.charset.StandardCharsets;

/** Reads the Cookie header (RFC 6265 4.2), also where a web server has joined several by commas. */
public final class Cookies {
    private Cookies() {}

    public static Fields parse(String header) {
        Fields cookies = new Fields();
        for (String pair : header.split("[;,]")) {
            int equals = pair.indexOf('=');
            if (equals > 0) {
                String value = pair.substring(equals + 1).strip();
                if (value.length() >= 2 && value.startsWith("\"") && value.endsWith("\"")) {
                    value = value.substring(1, value.length() - 1);
                }
                cookies.add(decode(pair.substring(0, equals).strip()), decode(value));
            }
        }
        return cookies;
    }

    private static String decode(String text) {
        return Percent.decode(text, false, StandardCharsets.UTF_8);
    }
}
