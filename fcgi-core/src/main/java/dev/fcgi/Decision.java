package dev.fcgi;

import dev.fcgi.internal.http.Status;
import dev.fcgi.internal.text.Ascii;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;

/**
 * What an {@link Authorizer} decides (FastCGI 6.3): access granted, with variables for the rest of the HTTP request, or
 * an HTTP response that denies it. Immutable: one decision may be returned any number of times, from any thread.
 */
public final class Decision {
    private static final Decision GRANTED = granted(Map.of());

    private final byte[] response;

    private Decision(int status, String fieldPrefix, Map<String, String> fields, String body) {
        StringBuilder text = new StringBuilder();
        text.append("Status: ").append(status).append(' ').append(Status.reason(status)).append("\r\n");
        fields.forEach((name, value) -> appendField(text, fieldPrefix, name, value));
        if (!body.isEmpty()) {
            text.append("Content-Type: text/plain; charset=utf-8\r\n");
        }
        response = text.append("\r\n").append(body).toString().getBytes(StandardCharsets.UTF_8);
    }

    private static void appendField(StringBuilder head, String prefix, String name, String value) {
        if (!Ascii.isToken(name)) {
            throw new IllegalArgumentException("name is not a token: " + name.length() + " characters");
        }
        if (value.chars().anyMatch(c -> c == '\r' || c == '\n' || c == 0)) {
            throw new IllegalArgumentException("value of " + name + " has a CR, LF or NUL");
        }
        head.append(prefix).append(name).append(": ").append(value).append("\r\n");
    }

    /** {@return a decision that grants access} */
    public static Decision granted() {
        return GRANTED;
    }

    /**
     * Grants access and asks the web server to add variables to the request ({@code Variable-NAME}).
     *
     * @param variables their names and values, sent as UTF-8 in the order of the map; copied
     * @return a decision that grants access
     * @throws IllegalArgumentException when a name is not a token, or a value has a CR, LF or NUL
     */
    public static Decision granted(Map<String, String> variables) {
        return new Decision(200, "Variable-", Objects.requireNonNull(variables, "variables"), "");
    }

    /**
     * Denies access.
     *
     * @param status the HTTP status for the client, such as 401 or 403; anything but 200
     * @return a decision that denies access
     * @throws IllegalArgumentException when the status is not one of 201 to 599: 200 would grant access, and an interim
     * response, 1xx, is not a final response
     */
    public static Decision denied(int status) {
        return denied(status, Map.of(), "");
    }

    /**
     * Denies access with header fields and a text for the client.
     *
     * @param status the HTTP status for the client, such as 401 or 403; anything but 200
     * @param headers names and values of header fields, sent as UTF-8 in the order of the map; copied
     * @param body what the client sees, {@code text/plain} in UTF-8; empty for none
     * @return a decision that denies access
     * @throws IllegalArgumentException when the status is not one of 201 to 599, a name is not a token, or a value has
     *     a CR, LF or NUL
     */
    public static Decision denied(int status, Map<String, String> headers, String body) {
        if (status <= 200 || status > 599) {
            throw new IllegalArgumentException("status " + status + " does not deny access");
        }
        return new Decision(status, "", Objects.requireNonNull(headers, "headers"), Objects.requireNonNull(body, "body"));
    }

    /** {@return the CGI response that stands for this decision; not to be changed} */
    byte[] toBytes() {
        return response;
    }
}
