package dev.fcgi.internal.cgi;

import dev.fcgi.internal.text.Ascii;
import java.nio.charset.StandardCharsets;

/**
 * Reads the Cookie header (RFC 6265 5.4). A name means what the browser has checked when the cookie was set, such as
 * the prefix {@code __Host-}: so it stays as it was sent, and a semicolon is all that separates cookies. Quotation
 * marks do not protect one, as they do not in browsers.
 */
public final class Cookies {
    private Cookies() {}

    /** Takes a header apart, several of which were joined by {@code "; "} (RFC 9113 8.2.3). Never fails. */
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
