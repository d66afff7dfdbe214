package dev.fcgi.internal.wire;

import java.util.concurrent.atomic.AtomicReferenceArray;

/** Buffers of requests and connections that have ended, for those to come: a few for all. Any thread. */
public final class SpareBuffers<B> {
    private static final int COUNT = 64;

    private final AtomicReferenceArray<B> buffers = new AtomicReferenceArray<>(COUNT);

    /** {@return a buffer as it was kept, or null} */
    public B take() {
        return buffers.getAndSet(place(), null);
    }

    /** Takes a buffer that nobody uses any more. */
    public void keep(B buffer) {
        buffers.set(place(), buffer);
    }

    /** Threads go to different places, so that they are not in each other's way. */
    private static int place() {
        return (int) (Thread.currentThread().threadId() % COUNT);
    }
}
