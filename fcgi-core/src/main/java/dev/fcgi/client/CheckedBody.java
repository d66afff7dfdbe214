package dev.fcgi.client;

import dev.fcgi.FcgiException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** A body that must have the length that the head says. */
final class CheckedBody extends FilterInputStream {
    private final long length;
    private long received;

    CheckedBody(InputStream in, long length) {
        super(in);
        this.length = length;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] target, int offset, int count) throws IOException {
        int read = in.read(target, offset, count);
        received += Math.max(0, read);
        if (received > length || read < 0 && received < length) {
            throw new FcgiException("the body has " + (read < 0 ? "" : "more than ") + Math.min(received, length)
                    + " bytes, Content-Length says " + length);
        }
        return read;
    }

    @Override
    public long skip(long count) throws IOException {
        return Math.max(0, read(new byte[Math.clamp(count, 0, 8192)]));
    }

    @Override
    public boolean markSupported() {
        return false;
    }
}
