package dev.fcgi.internal.cgi;

import dev.fcgi.cgi.CgiException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * The body of a request: counts its bytes, enforces the limit, and knows whether all of it arrived. When the limit is
 * exceeded, the creator's callback throws the exception or keeps it; if it keeps it, reading fails with an IOException.
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

    /** Sets the announced length; if it exceeds the limit, the body fails before it is read. */
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
            return 0; // some streams report their end here
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
        // bytes that are read again would be counted again
    }

    @Override
    public synchronized void reset() throws IOException {
        throw new IOException("mark and reset are not supported");
    }
}
