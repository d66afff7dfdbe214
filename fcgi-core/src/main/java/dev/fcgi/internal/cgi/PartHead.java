package dev.fcgi.internal.cgi;

import dev.fcgi.cgi.CgiException;
import dev.fcgi.internal.text.Ascii;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/** The headers of a part of a multipart body. */
final class PartHead {
    private PartHead() {}

    /**
     * Reads headers.
     *
     * @param lines each with an LF at its end, and without other line ends
     * @return values by name, in any case
     * @throws CgiException 400 for a line without a name, or a repeated header that decides what the part is
     */
    static Map<String, String> parse(String lines) {
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        int at = 0;
        while (at < lines.length()) {
            int end = lines.indexOf('\n', at);
            // A line that starts with white space continues the one before it (RFC 822 3.4.8).
            while (end + 1 < lines.length() && Ascii.isBlank(lines.charAt(end + 1))) {
                end = lines.indexOf('\n', end + 1);
            }
            int colon = lines.indexOf(':', at);
            if (colon < 0 || colon > end || !isToken(lines, at, colon)) {
                throw new CgiException(400, "a header of a part has no name");
            }
            // Unfolding removes only the end of the line (RFC 5322 2.2.3).
            String value = Ascii.strip(lines.substring(colon + 1, end).replace("\n", ""));
            String name = lines.substring(at, colon);
            if (headers.putIfAbsent(name, value) != null && isMeaningful(name)) {
                throw new CgiException(400, "two headers " + name + " in a part");
            }
            at = end + 1;
        }
        return Collections.unmodifiableMap(headers);
    }

    private static boolean isToken(String text, int start, int end) {
        for (int i = start; i < end; i++) {
            if (text.charAt(i) <= ' ' || text.charAt(i) > '~') {
                return false;
            }
        }
        return start < end;
    }

    private static boolean isMeaningful(String name) {
        return Ascii.equalsIgnoreCase(name, "Content-Disposition") || Ascii.equalsIgnoreCase(name, "Content-Type");
    }
}
