package dev.fcgi.internal.cgi;

import dev.fcgi.cgi.CgiException;
import dev.fcgi.internal.text.Ascii;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A header value with parameters, such as {@code text/html; q="0.5"} (RFC 9110 5.6.6). All code that splits headers at
 * separators does it here, so that no two readers interpret quotation marks differently. Immutable.
 *
 * <p>Parsing never fails. A repeated parameter is an error only when it is looked up, and {@link #requireWellFormed}
 * reports text that is otherwise ignored. Unquoted values may contain spaces.
 */
public final class HeaderValue {
    private final String text;
    /** Whether the text is the Content-Disposition of a form's part, where browsers define what a backslash means. */
    private final boolean ofForm;
    private String value = "";
    /** By lower-case name; the first of each name. */
    private final Map<String, String> parameters = new LinkedHashMap<>();
    private final Set<String> repeated = new HashSet<>();
    /** What was ignored, or null. */
    private String skipped;

    private HeaderValue(String text, boolean ofForm) {
        this.text = text;
        this.ofForm = ofForm;
    }

    /**
     * Parses a value. In quotation marks a backslash quotes the next character (RFC 9110 5.6.4).
     *
     * @param text the text after the colon; null gives an empty value without parameters
     */
    public static HeaderValue parse(String text) {
        return new HeaderValue(text == null ? "" : text, false).parse();
    }

    /**
     * Parses the Content-Disposition of a part of a form. A backslash is taken literally, as browsers do; they escape
     * CR, LF and quotation marks as {@code %0D}, {@code %0A} and {@code %22}, which are not decoded, because a literal
     * {@code %22} looks the same (HTML, "multipart/form-data encoding algorithm"). Other clients write {@code \"},
     * which is a quotation mark unless the string may end with it.
     *
     * @param text the text after the colon; null gives an empty value without parameters
     */
    public static HeaderValue parseDisposition(String text) {
        return new HeaderValue(text == null ? "" : text, true).parse();
    }

    /** {@return the elements of a list, which commas separate (RFC 9110 5.6.1)} */
    public static List<HeaderValue> parseList(String text) {
        HeaderValue list = new HeaderValue(text, false);
        List<HeaderValue> elements = new ArrayList<>();
        for (int start = 0, end; start < text.length(); start = end + 1) {
            end = list.next(start, ',');
            elements.add(parse(text.substring(start, end)));
        }
        return elements;
    }

    private HeaderValue parse() {
        int at = next(0, ';');
        value = Ascii.strip(text.substring(0, at));
        while (at < text.length()) {
            int end = next(at + 1, ';');
            parseParameter(at + 1, end);
            at = end;
        }
        return this;
    }

    private void parseParameter(int start, int end) {
        if (Ascii.strip(text.substring(start, end)).startsWith("\"")) { // an equals sign inside separates nothing
            skipped = "a quotation mark where a parameter's name starts";
            return;
        }
        int equals = text.indexOf('=', start, end);
        if (equals < 0) {
            if (!Ascii.strip(text.substring(start, end)).isEmpty()) {
                skipped = "a parameter without a value";
            }
            return;
        }
        String name = Ascii.lower(Ascii.strip(text.substring(start, equals)));
        String sent = Ascii.strip(text.substring(equals + 1, end));
        if (sent.startsWith("\"")) {
            int open = text.indexOf('"', equals);
            int close = close(open);
            if (close == text.length()) {
                skipped = "a quotation mark that is never closed";
            } else if (!Ascii.strip(text.substring(close + 1, end)).isEmpty()) {
                skipped = "text after a quotation mark";
            }
            sent = unquote(open + 1, close);
        }
        if (parameters.putIfAbsent(name, sent) != null) {
            repeated.add(name);
        }
    }

    // ---- the scanner

    /**
     * The index of the next separator outside quotation marks, which can begin only where a value starts; or the end.
     */
    private int next(int from, char separator) {
        boolean atStart = true;
        int at = from;
        while (at < text.length() && text.charAt(at) != separator) {
            char c = text.charAt(at);
            if (c == '"' && atStart) {
                at = close(at);
            }
            atStart = c == '=' || c == ';' || atStart && Ascii.isBlank(c);
            at++;
        }
        return Math.min(at, text.length());
    }

    /** The index of the quotation mark that closes the one at the index, or the end. */
    private int close(int open) {
        for (int at = open + 1; at < text.length(); at++) {
            char c = text.charAt(at);
            if (c == '"') {
                return at;
            }
            if (isEscape(at)) {
                at++;
            }
        }
        return text.length();
    }

    private boolean isEscape(int at) {
        if (text.charAt(at) != '\\' || at + 1 == text.length()) {
            return false;
        }
        return !ofForm || text.charAt(at + 1) == '"' && !mayEnd(at + 2);
    }

    /** Whether a quoted string may end before the index. */
    private boolean mayEnd(int index) {
        int at = index;
        while (at < text.length() && Ascii.isBlank(text.charAt(at))) {
            at++;
        }
        return at == text.length() || text.charAt(at) == ';';
    }

    private String unquote(int start, int end) {
        StringBuilder unquoted = new StringBuilder(end - start);
        for (int at = start; at < end; at++) {
            if (isEscape(at)) {
                at++;
            }
            unquoted.append(text.charAt(at));
        }
        return unquoted.toString();
    }

    // ---- results

    /** {@return the text before the parameters, as sent} */
    public String value() {
        return value;
    }

    /** Whether the value equals another, in any case. */
    public boolean is(String other) {
        return Ascii.equalsIgnoreCase(value, other);
    }

    /** {@return the parameters by lower-case name, unquoted, in order; the first of each name} */
    Map<String, String> parameters() {
        return parameters;
    }

    /**
     * Looks up a parameter.
     *
     * @param name in lower case
     * @return its value, unquoted; null when there is none
     * @throws CgiException 400 when there are several, because another reader might use a different one
     */
    public String parameter(String name) {
        if (repeated.contains(name)) {
            throw new CgiException(400, "parameter " + name + " twice in one header");
        }
        return parameters.get(name);
    }

    /**
     * Checks that no part of the text was ignored.
     *
     * @throws CgiException 400 when other readers might interpret the text differently
     */
    public void requireWellFormed() {
        if (skipped != null) {
            throw new CgiException(400, skipped + " in a header");
        }
    }

    /**
     * Decodes a parameter in the notation {@code UTF-8''%e2%82%ac} (RFC 8187 3.2).
     *
     * @return the text; null when it is not charset'language'text, in UTF-8 or ISO-8859-1 and with the allowed
     * characters
     */
    static String decodeExtended(String sent) {
        int first = sent.indexOf('\'');
        int second = sent.indexOf('\'', first + 1);
        if (first < 0 || second < 0) {
            return null;
        }
        Charset charset;
        switch (Ascii.lower(sent.substring(0, first))) {
            case "utf-8" -> charset = StandardCharsets.UTF_8;
            case "iso-8859-1" -> charset = StandardCharsets.ISO_8859_1;
            default -> {
                return null;
            }
        }
        ByteBuffer bytes = ByteBuffer.allocate(sent.length() - second);
        for (int i = second + 1; i < sent.length(); i++) {
            int b = sent.charAt(i);
            if (b == '%' && i + 2 < sent.length()) {
                b = Ascii.hex(sent.charAt(i + 1)) << 4 | Ascii.hex(sent.charAt(i + 2));
                i += 2;
            } else if (b == '%' || b > '~') {
                b = -1;
            }
            if (b < 0) {
                return null;
            }
            bytes.put((byte) b);
        }
        try {
            return charset.newDecoder().decode(bytes.flip()).toString();
        } catch (CharacterCodingException ignored) { // the caller handles null
            return null;
        }
    }
}
