package dev.fcgi.benchmarks;

import java.nio.ByteBuffer;

/** Iterates over records and reads only headers; shared by the bare client and the bare server. */
final class Headers {
    static final int LENGTH = 8;

    private int left;
    private int type;
    private int id;
    private int contentLength;

    /**
     * Consumes the rest of the current record and the header of the next.
     *
     * @return false when it has not arrived yet; a part of a header stays in the buffer
     */
    boolean next(ByteBuffer buffer) {
        int skipped = Math.min(left, buffer.remaining());
        buffer.position(buffer.position() + skipped);
        left -= skipped;
        if (left > 0 || buffer.remaining() < LENGTH) {
            return false;
        }
        int at = buffer.position();
        type = buffer.get(at + 1);
        id = buffer.getShort(at + 2) & 0xFFFF;
        contentLength = buffer.getShort(at + 4) & 0xFFFF;
        left = contentLength + (buffer.get(at + 6) & 0xFF);
        buffer.position(at + LENGTH);
        return true;
    }

    int type() {
        return type;
    }

    int id() {
        return id;
    }

    int contentLength() {
        return contentLength;
    }

    /** {@return whether the whole current record has arrived} */
    boolean isComplete() {
        return left == 0;
    }
}
