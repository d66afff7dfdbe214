package dev.fcgi.internal.cgi;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.Objects;

/**
 * The body of a CGI response, buffered so that a short one gets its Content-Length. The head is sent once, before the
 * first byte that leaves the buffer. Not thread-safe.
 */
public final class ResponseBody extends OutputStream {
    private static final byte[] NOTHING = {};
    /** A body that is as short as that goes out together with its head. */
    private static final int SHORT = 1024;

    private final ResponseHead head;
    private final OutputStream stdout;
    /** Whether the request was HEAD: the body is counted and dropped. */
    private final boolean dropped;
    private final int limit;
    /** Grows up to the limit: most responses are short. */
    private byte[] buffer = NOTHING;
    private int length;
    /** What has left the buffer. */
    private long sent;
    private boolean committed;
    private boolean ending;
    private boolean collecting;
    private boolean discarding;
    private boolean closed;

    public ResponseBody(ResponseHead head, OutputStream stdout, boolean dropped, int bufferSize) {
        this.head = head;
        this.stdout = stdout;
        this.dropped = dropped;
        this.limit = bufferSize;
    }

    public boolean isCommitted() {
        return committed;
    }

    /**
     * Sets whether writing, flushing and closing have no effect, because another response will replace this one. Only
     * before the head was sent.
     */
    public void discard(boolean yes) {
        discarding = yes;
    }

    /** Discards what was written, if it has not left the buffer. */
    public void reset() {
        length = 0;
    }

    /** Flushes a writer into this buffer, which may exceed its limit. */
    public void collect(PrintWriter writer) {
        collecting = true;
        writer.flush();
        collecting = false;
    }

    /** {@return how many bytes of the body were sent or will be} */
    public long sent() {
        return isWanted() ? sent + length : 0;
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] source, int offset, int count) throws IOException {
        Objects.checkFromIndexSize(offset, count, source.length);
        requireOpen();
        if (discarding) {
            return;
        }
        if (!committed && (collecting || count <= limit - length)) {
            if (count > buffer.length - length) {
                // exact at first, since most short responses are one write
                buffer = Arrays.copyOf(buffer, Math.max(length + count, Math.min(limit, 4 * buffer.length)));
            }
            System.arraycopy(source, offset, buffer, length, count);
            length += count;
            return;
        }
        commit(true);
        send(source, offset, count);
    }

    @Override
    public void flush() throws IOException {
        requireOpen();
        if (!ending && !collecting && !discarding) {
            commit(true); // or will be
            stdout.flush();
        }
    }

    /** From now on a flush sends nothing, because the end follows and the buffer may hold the whole body. */
    public void ending() {
        ending = true;
    }

    /** Ends the body; the buffer holds the rest. */
    @Override
    public void close() throws IOException {
        if (closed || discarding) {
            return;
        }
        // A handler that writes nothing for HEAD has not determined the length for GET.
        boolean known = length > 0 || !dropped;
        if (!committed && known) {
            head.completeLength(length);
        }
        commit(length > 0);
        closed = true;
    }

    private void commit(boolean hasBody) throws IOException {
        if (committed) {
            return;
        }
        committed = true; // whatever happens, no second head is sent
        head.complete(hasBody);
        byte[] buffered = buffer;
        int count = length;
        buffer = NOTHING;
        length = 0;
        if (count <= SHORT && isWanted()) {
            byte[] all = head.toBytes(count);
            System.arraycopy(buffered, 0, all, all.length - count, count);
            sent += count;
            stdout.write(all, 0, all.length);
        } else {
            byte[] block = head.toBytes(0);
            stdout.write(block, 0, block.length);
            send(buffered, 0, count);
        }
    }

    private void send(byte[] source, int offset, int count) throws IOException {
        sent += count;
        if (isWanted()) {
            stdout.write(source, offset, count);
        }
    }

    private boolean isWanted() {
        return !dropped && !head.isBodiless();
    }

    private void requireOpen() throws IOException {
        if (closed) {
            throw new IOException("the response has ended");
        }
    }
}
