package dev.fcgi.internal.server;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import java.util.function.LongConsumer;

/**
 * Standard input up to CONTENT_LENGTH: the web server need not end it there, so a further read might block (RFC 3875
 * 4.2).
 */
final class PlainCgiInput extends FilterInputStream {
    private final LongConsumer received;
    private long left;

    /** @param received is told of all bytes that were read */
    PlainCgiInput(InputStream in, long length, LongConsumer received) {
        super(in);
        this.left = length;
        this.received = received;
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
            return 0;
        }
        int count = left == 0 ? -1 : in.read(target, offset, (int) Math.min(length, left));
        took(Math.max(0, count));
        return count;
    }

    @Override
    public long skip(long count) throws IOException {
        long skipped = in.skip(Math.min(count, left));
        took(skipped);
        return skipped;
    }

    private void took(long count) {
        left -= count;
        received.accept(count);
    }

    @Override
    public int available() throws IOException {
        return (int) Math.min(left, in.available());
    }

    @Override
    public boolean markSupported() {
        return false;
    }
}
