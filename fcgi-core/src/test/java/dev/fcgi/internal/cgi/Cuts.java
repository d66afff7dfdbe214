package dev.fcgi.internal.cgi;

import java.io.InputStream;
import java.util.function.IntSupplier;

/** A body that arrives in pieces of given lengths. */
final class Cuts extends InputStream {
    private final byte[] bytes;
    private final int end;
    private final IntSupplier lengths;
    private int at;
    private int pieceLeft;

    private Cuts(byte[] bytes, int end, IntSupplier lengths) {
        this.bytes = bytes;
        this.end = end;
        this.lengths = lengths;
    }

    static Cuts whole(byte[] bytes) {
        return new Cuts(bytes, bytes.length, () -> Integer.MAX_VALUE);
    }

    static Cuts truncated(byte[] bytes, int end, int pieceLength) {
        return new Cuts(bytes, end, () -> pieceLength);
    }

    static Cuts pieces(byte[] bytes, IntSupplier lengths) {
        return new Cuts(bytes, bytes.length, lengths);
    }

    /** Two pieces; the first must not be empty, nor the second. */
    static Cuts at(byte[] bytes, int cut) {
        boolean[] second = {false};
        return new Cuts(bytes, bytes.length, () -> {
            int length = second[0] ? Integer.MAX_VALUE : cut;
            second[0] = true;
            return length;
        });
    }

    @Override
    public int read() {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] target, int offset, int length) {
        if (at == end) {
            return -1;
        }
        if (pieceLeft == 0) {
            pieceLeft = lengths.getAsInt();
        }
        int count = Math.min(Math.min(length, pieceLeft), end - at);
        System.arraycopy(bytes, at, target, offset, count);
        at += count;
        pieceLeft -= count;
        return count;
    }
}
