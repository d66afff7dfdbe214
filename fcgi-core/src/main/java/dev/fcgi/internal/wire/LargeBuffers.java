package dev.fcgi.internal.wire;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * A few buffers outside the heap, for connections that carry much data at the moment: the kernel accepts more at a
 * time, and the JDK need not copy to or from the heap. A borrower that gets none is only slower. Thread-safe.
 */
public final class LargeBuffers {
    /** The size of each in bytes: two of the largest records. */
    static final int CAPACITY = 128 * 1024;
    /** A connection that fills this many bytes at a time gets a large buffer. */
    static final int WORTHWHILE = 32 * 1024;
    private static final int COUNT = 64;

    private static final AtomicReferenceArray<ByteBuffer> FREE = new AtomicReferenceArray<>(COUNT);
    /** How many may still be allocated. */
    private static final AtomicInteger ALLOWED = new AtomicInteger(COUNT);
    private static final AtomicInteger LENT = new AtomicInteger();

    private LargeBuffers() {}

    /** {@return a buffer for exclusive use until it is given back, or null} */
    static ByteBuffer borrow() {
        ByteBuffer buffer = takeFree();
        if (buffer == null && ALLOWED.get() > 0 && ALLOWED.getAndDecrement() > 0) {
            buffer = make();
        }
        if (buffer != null) {
            LENT.incrementAndGet();
        }
        return buffer;
    }

    private static ByteBuffer takeFree() {
        for (int i = 0; i < COUNT; i++) {
            if (FREE.getPlain(i) != null) {
                ByteBuffer buffer = FREE.getAndSet(i, null);
                if (buffer != null) {
                    return buffer.clear();
                }
            }
        }
        return null;
    }

    private static ByteBuffer make() {
        try {
            return ByteBuffer.allocateDirect(CAPACITY);
        } catch (OutOfMemoryError e) { // -XX:MaxDirectMemorySize: a failure takes a while, so do not try again
            ALLOWED.set(0);
            return null;
        }
    }

    /** Takes back a buffer that its borrower no longer uses. */
    static void giveBack(ByteBuffer buffer) {
        LENT.decrementAndGet();
        int i = 0;
        while (!FREE.compareAndSet(i, null, buffer)) {
            i = (i + 1) % COUNT;
        }
    }

    /** {@return how many are in use; for tests} */
    public static int lent() {
        return LENT.get();
    }
}
