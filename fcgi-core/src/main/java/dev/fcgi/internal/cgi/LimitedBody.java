package dev.fcgi.internal.cgi;

import dev.fcgi.cgi.CgiException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;

/** The body of a request: counts what arrives, refuses more than the limit, knows whether all of it came. */
public final class LimitedBody extends FilterInputStream {
    private final long limit;
    private long received;
    private boolean ended;

    public LimitedBody(InputStream in, long limit) {
        super(in);
        this.limit = limit;
    }

    /** {@return how many bytes have been read} */
    public long received() {
        return received;
    }

    /** {@return whether the end was seen} */
    public boolean hasEnded() {
        return ended;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, target.length);
        if (length == 0) {
            return 0; // some streams tell their end here, to readers that did not ask
        }
        int count = in.read(target, offset, length);
        if (count < 0) {
            ended = true;
            return count;
        }
        received += count;
        if (received > limit) {
            throw new CgiException(413, "request body of more than " + limit + " bytes");
        }
        return count;
    }

    @Override
    public long skip(long count) throws IOException {
        byte[] skipped = new byte[(int) Math.min(8192, Math.max(0, count))];
        return Math.max(0, read(skipped, 0, skipped.length));
    }

    @Override
    public boolean markSupported() {
        return false;
    }

    @Override
    public synchronized void mark(int readLimit) {
        // what is read again would be counted again
    }

    @Override
    public synchronized void reset() throws IOException {
        throw new IOException("mark and reset are not supported");
    }
}
