package dev.fcgi.httpserver;

import com.sun.net.httpserver.Headers;
import dev.fcgi.internal.http.HopByHop;
import dev.fcgi.internal.http.Status;
import dev.fcgi.internal.text.Ascii;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Writes the head of a CGI response (RFC 3875 6.2). Each character of a value is written as one byte (ISO-8859-1), as
 * in the JDK's server. Whatever a program puts into its headers, it cannot end the header block early.
 */
final class ResponseFields {
    private static final String SEPARATORS = "()<>@,;:\\\"/[]?={}";
    private static final int MAX_BYTE = 0xFF;

    private ResponseFields() {}

    /**
     * {@return the head} Omits hop-by-hop fields, and Status, which has a special meaning for a web server.
     *
     * @throws IllegalArgumentException when a name is not a token, or a value has a character that is not allowed in
     * headers
     */
    static byte[] head(int status, Headers headers) {
        StringBuilder head = new StringBuilder(200);
        head.append("Status: ").append(status).append(' ').append(Status.reason(status)).append("\r\n");
        List<String> connection = headers.get("Connection");
        HopByHop hopByHop = connection == null ? HopByHop.ALWAYS : new HopByHop(connection);
        headers.forEach((name, values) -> {
            if (!hopByHop.contains(name) && !Ascii.equalsIgnoreCase(name, "Status")) {
                for (String value : values) {
                    append(head, name, value);
                }
            }
        });
        return head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    private static void append(StringBuilder head, String name, String value) {
        if (name.isEmpty()) {
            throw new IllegalArgumentException("the name of a header must not be empty");
        }
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c <= ' ' || c > '~' || SEPARATORS.indexOf(c) >= 0) {
                throw new IllegalArgumentException("character " + (int) c + " is not allowed in the name of a header");
            }
        }
        head.append(name).append(": ");
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (isFold(value, i)) { // Headers allows folding; RFC 9112 5.2 replaces it with blanks
                head.append("  ");
                i++;
            } else if (c == '\r' || c == '\n' || c == 0 || c > MAX_BYTE) {
                throw new IllegalArgumentException(
                        "character " + (int) c + " is not allowed in the value of the header " + name);
            } else {
                head.append(c);
            }
        }
        head.append("\r\n");
    }

    private static boolean isFold(String value, int at) {
        return value.startsWith("\r\n", at) && at + 2 < value.length()
                && (value.charAt(at + 2) == ' ' || value.charAt(at + 2) == '\t');
    }
}
