package dev.fcgi.internal.wire;

import java.nio.ByteBuffer;
import java.util.function.IntFunction;

/** Where buffers in the heap come from. */
final class Buffers {
    /** Replaced in tests by a source that fails. */
    private static volatile IntFunction<ByteBuffer> source = ByteBuffer::allocate;

    private Buffers() {}

    static ByteBuffer allocate(int capacity) {
        return source.apply(capacity);
    }

    static void use(IntFunction<ByteBuffer> other) {
        source = other;
    }
}
