package dev.fcgi.internal.wire;

import java.util.concurrent.atomic.AtomicReferenceArray;

/** A few buffers of ended requests and connections, kept for later ones. Thread-safe. */
public final class SpareBuffers<B> {
    private static final int COUNT = 64;

    private final AtomicReferenceArray<B> buffers = new AtomicReferenceArray<>(COUNT);

    /** {@return a kept buffer, unchanged, or null} */
    public B take() {
        return buffers.getAndSet(place(), null);
    }

    /** Keeps a buffer that is no longer used. */
    public void keep(B buffer) {
        buffers.set(place(), buffer);
    }

    /** Threads use different places, to avoid contention. */
    private static int place() {
        return (int) (Thread.currentThread().threadId() % COUNT);
    }
}
