package dev.fcgi.client;

import dev.fcgi.FcgiException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import java.util.function.LongConsumer;

/**
 * A body of exactly the length that the head announces. Surplus bytes are dropped, because programs may print a newline
 * at the end, as PHP does for one after its closing tag; missing bytes are an error.
 */
final class CheckedBody extends FilterInputStream {
    private static final int DROP_PIECE = 8192;

    private final long length;
    private final LongConsumer surplus;
    private long received;
    private boolean ended;

    /**
     * Limits a stream.
     *
     * @param surplus called with the number of bytes dropped, if any
     */
    CheckedBody(InputStream in, long length, LongConsumer surplus) {
        super(in);
        this.length = length;
        this.surplus = surplus;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] target, int offset, int count) throws IOException {
        Objects.checkFromIndexSize(offset, count, target.length);
        if (count == 0) {
            return 0;
        }
        if (received == length) {
            dropSurplus();
            return -1;
        }
        int read = in.read(target, offset, (int) Math.min(count, length - received));
        if (read < 0) {
            throw new FcgiException("the body has " + received + " bytes, Content-Length says " + length);
        }
        received += read;
        return read;
    }

    /** Reads to the end of the response; only there it is known to be complete. */
    private void dropSurplus() throws IOException {
        if (ended) {
            return;
        }
        long dropped = 0;
        if (in.read() >= 0) { // there should be nothing
            dropped++;
            byte[] piece = new byte[DROP_PIECE];
            for (int count; (count = in.read(piece)) >= 0; ) {
                dropped += count;
            }
        }
        ended = true;
        if (dropped > 0) {
            surplus.accept(dropped);
        }
    }

    @Override
    public int available() throws IOException {
        return (int) Math.min(in.available(), length - received);
    }

    @Override
    public long skip(long count) throws IOException {
        return Math.max(0, read(new byte[Math.clamp(count, 0, DROP_PIECE)]));
    }

    @Override
    public boolean markSupported() {
        return false;
    }
}
