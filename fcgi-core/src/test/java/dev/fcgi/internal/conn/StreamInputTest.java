package dev.fcgi.internal.conn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The queue between the reader of the connection and the reader of the stream. */
@Timeout(30)
final class StreamInputTest {
    private static final int LIMIT = 10;

    private final ReentrantLock lock = new ReentrantLock();
    /** What a read finds on the connection itself, when no other thread reads it. */
    private final Deque<String> onTheConnection = new ArrayDeque<>();
    private final AtomicInteger roomMade = new AtomicInteger();
    /** How many reads have waited. */
    private final AtomicInteger waits = new AtomicInteger();

    private final StreamInput stream = new StreamInput(new StreamInput.Source() {
        @Override
        public int pull(StreamInput input, byte[] target, int offset, int length) throws IOException {
            assertTrue(lock.isHeldByCurrentThread());
            if (onTheConnection.isEmpty()) {
                waits.incrementAndGet();
                input.await();
                return 0;
            }
            byte[] found = onTheConnection.pop().getBytes(StandardCharsets.US_ASCII);
            System.arraycopy(found, 0, target, offset, found.length);
            return found.length;
        }

        @Override
        public int available(StreamInput input) {
            return 42;
        }

        @Override
        public void roomMade(StreamInput input) {
            assertTrue(lock.isHeldByCurrentThread());
            roomMade.incrementAndGet();
        }
    }, lock, LIMIT);

    private void locked(Runnable step) {
        lock.lock();
        try {
            step.run();
        } finally {
            lock.unlock();
        }
    }

    private boolean ask(BooleanSupplier question) {
        lock.lock();
        try {
            return question.getAsBoolean();
        } finally {
            lock.unlock();
        }
    }

    /** Offers content from the middle of a buffer; returns how much was taken. */
    private int offer(String content) {
        ByteBuffer bytes = ByteBuffer.wrap(("--" + content + "--").getBytes(StandardCharsets.US_ASCII));
        lock.lock();
        try {
            return stream.offer(bytes, 2, content.length());
        } finally {
            lock.unlock();
        }
    }

    private String read(int length) throws IOException {
        byte[] target = new byte[length + 2];
        int count = stream.read(target, 1, length);
        return count < 0 ? "the end" : new String(target, 1, count, StandardCharsets.US_ASCII);
    }

    /** A read on another thread, which is waiting. */
    private FutureTask<String> waitingRead() {
        int before = waits.get();
        FutureTask<String> reading = new FutureTask<>(() -> read(100));
        Thread.startVirtualThread(reading);
        while (!ask(() -> waits.get() > before)) {
            Thread.yield();
        }
        return reading;
    }

    @Test
    void whatIsOfferedIsReadThenTheEnd() throws Exception {
        assertEquals(3, offer("abc"));
        assertEquals(2, offer("de"));
        locked(stream::end);
        assertEquals("ab", read(2));
        assertEquals('c', stream.read());
        assertEquals("de", read(100));
        assertEquals("the end", read(100));
        assertEquals(-1, stream.read());
        assertEquals("", read(0));
    }

    @Test
    void noMoreIsTakenThanTheLimitRoundTheRing() throws Exception {
        assertEquals(8, offer("01234567"));
        assertEquals("0123", read(4));
        assertEquals(6, offer("89abcdef"));
        assertTrue(ask(stream::isFull));
        assertEquals(0, offer("ef"));
        assertEquals(0, roomMade.get());
        assertEquals("45", read(2));
        assertEquals(1, roomMade.get(), "the queue was full");
        assertFalse(ask(stream::isFull));
        assertEquals(2, offer("ef"));
        assertEquals("6789abcdef", read(100));
        assertEquals(2, roomMade.get());
    }

    @Test
    void moreIsTakenForAWhile() throws Exception {
        assertEquals(LIMIT, offer("0123456789"));
        locked(() -> stream.extend(5));
        assertFalse(ask(stream::isFull));
        assertEquals(5, offer("abcdefgh"));
        assertTrue(ask(stream::isFull) && stream.isExtended());
        assertEquals("0123456789a", read(11));
        assertTrue(stream.isExtended(), "until the queue is empty");
        assertEquals("bcde", read(100));
        assertFalse(stream.isExtended());
        assertEquals(LIMIT, offer("0123456789a"));
    }

