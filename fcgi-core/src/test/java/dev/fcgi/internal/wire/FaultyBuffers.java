package dev.fcgi.internal.wire;

import dev.fcgi.fault.Faults;
import java.nio.ByteBuffer;

/** A source of heap buffers whose allocation fails. */
public final class FaultyBuffers {
    private FaultyBuffers() {}

    public static void install(Faults faults) {
        Buffers.use(capacity -> {
            faults.operation("buffer");
            return ByteBuffer.allocate(capacity);
        });
    }

    public static void remove() {
        Buffers.use(ByteBuffer::allocate);
    }
}
