package dev.fcgi.fuzz;

import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;

/**
 * Bytes that arrive in pieces, whose lengths are derived from a seed of one byte, so that an input is always split in
 * the same way.
 */
public final class Pieces extends InputStream implements ReadableByteChannel {
    private final byte[] bytes;
    private final int end;
    private final int seed;
    private int at;
    private int state;
    private int reads;

    /** Bytes from an index on. Seed 0 is one piece, 1 to 15 pieces of that length, the rest are of mixed lengths. */
    public Pieces(byte[] bytes, int from, int seed) {
        this.bytes = bytes;
        this.end = bytes.length;
        this.at = Math.min(from, end);
        this.seed = seed & 0xFF;
        this.state = this.seed;
    }

    /** {@return how many bytes may come at once now, at least 1} */
    public int next() {
        if (seed < 16) {
            return seed == 0 ? Integer.MAX_VALUE : seed;
        }
        state = state * 1_103_515_245 + 12_345;
        int random = state >>> 16;
        return 1 + random % ((random & 0x300) == 0 ? 5000 : seed);
    }

    /** {@return how many reads have brought something, or the end} */
    public int reads() {
        return reads;
    }

    /** {@return the index of the next byte} */
    public int position() {
        return at;
    }

    @Override
    public int read() {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] target, int offset, int length) {
        reads++;
        if (length == 0) {
            throw new AssertionError("a read of nothing");
        }
        int count = Math.min(length, Math.min(end - at, next()));
        if (count == 0) {
            return -1;
        }
        System.arraycopy(bytes, at, target, offset, count);
        at += count;
        return count;
    }

    @Override
    public int read(ByteBuffer target) {
        byte[] piece = new byte[target.remaining()];
        int count = read(piece, 0, piece.length);
        target.put(piece, 0, Math.max(0, count));
        return count;
    }

    @Override
    public boolean isOpen() {
        return true;
    }

    @Override
    public void close() {}
}
