package dev.fcgi.internal.conn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fcgi.internal.io.Transport;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * The outbound half of a connection as a transcript: one line for each write, with the ids of its records, which have
 * nothing but a header, and for each end.
 */
final class ScriptedWire implements Transport {
    private static final int RECORD = 8;

    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    private final Semaphore inside = new Semaphore(0);
    private final Semaphore turns = new Semaphore(Integer.MAX_VALUE);
    private volatile int most = Integer.MAX_VALUE;
    private volatile Throwable failure;
    private volatile Throwable failureToEnd;
    private volatile Thread writer;

    /** From now on the peer accepts nothing, until {@link #take}. */
    ScriptedWire hold() {
        turns.drainPermits();
        return this;
    }

    /** The peer accepts data again. */
    void take() {
        turns.release();
    }

    /** Limits how many bytes each write accepts. */
    void takeAtMost(int bytes) {
        most = bytes;
    }

    void failBy(Throwable thrown) {
        failure = thrown;
    }

    void failToEndBy(Throwable thrown) {
        failureToEnd = thrown;
    }

    /** Waits until a thread is in a write that was not waited for before. */
    void awaitWrite() throws InterruptedException {
        assertTrue(inside.tryAcquire(10, TimeUnit.SECONDS), "nobody writes");
    }

    /** {@return the thread of the last write} */
    Thread writer() {
        return writer;
    }

    void expect(String... expected) throws InterruptedException {
        for (String line : expected) {
            assertEquals(line, lines.poll(10, TimeUnit.SECONDS));
        }
    }

    void expectNothing() {
        assertEquals(null, lines.poll());
    }

    @Override
    public void write(ByteBuffer source) {
        writer = Thread.currentThread();
        inside.release();
        turns.acquireUninterruptibly();
        if (failure != null) {
            throw sneaky(failure);
        }
        int count = Math.min(source.remaining(), most);
        StringBuilder line = new StringBuilder(count % RECORD == 0 ? "write" : "write " + count + " bytes of");
        for (int at = source.position(); at < source.position() + count; at += RECORD) {
            line.append(' ').append(source.getShort(at / RECORD * RECORD + 2));
        }
        source.position(source.position() + count);
        lines.add(line.toString());
    }

    @Override
    public void shutdownOutput() {
        lines.add("end");
        if (failureToEnd != null) {
            throw sneaky(failureToEnd);
        }
    }

    @Override
    public void close() {
        lines.add("close");
    }

    @Override
    public void shutdownInput() {
        throw new AssertionError("the input is not the business of an output");
    }

    @Override
    public ReadableByteChannel input() {
        throw new AssertionError("the input is not the business of an output");
    }

    @Override
    public SocketAddress peer() {
        return null;
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> RuntimeException sneaky(Throwable thrown) throws T {
        throw (T) thrown;
    }
}
