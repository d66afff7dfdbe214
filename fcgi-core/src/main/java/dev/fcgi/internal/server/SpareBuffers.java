package dev.fcgi.internal.server;

import dev.fcgi.internal.wire.RecordBuffer;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Output buffers of responses that have ended, for those to come: a few for the whole server, so that idle connections
 * hold none. Any thread.
 */
final class SpareBuffers {
    private static final int COUNT = 64;
    /** What a large response made larger is not kept. */
    private static final int MAX_LENGTH = 4096;

    private final AtomicReferenceArray<RecordBuffer> buffers = new AtomicReferenceArray<>(COUNT);

    /** {@return an empty buffer, or null} */
    RecordBuffer take() {
        return buffers.getAndSet(place(), null);
    }

    void keep(RecordBuffer buffer) {
        if (buffer.array().length <= MAX_LENGTH) {
            buffer.clear();
            buffers.set(place(), buffer);
        }
    }

    /** Threads go to different places, so that they are not in each other's way. */
    private static int place() {
        return (int) (Thread.currentThread().threadId() % COUNT);
    }
}
