package dev.fcgi.internal.server;

import dev.fcgi.CgiHead;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A copy of the head of a response for observers; parsed on demand. One thread writes it. */
final class ResponseHeadCopy {
    private static final int MAX_LENGTH = 8192;
    private static final byte[] NOTHING = {};

    private byte[] bytes = NOTHING;
    private int length;
    /** Whether the last line is empty, except for a CR. */
    private boolean lineEmpty;
    private volatile boolean complete;

    /** Appends what the handler writes; ignores the body. */
    void append(byte[] source, int offset, int count) {
        if (complete) {
            return;
        }
        int end = Math.min(count, MAX_LENGTH - length);
        for (int i = 0; i < end; i++) {
            byte b = source[offset + i];
            if (b == '\n' && (lineEmpty || length + i == 0)) {
                copy(source, offset, i + 1);
                complete = true;
                return;
            }
            lineEmpty = b == '\n' || b == '\r' && (lineEmpty || length + i == 0);
        }
        copy(source, offset, end);
        complete = length == MAX_LENGTH;
    }

    private void copy(byte[] source, int offset, int count) {
        bytes = length == 0 ? Arrays.copyOfRange(source, offset, offset + count)
                : Arrays.copyOf(bytes, length + count);
        System.arraycopy(source, offset, bytes, length, count);
        length += count;
    }

    /** {@return the head; null while it is not complete, and when it is malformed or too long} */
    CgiHead read() {
        if (!complete) {
            return null;
        }
        try {
            return CgiHead.read(new ByteArrayInputStream(bytes), MAX_LENGTH, StandardCharsets.UTF_8);
        } catch (IOException malformed) {
            return null;
        }
    }
}