    @Test
    void aWaitingReaderIsWoken() throws Exception {
        FutureTask<String> reading = waitingRead();
        offer("abc");
        assertEquals("abc", reading.get());
        reading = waitingRead();
        locked(stream::end);
        assertEquals("the end", reading.get());
    }

    @Test
    void whereNobodyReadsTheConnectionTheReadDoes() throws Exception {
        onTheConnection.add("straight");
        assertEquals("straight", read(100));
        offer("queued");
        onTheConnection.add("later");
        assertEquals("queued", read(100));
        assertEquals("later", read(100));
    }

    @Test
    void aFailureComesBeforeWhatIsQueued() throws Exception {
        offer("queued");
        locked(() -> stream.fail(() -> new IOException("aborted")));
        locked(() -> stream.fail(() -> new IOException("too late")));
        IOException one = assertThrows(IOException.class, () -> read(100));
        IOException two = assertThrows(IOException.class, () -> read(100));
        assertEquals("aborted", one.getMessage());
        assertEquals("aborted", two.getMessage());
        assertNotSame(one, two, "each thread has a stack trace of its own");
        assertEquals(3, offer("abc"), "what comes is dropped");
        assertFalse(ask(stream::isFull));
        assertEquals(0, stream.available());
    }

    @Test
    void aFailureWakesAWaitingReader() throws Exception {
        FutureTask<String> reading = waitingRead();
        locked(() -> stream.fail(() -> new IOException("aborted")));
        assertEquals("aborted", assertThrows(ExecutionException.class, reading::get).getCause().getMessage());
    }

    @Test
    void aClosedStreamTakesEverythingAndKeepsNothing() throws Exception {
        offer("0123456789");
        locked(() -> stream.extend(5));
        stream.close();
        stream.close();
        assertEquals(1, roomMade.get());
        assertFalse(ask(stream::isFull) || stream.isExtended());
        assertEquals(100, offer("x".repeat(100)));
        assertEquals("stream closed", assertThrows(IOException.class, () -> read(1)).getMessage());
        locked(stream::end);
        assertTrue(stream.hasEnded(), "for the connection");
    }

    @Test
    void closeWakesAWaitingReader() throws Exception {
        FutureTask<String> reading = waitingRead();
        stream.close();
        assertEquals("stream closed", assertThrows(ExecutionException.class, reading::get).getCause().getMessage());
    }

    @Test
    void anInterruptEndsTheWaitAndStays() throws Exception {
        Thread.currentThread().interrupt();
        assertThrows(InterruptedIOException.class, () -> read(1));
        assertTrue(Thread.interrupted());
        offer("abc");
        Thread.currentThread().interrupt();
        assertEquals("abc", read(100), "nothing to wait for");
        assertTrue(Thread.interrupted());
    }

    @Test
    void aStreamStarvesWhileAReadWaits() throws Exception {
        assertFalse(ask(() -> stream.isStarving(100, 1000)), "nobody reads");
        FutureTask<String> reading = waitingRead();
        assertFalse(ask(() -> stream.isStarving(100, 1000)));
        assertTrue(ask(() -> stream.isStarving(100, 1101)));
        offer("abc");
        reading.get();
        assertFalse(ask(() -> stream.isStarving(100, 9000)));
        reading = waitingRead();
        assertFalse(ask(() -> stream.isStarving(100, 9001)), "each read has its own time");
        locked(stream::end);
        reading.get();
    }

    @Test
    void availableIsWhatNeedsNoWait() throws Exception {
        assertEquals(42, stream.available(), "of the source");
        offer("abc");
        assertEquals(3, stream.available());
        locked(stream::end);
        read(3);
        assertEquals(0, stream.available());
    }

    @Test
    void aTargetIsCheckedFirst() {
        assertThrows(IndexOutOfBoundsException.class, () -> stream.read(new byte[3], 2, 2));
    }
}
