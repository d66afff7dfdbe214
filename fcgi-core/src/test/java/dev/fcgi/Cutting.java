package dev.fcgi;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** How a {@link ScriptedPeer} splits the bytes that it sends; the meaning of a byte stream must not depend on it. */
record Cutting(Kind kind, long seed) {
    /** The ways to split. */
    enum Kind { WHOLE, BYTEWISE, RANDOM }

    /** A write for every byte is slow, and proves nothing more after the heads of requests. */
    private static final int MAX_BYTEWISE = 4096;

    static final Cutting WHOLE = new Cutting(Kind.WHOLE, 0);

    static Cutting of(Kind kind) {
        return new Cutting(kind, kind == Kind.RANDOM ? System.nanoTime() : 0);
    }

    /** The lengths of the pieces of a number of bytes. */
    List<Integer> pieces(int length) {
        Random random = new Random(seed);
        List<Integer> pieces = new ArrayList<>();
        for (int left = length; left > 0; left -= pieces.get(pieces.size() - 1)) {
            int most = Math.min(left, random.nextInt(4) == 0 ? Math.max(1, length / 2) : 16);
            pieces.add(switch (kind) {
                case WHOLE -> left;
                case BYTEWISE -> length > MAX_BYTEWISE ? Math.min(left, 4096) : 1;
                case RANDOM -> length > MAX_BYTEWISE
                        ? Math.min(left, 1 + random.nextInt(8192)) : 1 + random.nextInt(most);
            });
        }
        return pieces;
    }
}
