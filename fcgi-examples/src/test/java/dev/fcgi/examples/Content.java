package dev.fcgi.examples;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Random;

/** Content to send and to compare with. */
final class Content {
    private Content() {}

    static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    /** {@return what /big answers, a stream of that many bytes} */
    static InputStream pattern(long length) {
        return new InputStream() {
            private long position;

            @Override
            public int read() {
                return position == length ? -1 : "0123456789abcdef".charAt((int) (position++ % 16));
            }

            @Override
            public int read(byte[] target, int offset, int count) {
                int now = (int) Math.min(count, length - position);
                for (int i = 0; i < now; i++) {
                    target[offset + i] = (byte) read();
                }
                return now == 0 && count > 0 ? -1 : now;
            }
        };
    }

    /** {@return the answer of /sum for these bytes} */
    static String sum(byte[] bytes) throws IOException {
        return Digest.of(new ByteArrayInputStream(bytes)) + "\n";
    }
}
