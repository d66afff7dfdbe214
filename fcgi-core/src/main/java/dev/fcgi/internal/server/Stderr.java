package dev.fcgi.internal.server;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.Objects;

/** STDERR of one request, kept until its end. Has its own monitor, under which nothing blocks. */
final class Stderr extends OutputStream {
    private final int limit;
    private byte[] bytes = new byte[256];
    private int length;
    private long dropped;
    private boolean ended;

    Stderr(int limit) {
        this.limit = limit;
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public synchronized void write(byte[] source, int offset, int count) throws IOException {
        Objects.checkFromIndexSize(offset, count, source.length);
        if (ended) {
            throw new IOException("the request has ended");
        }
        int taken = Math.min(count, limit - length);
        if (length + taken > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.min(limit, Math.max(length + taken, 4 * bytes.length)));
        }
        System.arraycopy(source, offset, bytes, length, taken);
        length += taken;
        dropped += count - taken;
    }

    /** Makes every later write fail, because it would be lost. */
    synchronized void end() {
        ended = true;
    }

    /** {@return what was written, as far as it was kept} */
    synchronized byte[] content() {
        return Arrays.copyOf(bytes, length);
    }

    /** {@return how many bytes were not kept} */
    synchronized long dropped() {
        return dropped;
    }
}
