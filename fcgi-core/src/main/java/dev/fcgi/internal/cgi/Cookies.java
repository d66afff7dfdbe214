package dev.fcgi.internal.cgi;

import dev.fcgi.internal.text.Ascii;
import java.nio.charset.StandardCharsets;

/**
 * Reads the Cookie header (RFC 6265 5.4). The browser has checked the name when the cookie was set, for example a
 * prefix {@code __Host-}, so names are not decoded, and only semicolons separate cookies. As in browsers, quotation
 * marks do not protect a semicolon.
 */
public final class Cookies {
    private Cookies() {}

    /** Parses a header; several are joined by {@code "; "} (RFC 9113 8.2.3). Never fails. */
    public static Fields parse(byte[] header) {
        Fields cookies = new Fields();
        for (String pair : new String(header, StandardCharsets.ISO_8859_1).split(";")) {
            int equals = pair.indexOf('=');
            String name = equals < 0 ? "" : Ascii.strip(pair.substring(0, equals));
            if (!name.isEmpty()) {
                String value = Ascii.strip(pair.substring(equals + 1));
                if (value.length() >= 2 && value.startsWith("\"") && value.endsWith("\"")) {
                    value = value.substring(1, value.length() - 1);
                }
                cookies.add(new String(bytes(name), StandardCharsets.UTF_8),
                        Percent.decode(bytes(value), StandardCharsets.UTF_8));
            }
        }
        return cookies;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
