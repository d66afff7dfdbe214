package dev.fcgi.client;

import dev.fcgi.FcgiException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The header block of a CGI response (RFC 3875 6). Tolerant of what real programs send: lines that end in LF or CRLF,
 * a status line of HTTP in the first line, folded lines.
 */
public final class CgiHead {
    private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");

    private final Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    private int status = -1;
    private String reason = "";
    private boolean localRedirect;

    private CgiHead() {}

    /**
     * Reads a block up to and with the empty line at its end, and no further.
     *
     * @param in what the program sent, with mark and reset or not: it is read byte by byte
     * @param maxLength how many bytes the block may have
     * @return the block
     * @throws FcgiException when it is malformed, too long, or cut
     * @throws IOException when reading fails
     */
    static CgiHead read(InputStream in, int maxLength) throws IOException {
        CgiHead head = new CgiHead();
        StringBuilder line = new StringBuilder();
        String last = null;
        boolean first = true;
        for (int length = 0; ; length++) {
            int b = in.read();
            if (b < 0) {
                throw new FcgiException(first && line.isEmpty()
                        ? "the response is empty" : "the response ends inside its header block");
            }
            if (length == maxLength) {
                throw new FcgiException("header block of more than " + maxLength + " bytes");
            }
            if (b != '\n') {
                line.append((char) b);
                continue;
            }
            if (!line.isEmpty() && line.charAt(line.length() - 1) == '\r') {
                line.setLength(line.length() - 1);
            }
            if (line.isEmpty()) {
                return head.complete();
            }
            String text = new String(line.toString().getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
            last = head.add(text, last, first);
            first = false;
            line.setLength(0);
        }
    }

    /** Takes one line; returns the name of its field. */
    private String add(String line, String last, boolean first) throws FcgiException {
        // a CR in between would be the end of the line to others
        if (line.indexOf('\0') >= 0 || line.indexOf('\r') >= 0) {
            throw malformed(line);
        }
        if (first && line.startsWith("HTTP/")) {
            String[] words = line.split(" ", 3);
            status(words.length > 1 ? words[1] : "", words.length > 2 ? words[2] : "");
            return null;
        }
        if ((line.charAt(0) == ' ' || line.charAt(0) == '\t') && last != null) {
            List<String> values = headers.get(last);
            values.set(values.size() - 1, values.get(values.size() - 1) + ' ' + line.strip());
            return last;
        }
        int colon = line.indexOf(':');
        String name = line.substring(0, Math.max(0, colon)).stripTrailing();
        if (!TOKEN.matcher(name).matches()) {
            throw malformed(line);
        }
        String value = line.substring(colon + 1).strip();
        if (name.equalsIgnoreCase("Status")) {
            String[] words = value.split(" ", 2);
            status(words[0], words.length > 1 ? words[1] : "");
            return null;
        }
        headers.computeIfAbsent(name, unused -> new ArrayList<>(1)).add(value);
        return name;
    }

    private static FcgiException malformed(String line) {
        return new FcgiException("malformed header line: \"" + line.replaceAll("[\\p{Cc}\\u2028\\u2029]", "?") + '"');
    }

    private void status(String digits, String phrase) throws FcgiException {
        if (!digits.matches("[1-9]\\d\\d")) {
            throw new FcgiException("malformed status: \"" + digits.replaceAll("[\\p{Cc}\\u2028\\u2029]", "?") + '"');
        }
        status = Integer.parseInt(digits);
        reason = phrase.strip();
    }

    private CgiHead complete() {
        if (status < 0) {
            String location = header("Location");
            localRedirect = location != null && location.startsWith("/") && !location.startsWith("//");
            status = location != null && !localRedirect ? 302 : 200;
        }
        return this;
    }

    /** {@return the HTTP status; when the program gave none, 302 with an absolute Location and 200 otherwise} */
    public int status() {
        return status;
    }

    /** {@return the phrase behind the status, or the empty string} */
    public String reason() {
        return reason;
    }

    /** {@return all fields but Status, by name without regard to case, each with its values in order; unmodifiable} */
    public Map<String, List<String>> headers() {
        return Collections.unmodifiableMap(headers);
    }

    /**
     * Looks up a field.
     *
     * @param name its name, in any case
     * @return its first value, or null
     */
    public String header(String name) {
        List<String> values = headers.get(name);
        return values == null ? null : values.get(0);
    }

    /**
     * {@return whether the web server shall answer with another of its own resources (RFC 3875 6.2.2): Location is a
     * path, and there was no Status}
     */
    public boolean isLocalRedirect() {
        return localRedirect;
    }

    /** {@return the value of Content-Length, or -1 when there is none that is a number} */
    public long contentLength() {
        String length = header("Content-Length");
        try {
            return length == null ? -1 : Math.max(-1, Long.parseLong(length));
        } catch (NumberFormatException e) {
            return -1;
        }
    }
}
