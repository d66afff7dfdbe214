package dev.fcgi.internal.cgi;

import dev.fcgi.internal.http.HopByHop;
import dev.fcgi.internal.http.Status;
import dev.fcgi.internal.text.Ascii;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The header block of a CGI response (RFC 3875 6.2, 6.3). Whatever a program sets, the result is one block of
 * well-formed lines: names are tokens, and values have no CR, LF or NUL. Not thread-safe.
 */
public final class ResponseHead {
    /** Fields that a web server acts upon must not be repeated (RFC 3875 6.3). */
    private static final Set<String> SINGLE = Set.of("content-type", "content-length", "location",
            // nor those of which a browser uses only one (RFC 9110 8, 10, 14)
            "content-disposition", "content-location", "content-range", "date", "etag", "expires", "last-modified",
            "retry-after");

    /** The value as it is sent: each character stands for a byte of UTF-8. */
    private record Field(String name, String value) {}

    private final List<Field> fields = new ArrayList<>(4);
    private int status = 200;
    private String reason = "OK";
    /** The charset of a body that was written as text; null when it was written as bytes. */
    private String charset;

    public void status(int code, String phrase) {
        if (code < 200 || code > 999) { // below 200 the browser would wait for the final response
            throw new IllegalArgumentException("status must be 200 to 999, was " + code
                    + (code >= 100 && code < 200 ? ": a CGI program sends only the final response" : ""));
        }
        requireValue("Status", phrase);
        reason = phrase.isBlank() ? Status.reason(code) : encoded(phrase); // nginx requires one
        status = code;
    }

    public int status() {
        return status;
    }

    public boolean isBodiless() {
        return Status.isBodiless(status);
    }

    public void set(String name, String value) {
        Field field = new Field(requireName(name), encoded(requireValue(name, value)));
        remove(name);
        fields.add(field);
    }

    public void add(String name, String value) {
        if (SINGLE.contains(name.toLowerCase(Locale.ROOT))) {
            set(name, value);
            return;
        }
        fields.add(new Field(requireName(name), encoded(requireValue(name, value))));
    }

    public void remove(String name) {
        for (int i = fields.size() - 1; i >= 0; i--) {
            if (fields.get(i).name.equalsIgnoreCase(name)) {
                fields.remove(i);
            }
        }
    }

    /** {@return the first value of a field, or null} */
    public String get(String name) {
        for (int i = 0; i < fields.size(); i++) { // an iterator would be one more object for each look
            if (fields.get(i).name.equalsIgnoreCase(name)) {
                return fields.get(i).value;
            }
        }
        return null;
    }

    /** {@return the first value of a field as text, or null} */
    public String value(String name) {
        String value = get(name);
        return value == null ? null : decoded(value);
    }

    /** {@return all fields as text, by name in any case; unmodifiable} */
    public Map<String, List<String>> values() {
        Map<String, List<String>> values = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (Field field : fields) {
            values.computeIfAbsent(field.name, unused -> new ArrayList<>(1)).add(decoded(field.value));
        }
        values.replaceAll((name, all) -> List.copyOf(all));
        return Collections.unmodifiableMap(values);
    }

    private static String decoded(String value) {
        return new String(value.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }

    /** Gives the response its length, unless it has one. */
    void completeLength(int length) {
        if (!isBodiless() && get("Content-Length") == null) {
            fields.add(new Field("Content-Length", Integer.toString(length)));
        }
    }

    /** The body is text in that charset. */
    public void charset(String name) {
        charset = name;
    }

    /** Completes the head, which is sent next. */
    void complete(boolean hasBody) {
        HopByHop hopByHop = get("Connection") == null ? HopByHop.ALWAYS : new HopByHop(all("Connection"));
        fields.removeIf(field -> hopByHop.contains(field.name));
        if (status == 204) {
            remove("Content-Length"); // RFC 9110 8.6
        } else if (status == 205) {
            set("Content-Length", "0"); // the only bodiless status that does not end with its head (RFC 9112 6.3)
        }
        completeContentType(hasBody);
    }

    private List<String> all(String name) {
        return fields.stream().filter(field -> field.name.equalsIgnoreCase(name)).map(Field::value).toList();
    }

    /** Adds a missing Content-Type to a response with a body (RFC 3875 6.3.1), and a missing charset to text. */
    private void completeContentType(boolean hasBody) {
        String type = get("Content-Type");
        if (type == null) {
            if (isBodiless() || !hasBody && get("Location") != null) {
                return;
            }
            type = "text/plain";
            fields.add(new Field("Content-Type", type));
        }
        if (charset != null && !namesCharset(type)) {
            remove("Content-Type");
            fields.add(new Field("Content-Type", type + "; charset=" + charset));
        }
    }

    private static boolean namesCharset(String type) {
        String lower = type.toLowerCase(Locale.ROOT);
        return lower.contains("charset=") || !lower.startsWith("text/");
    }

    public void clear() {
        fields.clear();
        charset = null;
        status = 200;
        reason = "OK";
    }

    public static String requireName(String name) {
        requireToken("header name", name);
        if (name.equalsIgnoreCase("Status")) {
            throw new IllegalArgumentException("the header Status must not be set: call status(...)");
        }
        return name;
    }

    /** Checks that a name is a token (RFC 9110 5.6.2): not empty, only ASCII, without blanks and most punctuation. */
    public static String requireToken(String what, String name) {
        if (!Ascii.isToken(name)) {
            throw new IllegalArgumentException(what + " is not a token: \"" + Ascii.printable(name) + '"');
        }
        return name;
    }

    public static String requireValue(String name, String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '\r' || c == '\n' || c == 0) {
                throw new IllegalArgumentException(
                        "value of header " + Ascii.printable(name) + " has a CR, LF or NUL: \"" + Ascii.printable(value) + '"');
            }
        }
        return value;
    }

    private static String encoded(String value) {
        return Ascii.isAscii(value) ? value
                : new String(value.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    /**
     * Makes the block, with the empty line that ends it.
     *
     * @param room how many bytes may follow it in the array
     */
    byte[] toBytes(int room) {
        byte[] block = new byte[length() + room];
        int at = put(block, 0, "Status: ");
        for (int unit = 100; unit > 0; unit /= 10) {
            block[at++] = (byte) ('0' + status / unit % 10);
        }
        at = reason.isEmpty() ? at : put(block, put(block, at, " "), reason);
        at = put(block, at, "\r\n");
        for (int i = 0; i < fields.size(); i++) {
            Field field = fields.get(i);
            at = put(block, at, field.name);
            at = put(block, at, ": ");
            at = put(block, at, field.value);
            at = put(block, at, "\r\n");
        }
        put(block, at, "\r\n");
        return block;
    }

    private int length() {
        int length = "Status: 200\r\n\r\n".length() + (reason.isEmpty() ? 0 : 1 + reason.length());
        for (int i = 0; i < fields.size(); i++) {
            Field field = fields.get(i);
            length += field.name.length() + ": \r\n".length() + field.value.length();
        }
        return length;
    }

    @SuppressWarnings("deprecation") // takes the lower byte of each character, and here the higher one is 0
    private static int put(byte[] block, int at, String text) {
        text.getBytes(0, text.length(), block, at);
        return at + text.length();
    }
}
