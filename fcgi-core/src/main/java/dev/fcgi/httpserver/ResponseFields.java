package dev.fcgi.httpserver;

import com.sun.net.httpserver.Headers;
import dev.fcgi.internal.http.HopByHop;
import dev.fcgi.internal.http.Status;
import dev.fcgi.internal.text.Ascii;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Writes the head of a CGI response (RFC 3875 6.2). A character of a value is a byte (ISO-8859-1), as with the JDK's
 * server. What a program has put into its headers, the block stays one: there is no end of it but ours.
 */
final class ResponseFields {
    private static final String SEPARATORS = "()<>@,;:\\\"/[]?={}";
    private static final int MAX_BYTE = 0xFF;

    private ResponseFields() {}

    /**
     * {@return the head} The fields of a connection stay behind, and Status, which means something else to a web
     * server.
     *
     * @throws IllegalArgumentException when a name is not a token, or a value has what no header may have
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
            throw new IllegalArgumentException("a header without a name");
        }
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c <= ' ' || c > '~' || SEPARATORS.indexOf(c) >= 0) {
                throw new IllegalArgumentException("character " + (int) c + " in the name of a header");
            }
        }
        head.append(name).append(": ");
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (isFold(value, i)) { // Headers allows it; since RFC 9112 5.2 it is blanks
                head.append("  ");
                i++;
            } else if (c == '\r' || c == '\n' || c == 0 || c > MAX_BYTE) {
                throw new IllegalArgumentException("character " + (int) c + " in the value of the header " + name);
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
