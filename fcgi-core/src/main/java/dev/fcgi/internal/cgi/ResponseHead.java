package dev.fcgi.internal.cgi;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The header block of a CGI response (RFC 3875 6.2, 6.3). Whatever a program passes, it stays one block of well-formed
 * lines: names are tokens, values have no CR, LF or NUL. Not thread-safe.
 */
public final class ResponseHead {
    private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");

    /** Those that a web server acts upon must not be repeated (RFC 3875 6.3). */
    private static final Set<String> SINGLE = Set.of("content-type", "content-length", "location");

    private record Field(String name, String value) {}

    private final List<Field> fields = new ArrayList<>();
    private int status = 200;
    private String reason = "OK";
    /** The charset of a body that was written as text; null when it was written as bytes. */
    private String charset;

    public void status(int code, String phrase) {
        if (code < 100 || code > 999) {
            throw new IllegalArgumentException("status " + code + " is not a number of three digits");
        }
        reason = requireValue("Status", phrase);
        status = code;
    }

    public int status() {
        return status;
    }

    /** Whether an HTTP message of this status has no body (RFC 9110 6.4.1). */
    public boolean isBodiless() {
        return status == 204 || status == 304 || status < 200;
    }

    public void set(String name, String value) {
        requireName(name);
        requireValue(name, value);
        fields.removeIf(field -> field.name.equalsIgnoreCase(name));
        fields.add(new Field(name, value));
    }

    public void add(String name, String value) {
        if (SINGLE.contains(name.toLowerCase(Locale.ROOT))) {
            set(name, value);
            return;
        }
        fields.add(new Field(requireName(name), requireValue(name, value)));
    }

    public void remove(String name) {
        fields.removeIf(field -> field.name.equalsIgnoreCase(name));
    }

    /** {@return the first value of a field, or null} */
    public String get(String name) {
        for (Field field : fields) {
            if (field.name.equalsIgnoreCase(name)) {
                return field.value;
            }
        }
        return null;
    }

    /** The body is text in that charset. */
    public void charset(String name) {
        charset = name;
    }

    /** Gives a response with a body its Content-Type (RFC 3875 6.3.1), a text its charset, where they are missing. */
    void completeContentType(boolean hasBody) {
        String type = get("Content-Type");
        if (type == null) {
            if (isBodiless() || !hasBody && get("Location") != null) {
                return;
            }
            type = "text/plain";
        }
        String lower = type.toLowerCase(Locale.ROOT);
        boolean named = lower.contains("charset=") || !lower.startsWith("text/");
        String complete = charset == null || named ? type : type + "; charset=" + charset;
        if (!complete.equals(get("Content-Type"))) {
            set("Content-Type", complete);
        }
    }

    public void clear() {
        fields.clear();
        charset = null;
        status = 200;
        reason = "OK";
    }

    public static String requireName(String name) {
        if (!TOKEN.matcher(name).matches()) {
            throw new IllegalArgumentException("header name is not a token: \"" + printable(name) + '"');
        }
        if (name.equalsIgnoreCase("Status")) {
            throw new IllegalArgumentException("the status has a call of its own");
        }
        return name;
    }

    public static String requireValue(String name, String value) {
        if (value.chars().anyMatch(c -> c == '\r' || c == '\n' || c == 0)) {
            throw new IllegalArgumentException(
                    "value of header " + printable(name) + " has a CR, LF or NUL: \"" + printable(value) + '"');
        }
        return value;
    }

    private static String printable(String text) {
        return text.replaceAll("\\p{Cntrl}", "?");
    }

    /** {@return the block with the empty line that ends it} */
    public byte[] toBytes() {
        StringBuilder block = new StringBuilder(128).append("Status: ").append(status);
        if (!reason.isEmpty()) {
            block.append(' ').append(reason);
        }
        block.append("\r\n");
        for (Field field : fields) {
            block.append(field.name).append(": ").append(field.value).append("\r\n");
        }
        return block.append("\r\n").toString().getBytes(StandardCharsets.UTF_8);
    }
}
