package dev.fcgi.internal.cgi;

import dev.fcgi.cgi.CgiException;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;

/**
 * Splits a multipart body into its parts (RFC 2046 5.1, RFC 7578).
 *
 * <p>Belongs to one thread; blocks while the body does. The delimiter is searched for in the buffer of 16 KiB that the
 * body is read into, and content is copied once, to the caller's array; the memory does not depend on the length of the
 * body. Lines must end with CRLF.
 */
public final class MultipartParser {
    /** The default limit of the headers of one part, in bytes. */
    public static final int DEFAULT_MAX_HEADER_LENGTH = 8 * 1024;

    /** White space allowed after a delimiter; with more, the line is content. Limits the lookahead. */
    private static final int MAX_PADDING = 256;
    private static final int CAPACITY = 16 * 1024;
    /** The length of the text before the first delimiter, at most a line for people. */
    private static final int MAX_PREAMBLE = 8 * 1024;
    private static final int FIRST_HEAD_CAPACITY = 256;

    private static final int NO = -1;
    private static final int UNDECIDED = -2;

    private final InputStream body;
    private final int maxHeaderLength;
    /** CRLF, two hyphens, boundary. Its only CR is the first byte, which limits the cost of the search. */
    private final byte[] delimiter;
    /** Horspool's table: how far the delimiter may move when this byte is under its end. */
    private final int[] shift = new int[256];
    private Charset charset = StandardCharsets.UTF_8;

    private final byte[] buffer = new byte[CAPACITY];
    /** Bytes that were read and not yet consumed: buffer[position .. limit). */
    private int position;
    private int limit;
    /** The part of them that is known to be content: buffer[position .. contentEnd). */
    private int contentEnd;
    /** Where the delimiter that starts at contentEnd ends; NO while none is known. */
    private int delimiterEnd = NO;
    private boolean closing;
    private boolean finished;
    /** Null once the first delimiter is found. */
    private ByteArrayOutputStream preamble = new ByteArrayOutputStream(2);
    private byte[] head = new byte[FIRST_HEAD_CAPACITY];
    private Content current;

    /**
     * Creates a parser, positioned before the first delimiter.
     *
     * @param body read up to the closing delimiter and at most 16 KiB beyond it; not closed
     * @param boundary the boundary without the leading hyphens, see {@link Boundary}
     * @param maxHeaderLength how many bytes the headers of one part may have
     * @throws IllegalArgumentException for a boundary that is empty, longer than 200 bytes or not printable ASCII
     */
    public MultipartParser(InputStream body, String boundary, int maxHeaderLength) {
        if (!Boundary.isUsable(boundary)) {
            throw new IllegalArgumentException("boundary must be 1 to 200 printable ASCII characters, was \"" + boundary + '"');
        }
        this.body = Objects.requireNonNull(body);
        this.maxHeaderLength = maxHeaderLength;
        delimiter = ("\r\n--" + boundary).getBytes(StandardCharsets.US_ASCII);
        Arrays.fill(shift, delimiter.length);
        for (int i = 0; i < delimiter.length - 1; i++) {
            shift[delimiter[i]] = delimiter.length - 1 - i;
        }
        // The first delimiter may lack its CRLF: put one before the body.
        buffer[0] = '\r';
        buffer[1] = '\n';
        limit = 2;
    }

    /** Sets the charset of the headers of the following parts, a superset of ASCII; default UTF-8. */
    public void headerCharset(Charset newCharset) {
        charset = Objects.requireNonNull(newCharset);
    }

    /**
     * Advances to the next part, skipping the rest of this one, or the preamble. Blocks until the part's headers and at
     * least one byte after them have arrived. After an exception the parser must not be used again.
     *
     * @return the part, or null after the closing delimiter; the epilogue is not read
     * @throws CgiException 400 for malformed headers or a malformed delimiter in the preamble, 413 if either is too
     *     long
     * @throws EOFException when the body ended before its closing delimiter
     */
    public Part next() throws IOException {
        current = null;
        if (finished) {
            return null;
        }
        if (preamble == null) {
            while (fill() > 0) {
                position = contentEnd;
            }
        } else {
            skipPreamble();
        }
        position = delimiterEnd;
        delimiterEnd = NO;
        if (closing) {
            finished = true;
            return null;
        }
        Map<String, String> headers = PartHead.parse(readHead());
        contentEnd = position;
        if (fill() > 0) {
            position += 2;
        } // otherwise the part has no content: the CRLF of its empty line belongs to the delimiter
        current = new Content();
        return new Part(headers, current);
    }

    /** A malformed delimiter, such as one that ends with LF only, must not make its part disappear unnoticed. */
    private void skipPreamble() throws IOException {
        while (fill() > 0) {
            if (preamble.size() + contentEnd - position > MAX_PREAMBLE) {
                throw new CgiException(413, "more than " + MAX_PREAMBLE + " bytes before the parts of the form");
            }
            preamble.write(buffer, position, contentEnd - position);
            position = contentEnd;
        }
        String delimiterOfLine = new String(delimiter, 2, delimiter.length - 2, StandardCharsets.US_ASCII);
        if (preamble.toString(StandardCharsets.ISO_8859_1).contains(delimiterOfLine)) {
            throw new CgiException(400, "the first delimiter of the form is malformed");
        }
        preamble = null;
    }

