package dev.fcgi.internal.wire;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * A few buffers outside the heap, for those who carry much at the moment: the kernel takes more at a time, and the JDK
 * copies nothing between them and the heap. Whoever gets none is slower, that is all. Any thread.
 */
public final class LargeBuffers {
    /** Of each, in bytes: two of the largest records. */
    static final int CAPACITY = 128 * 1024;
    /** Whoever fills this many bytes at a time carries much. */
    static final int WORTHWHILE = 32 * 1024;
    private static final int COUNT = 64;

    private static final AtomicReferenceArray<ByteBuffer> FREE = new AtomicReferenceArray<>(COUNT);
    /** How many may still be made. */
    private static final AtomicInteger ALLOWED = new AtomicInteger(COUNT);
    private static final AtomicInteger LENT = new AtomicInteger();

    private LargeBuffers() {}

    /** {@return a buffer that nobody else uses until it is given back, or null} */
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
        } catch (OutOfMemoryError e) { // -XX:MaxDirectMemorySize: trying takes a while, so never again
            ALLOWED.set(0);
            return null;
        }
    }

    /** Takes back a buffer that its borrower uses no more. */
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
