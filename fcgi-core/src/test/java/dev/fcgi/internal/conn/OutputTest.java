package dev.fcgi.internal.conn;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fcgi.internal.io.Transport;
import dev.fcgi.internal.wire.RecordBuffer;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;

/** How much waits to be written: part of the memory that a connection may take. */
final class OutputTest {
    private static final int ALONE = 2 * 1024;
    private static final int SHARED = 64 * 1024;

    private final ReentrantLock lock = new ReentrantLock();
    private final Output output = new Output(new Swallowing(), lock, false);

    @Test
    void littleWaitsWhereThereIsOneRequestAtATime() throws IOException {
        RecordBuffer record = new RecordBuffer(0, false);
        record.abortRequest(1);
        record.close();
        lock.lock();
        try {
            assertTrue(output.hasRoom(Integer.MAX_VALUE), "with nothing before it, it is written and not kept");
            output.stage(record);
            int left = ALONE - record.length();
            assertTrue(output.hasRoom(left));
            assertFalse(output.hasRoom(left + 1));
            output.share();
            assertTrue(output.hasRoom(SHARED - record.length()));
            assertFalse(output.hasRoom(SHARED - record.length() + 1));
        } finally {
            lock.unlock();
        }
    }

    /** Takes everything. */
    private static final class Swallowing implements Transport {
        @Override
        public ReadableByteChannel input() {
            throw new AssertionError("nobody reads");
        }

        @Override
        public void write(ByteBuffer source) {
            source.position(source.limit());
        }

        @Override
        public void shutdownInput() {}

        @Override
        public void shutdownOutput() {}

        @Override
        public void close() {}

        @Override
        public SocketAddress peer() {
            return null;
        }
    }
}
