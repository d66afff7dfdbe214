package dev.fcgi.internal.cgi;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * A header value with parameters, such as {@code form-data; name="a"} (RFC 2183 2, RFC 2045 5.1). Immutable.
 *
 * <p>Takes what clients send rather than what the grammar says: unquoted values may contain spaces, a parameter without
 * a value is ignored, of two with the same name the first counts.
 */
public final class HeaderValue {
    private final String value;
    private final Map<String, String> parameters = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);

    private HeaderValue(String value) {
        this.value = value;
    }

    /**
     * Takes a header value apart. Never fails.
     *
     * @param text what stands behind the colon; null gives an empty value without parameters
     */
    public static HeaderValue parse(String text) {
        String source = text == null ? "" : text;
        int at = endOfParameter(source, 0);
        HeaderValue result = new HeaderValue(source.substring(0, at).strip());
        while (at < source.length()) {
            at = result.parseParameter(source, at + 1);
        }
        return result;
    }

    /** Takes the parameter that starts at the index, and returns the index of the semicolon behind it, or the end. */
    private int parseParameter(String text, int start) {
        int end = endOfParameter(text, start);
        int equals = text.indexOf('=', start, end);
        if (equals < 0) {
            return end;
        }
        String name = text.substring(start, equals).strip();
        int at = equals + 1;
        while (at < end && isBlank(text.charAt(at))) {
            at++;
        }
        if (at < end && text.charAt(at) == '"') {
            StringBuilder unquoted = new StringBuilder();
            end = endOfParameter(text, unquote(text, at + 1, unquoted));
            parameters.putIfAbsent(name, unquoted.toString());
        } else {
            parameters.putIfAbsent(name, text.substring(at, end).strip());
        }
        return end;
    }

    /**
     * Reads a quoted-string as browsers mean it. They escape a quotation mark as %22 today, which stays as it is since
     * a literal %22 looks the same (HTML, "multipart/form-data encoding algorithm"); older ones and curl before 7.81
     * wrote \" and curl also \\. Internet Explorer sent whole paths with bare backslashes: so a backslash in front of
     * anything else stands for itself, and so do two at the start (\\server\share).
     *
     * @return the index behind the closing quotation mark
     */
    private static int unquote(String text, int start, StringBuilder target) {
        int at = start;
        while (at < text.length() && text.charAt(at) != '"') {
            if (text.charAt(at) == '\\' && at + 1 < text.length()) {
                char next = text.charAt(at + 1);
                // The last quotation mark of all closes the string, whatever is in front of it: "dir\"
                if (next == '\\' && at > start || next == '"' && text.indexOf('"', at + 2) >= 0) {
                    at++;
                }
            }
            target.append(text.charAt(at));
            at++;
        }
        return Math.min(at + 1, text.length());
    }

    private static int endOfParameter(String text, int from) {
        int semicolon = text.indexOf(';', from);
        return semicolon < 0 ? text.length() : semicolon;
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }

    /** {@return what stands in front of the parameters, as sent} */
    public String value() {
        return value;
    }

    /** {@return the parameter, unquoted; null when there is none; the name in any case} */
    public String parameter(String name) {
        return parameters.get(name);
    }

    /**
     * Looks up a parameter that may be sent in the extended notation {@code name*=UTF-8''%e2%82%ac} (RFC 5987 3.2),
     * which is preferred where it can be decoded (RFC 6266 4.3).
     *
     * @return the parameter; null when there is none
     */
    public String extendedParameter(String name) {
        String extended = parameters.get(name + "*");
        String decoded = extended == null ? null : decodeExtended(extended);
        return decoded == null ? parameters.get(name) : decoded;
    }

    /** Returns null for what is not charset'language'text in one of the two charsets of RFC 5987. */
    private static String decodeExtended(String text) {
        int first = text.indexOf('\'');
        int second = text.indexOf('\'', first + 1);
        if (first < 0 || second < 0) {
            return null;
        }
        Charset charset;
        switch (text.substring(0, first).strip().toLowerCase(Locale.ROOT)) {
            case "utf-8" -> charset = StandardCharsets.UTF_8;
            case "iso-8859-1" -> charset = StandardCharsets.ISO_8859_1;
            default -> {
                return null;
            }
        }
        ByteBuffer bytes = ByteBuffer.allocate(text.length() - second);
        for (int i = second + 1; i < text.length(); i++) {
            int b = text.charAt(i);
            if (b == '%' && i + 2 < text.length()) {
                int high = Character.digit(text.charAt(i + 1), 16);
                int low = Character.digit(text.charAt(i + 2), 16);
                b = high < 0 || low < 0 ? -1 : high << 4 | low;
                i += 2;
            } else if (b == '%' || b > 0x7E) {
                b = -1;
            }
            if (b < 0) {
                return null;
            }
            bytes.put((byte) b);
        }
        try {
            return charset.newDecoder().decode(bytes.flip()).toString();
        } catch (CharacterCodingException ignored) { // the plain parameter is taken instead
            return null;
        }
    }
}
