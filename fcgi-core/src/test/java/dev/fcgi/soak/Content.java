package dev.fcgi.soak;

import java.io.InputStream;
import java.util.Arrays;
import java.util.Random;

/** The bytes of one stream of one request: no two streams have the same, and each byte can be told from its place. */
final class Content {
    private static final int PERIOD = 65_521; // a prime: no round number of bytes looks like another place
    private static final byte[] BYTES = new byte[2 * PERIOD];

    static {
        byte[] once = new byte[PERIOD];
        new Random(1).nextBytes(once);
        System.arraycopy(once, 0, BYTES, 0, PERIOD);
        System.arraycopy(once, 0, BYTES, PERIOD, PERIOD);
    }

    private Content() {}

    private static int start(long stream, long position) {
        return (int) Math.floorMod(stream * 7919 + position, (long) PERIOD);
    }

    static byte[] of(long stream, long position, int length) {
        byte[] bytes = new byte[length];
        for (int at = 0; at < length; at += PERIOD) {
            System.arraycopy(BYTES, start(stream, position + at), bytes, at, Math.min(PERIOD, length - at));
        }
        return bytes;
    }

    static boolean matches(long stream, long position, byte[] bytes, int offset, int length) {
        for (int at = 0; at < length; at += PERIOD) {
            int start = start(stream, position + at);
            int count = Math.min(PERIOD, length - at);
            if (!Arrays.equals(BYTES, start, start + count, bytes, offset + at, offset + at + count)) {
                return false;
            }
        }
        return true;
    }

    static InputStream stream(long stream, long length) {
        return new InputStream() {
            private long position;

            @Override
            public int read() {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
            }

            @Override
            public int read(byte[] target, int offset, int wanted) {
                int count = (int) Math.min(wanted, length - position);
                if (count <= 0) {
                    return wanted == 0 ? 0 : -1;
                }
                System.arraycopy(of(stream, position, count), 0, target, offset, count);
                position += count;
                return count;
            }
        };
    }
}
