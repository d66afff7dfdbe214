package dev.fcgi;

import dev.fcgi.internal.http.Status;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/**
 * What an {@link Authorizer} decides (FastCGI 6.3): access granted, with variables for the rest of the HTTP request, or
 * an HTTP response that denies it. Made by one of the two factories and completed by chained calls; not thread-safe.
 */
public final class Decision {
    private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");

    private final boolean granted;
    private final StringBuilder head = new StringBuilder();
    private String body = "";

    private Decision(boolean granted, int status) {
        this.granted = granted;
        head.append("Status: ").append(status).append(' ').append(Status.reason(status)).append("\r\n");
    }

    /** {@return a decision that grants access} */
    public static Decision granted() {
        return new Decision(true, 200);
    }

    /**
     * Denies access.
     *
     * @param status the HTTP status for the client, such as 401 or 403; anything but 200
     * @return a decision that denies access
     * @throws IllegalArgumentException when the status is not one of 201 to 599: 200 would grant access, and an interim
     *     response, below it, is no answer
     */
    public static Decision denied(int status) {
        if (status <= 200 || status > 599) {
            throw new IllegalArgumentException("status " + status + " does not deny access");
        }
        return new Decision(false, status);
    }

    /**
     * Adds a variable, which the web server passes on with the request ({@code Variable-NAME}).
     *
     * @param name its name
     * @param value its value, sent as UTF-8
     * @return this
     * @throws IllegalStateException when access is denied
     * @throws IllegalArgumentException when the name is not a token, or the value has a CR, LF or NUL
     */
    public Decision variable(String name, String value) {
        if (!granted) {
            throw new IllegalStateException("variables go with granted access only");
        }
        return header("Variable-" + name, value);
    }

    /**
     * Adds a header field; web servers use it when access is denied.
     *
     * @param name its name
     * @param value its value, sent as UTF-8
     * @return this
     * @throws IllegalArgumentException when the name is not a token, or the value has a CR, LF or NUL
     */
    public Decision header(String name, String value) {
        if (!TOKEN.matcher(name).matches()) {
            throw new IllegalArgumentException("header name is not a token: " + name.length() + " characters");
        }
        if (value.chars().anyMatch(c -> c == '\r' || c == '\n' || c == 0)) {
            throw new IllegalArgumentException("value of header " + name + " has a CR, LF or NUL");
        }
        head.append(name).append(": ").append(value).append("\r\n");
        return this;
    }

    /**
     * Sets the text that the HTTP client sees, {@code text/plain} in UTF-8.
     *
     * @param text the text
     * @return this
     * @throws IllegalStateException when access is granted: the web server would drop it
     */
    public Decision body(String text) {
        if (granted) {
            throw new IllegalStateException("a body goes with denied access only");
        }
        body = text;
        return this;
    }

    /** {@return the CGI response that stands for this decision} */
    public byte[] toBytes() {
        String type = body.isEmpty() ? "" : "Content-Type: text/plain; charset=utf-8\r\n";
        return (head + type + "\r\n" + body).getBytes(StandardCharsets.UTF_8);
    }
}
