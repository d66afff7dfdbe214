package dev.fcgi.internal.cgi;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * A file that was sent in a form.
 *
 * @param name the name of the form field
 * @param rawFileName the name of the file as it was sent
 * @param headers the headers of the part; names in any case
 * @param content the file itself
 */
public record FilePart(String name, String rawFileName, Map<String, String> headers, UploadContent content) {
    /** Makes the names of headers case-insensitive. */
    public FilePart {
        Map<String, String> copy = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        copy.putAll(headers);
        headers = Collections.unmodifiableMap(copy);
    }

    /** {@return the first value of a header, or null} */
    public String header(String name) {
        return headers.get(name);
    }

    /** {@return the name reduced to one element of a path that cannot lead elsewhere, or an empty string} */
    public String fileName() {
        StringBuilder last = new StringBuilder();
        rawFileName.codePoints().forEach(c -> {
            if (c == '/' || c == '\\') {
                last.setLength(0);
            } else if (!isControl(c)) {
                last.appendCodePoint(c);
            }
        });
        String result = last.toString().strip();
        if (result.length() >= 2 && result.charAt(1) == ':' && isLetter(result.charAt(0))) {
            result = result.substring(2).strip();
        }
        // Windows drops dots and spaces at the end, so that "..." or ". ." might be a directory.
        boolean onlyDots = result.chars().allMatch(c -> c == '.' || c == ' ');
        return onlyDots ? "" : result;
    }

    private static boolean isLetter(char c) {
        return c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z';
    }

    private static boolean isControl(int c) {
        return Character.isISOControl(c)
                || c >= 0x2028 && c <= 0x202E // line and paragraph separator, embeddings, overrides
                || c >= 0x2066 && c <= 0x2069 // isolates
                || c >= 0xD800 && c <= 0xDFFF; // half a surrogate pair, which no path can hold
    }
}