    /** Blocks until content of the current part is known and returns its length; 0 before the delimiter. */
    private int fill() throws IOException {
        while (contentEnd == position && delimiterEnd == NO) {
            search();
            if (contentEnd == position && delimiterEnd == NO) {
                receive();
            }
        }
        return contentEnd - position;
    }

    /**
     * Searches for the delimiter (Horspool). Linear even for malicious bodies: a comparison starts only at a CR and
     * does not pass another one.
     */
    private void search() {
        int length = delimiter.length;
        int at = position;
        while (at <= limit - length) {
            int last = buffer[at + length - 1];
            if (last == delimiter[length - 1]
                    && buffer[at] == '\r'
                    && Arrays.equals(buffer, at, at + length, delimiter, 0, length)) {
                int end = endOfDelimiter(at + length);
                if (end != NO) {
                    contentEnd = at;
                    delimiterEnd = end == UNDECIDED ? NO : end;
                    return;
                }
                at += length;
            } else {
                at += shift[last & 0xFF];
            }
        }
        contentEnd = startOfPrefix(at);
    }

    /** Returns where a delimiter that has not arrived completely may start; the limit if nowhere. */
    private int startOfPrefix(int from) {
        for (int i = limit - 1; i >= from; i--) {
            if (buffer[i] == '\r') {
                boolean prefix = Arrays.equals(buffer, i, limit, delimiter, 0, limit - i);
                return prefix ? i : limit;
            }
        }
        return limit;
    }

    //  CRLF -- boundary  *( SP / HT )  CRLF        before a part
    //  CRLF -- boundary  --                        the closing one
    /** Returns the end of the delimiter; NO when the line only starts like one; UNDECIDED at the limit. */
    private int endOfDelimiter(int start) {
        int at = start;
        while (at < limit && (buffer[at] == ' ' || buffer[at] == '\t')) {
            at++;
        }
        if (at - start > MAX_PADDING) {
            return NO;
        }
        if (at == limit) {
            return UNDECIDED;
        }
        boolean dash = at == start && buffer[at] == '-';
        if (!dash && buffer[at] != '\r') {
            return NO;
        }
        if (at + 1 == limit) {
            return UNDECIDED;
        }
        if (buffer[at + 1] != (dash ? '-' : '\n')) {
            return NO;
        }
        closing = dash;
        return at + 2;
    }

    /** Reads once, after the bytes that are still needed; called only while no content is known. */
    private void receive() throws IOException {
        if (position == limit || limit == buffer.length) {
            System.arraycopy(buffer, position, buffer, 0, limit - position); // at most a delimiter with its padding
            limit -= position;
            position = 0;
            contentEnd = 0;
        }
        int count = body.read(buffer, limit, buffer.length - limit);
        if (count < 0) {
            throw new EOFException("body ended before the closing delimiter of the form");
        }
        limit += count;
    }

    /** Reads the headers, each with an LF at its end, up to the empty line. */
    private String readHead() throws IOException {
        int length = 0;
        while (true) {
            while (position == limit || buffer[position] == '\r' && position + 1 == limit) {
                receive();
            }
            byte b = buffer[position];
            if (b == '\r' && buffer[position + 1] == '\n') {
                if (length == 0 || head[length - 1] == '\n') {
                    return new String(head, 0, length, charset);
                }
                position++;
                b = '\n';
            } else if (b == '\r' || b == '\n' || b == 0) {
                throw new CgiException(400, (b == 0 ? "NUL" : b == '\r' ? "CR without LF" : "LF without CR")
                        + " in the headers of a part, such as the name of a field or a file");
            }
            position++;
            if (length == maxHeaderLength) {
                throw new CgiException(413, "headers of a part exceed " + maxHeaderLength + " bytes");
            }
            if (length == head.length) {
                head = Arrays.copyOf(head, length * 2);
            }
            head[length++] = b;
        }
    }

    /** The content of one part. */
    private final class Content extends InputStream {
        @Override
        public int read() throws IOException {
            return ready() == 0 ? -1 : buffer[position++] & 0xFF;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            Objects.checkFromIndexSize(offset, length, target.length);
            if (length == 0) {
                return 0;
            }
            int count = Math.min(length, ready());
            if (count == 0) {
                return -1;
            }
            System.arraycopy(buffer, position, target, offset, count);
            position += count;
            return count;
        }

        @Override
        public long skip(long length) throws IOException {
            long left = length;
            while (left > 0 && ready() > 0) {
                int count = (int) Math.min(left, contentEnd - position);
                position += count;
                left -= count;
            }
            return Math.max(0, length) - Math.max(0, left);
        }

        @Override
        public int available() {
            return current == this ? contentEnd - position : 0;
        }

        /** Writes from the buffer, without a copy. */
        @Override
        public long transferTo(OutputStream target) throws IOException {
            long sum = 0;
            while (ready() > 0) {
                int count = contentEnd - position;
                target.write(buffer, position, count);
                position += count;
                sum += count;
            }
            return sum;
        }

        private int ready() throws IOException {
            if (current != this) {
                throw new IOException("the content of a part was read after the next part was requested");
            }
            return fill();
        }
    }
}
