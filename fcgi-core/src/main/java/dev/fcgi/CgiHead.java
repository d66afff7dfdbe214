package dev.fcgi;

import dev.fcgi.internal.text.Ascii;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The header block of a CGI response (RFC 3875 6). Tolerates what real programs send: lines that end in LF or CRLF, an
 * HTTP status line as the first line, folded lines.
 */
public final class CgiHead {
    private static final Pattern LENGTH = Pattern.compile("[0-9]{1,18}"); // parseLong takes "+5", and digits of others

    private final Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    private int status = -1;
    private String reason = "";
    private boolean localRedirect;
    /** The values of the field that was read last, which may go on; null where there is none. */
    private List<String> latest;
    /** What has followed in folded lines: joined once, however many there are. */
    private StringBuilder folded;

    /** Longer than most lines. */
    private static final int LINE = 128;

    private CgiHead() {}

    /**
     * Reads a block up to and including the empty line at its end, and no further.
     *
     * @param in what the program sent; read byte by byte, so it need not support mark and reset
     * @param maxLength how many bytes the block may have
     * @param charset of its text
     * @return the block
     * @throws FcgiException when it is malformed, longer than {@code maxLength}, or incomplete
     * @throws IOException when reading fails
     */
    public static CgiHead read(InputStream in, int maxLength, Charset charset) throws IOException {
        Objects.requireNonNull(in, "in");
        Objects.requireNonNull(charset, "charset");
        CgiHead head = new CgiHead();
        byte[] line = new byte[LINE];
        int end = 0;
        boolean first = true;
        for (int length = 0; ; length++) {
            int b = in.read();
            if (b < 0) {
                throw new FcgiException(first && end == 0
                        ? "the response is empty" : "the response ends inside its header block");
            }
            if (length == maxLength) {
                throw new FcgiException("header block of more than " + maxLength + " bytes");
            }
            if (b != '\n') {
                line = end < line.length ? line : Arrays.copyOf(line, 2 * end);
                line[end++] = (byte) b;
                continue;
            }
            if (end > 0 && line[end - 1] == '\r') {
                end--;
            }
            if (end == 0) {
                return head.complete();
            }
            head.add(new String(line, 0, end, charset), first);
            first = false;
            end = 0;
        }
    }

    /** Takes one line. */
    private void add(String line, boolean first) throws FcgiException {
        // other software would take a CR in between for the end of the line
        if (line.indexOf('\0') >= 0 || line.indexOf('\r') >= 0) {
            throw malformed(line);
        }
        if (first && line.startsWith("HTTP/")) {
            String[] words = line.split(" ", 3);
            status(words.length > 1 ? words[1] : "", words.length > 2 ? words[2] : "");
            return;
        }
        if (Ascii.isBlank(line.charAt(0)) && latest != null) {
            folded = folded == null ? new StringBuilder() : folded;
            folded.append(' ').append(Ascii.strip(line));
            return;
        }
        unfold();
        int colon = line.indexOf(':');
        String name = Ascii.stripTrailing(line.substring(0, Math.max(0, colon)));
        if (!Ascii.isToken(name)) {
            throw malformed(line);
        }
        String value = Ascii.strip(line.substring(colon + 1));
        if (name.equalsIgnoreCase("Status")) {
            String[] words = value.split(" ", 2);
            status(words[0], words.length > 1 ? words[1] : "");
            return;
        }
        List<String> values = headers.computeIfAbsent(name, unused -> new ArrayList<>(1));
        if (name.equalsIgnoreCase("Content-Type") || name.equalsIgnoreCase("Location")) {
            values.clear(); // must not be repeated (RFC 3875 6.3); web servers use the last one
        }
        values.add(value);
        latest = values;
    }

    private void unfold() {
        if (folded != null) {
            latest.add(latest.removeLast() + folded);
            folded = null;
        }
        latest = null;
    }

    private static FcgiException malformed(String line) {
        return new FcgiException("malformed header line: \"" + Ascii.printable(line) + '"');
    }

    private void status(String digits, String phrase) throws FcgiException {
        if (!digits.matches("[1-9][0-9][0-9]")) {
            throw new FcgiException("malformed status: \"" + Ascii.printable(digits) + '"');
        }
        status = Integer.parseInt(digits);
        reason = Ascii.strip(phrase);
    }

    private CgiHead complete() {
        unfold();
        if (status < 0) {
            String location = header("Location");
            localRedirect = location != null && location.startsWith("/") && !location.startsWith("//");
            status = location != null && !localRedirect ? 302 : 200;
        }
        return this;
    }

    /** {@return the HTTP status; if the program gave none, 302 with an absolute Location and 200 otherwise} */
    public int status() {
        return status;
    }

    /** {@return the phrase after the status, or the empty string} */
    public String reason() {
        return reason;
    }

    /** {@return all fields except Status by case-insensitive name, each with its values in order; unmodifiable} */
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
        List<String> values = headers.get(Objects.requireNonNull(name, "name"));
        return values == null ? null : values.get(0);
    }

    /**
     * {@return whether the web server is asked to respond with another resource of its own (RFC 3875 6.2.2): Location
     * is a path, and there is no Status}
     */
    public boolean isLocalRedirect() {
        return localRedirect;
    }

    /** {@return the value of Content-Length, or -1 when it is missing or not a number} */
    public long contentLength() {
        String length = header("Content-Length");
        return length != null && LENGTH.matcher(length).matches() ? Long.parseLong(length) : -1;
    }
}
