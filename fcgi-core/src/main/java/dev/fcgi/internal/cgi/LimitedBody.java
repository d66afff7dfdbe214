package dev.fcgi.internal.cgi;

import dev.fcgi.cgi.CgiException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * The body of a request: counts what arrives, refuses more than the limit, knows whether all of it came. Whoever made
 * it is told of a refusal, and throws the exception or keeps it; then reading fails with an IOException.
 */
public final class LimitedBody extends FilterInputStream {
    private final long limit;
    private final Consumer<CgiException> refusal;
    private boolean refused;
    private long received;
    private boolean ended;

    public LimitedBody(InputStream in, long limit, Consumer<CgiException> refusal) {
        super(in);
        this.limit = limit;
        this.refusal = refusal;
    }

    /** Takes the length that the request promises: more than the limit is refused before it comes. */
    public void announce(long length) {
        if (length > limit) {
            refuse();
        }
    }

    private IOException refuse() {
        refused = true;
        CgiException e = new CgiException(413, "request body of more than " + limit + " bytes");
        refusal.accept(e);
        return new IOException(e.getMessage(), e);
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
        if (refused) {
            throw refuse();
        }
        int count = in.read(target, offset, length);
        if (count < 0) {
            ended = true;
            return count;
        }
        received += count;
        if (received > limit) {
            throw refuse();
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
