package dev.fcgi.internal.conn;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The reading end of one inbound stream of one request: a bounded queue of bytes.
 *
 * <p>State is guarded by the connection's lock. The thread that reads the connection calls {@link #offer}, {@link #end}
 * and {@link #fail} with the lock held; the handler's thread calls the methods of {@link InputStream}. If no thread
 * reads the connection, the handler's thread does it itself through the {@link Source}; then nothing is queued.
 */
public final class StreamInput extends InputStream {
    /** What a stream needs of its connection. */
    public interface Source {
        /**
         * Locked. Called when nothing is queued: reads from the connection, or waits by {@link #await}
         * while another thread does. Releases the lock meanwhile.
         *
         * @return bytes put into the target, or 0 if the stream must check again
         */
        int pull(StreamInput stream, byte[] target, int offset, int length) throws IOException;

        /** Locked. Called when nothing is queued: returns how much a read would get without blocking. */
        default int available(StreamInput stream) {
            return 0;
        }

        /** Locked. Called when a full queue has room again, or is no longer {@linkplain #extend extended}. */
        void roomMade(StreamInput stream);
    }

    /** Creates the exception of a failed stream; each read gets a new one. */
    @FunctionalInterface
    public interface Failure {
        IOException toException();
    }

    private static final int FIRST_CAPACITY = 1024;
    private static final byte[] NOTHING = {};

    private final Source source;
    private final ReentrantLock lock;
    private final int usualLimit;
    private int limit;
    /** Created by the first thread that has to wait. */
    private Condition readable;
    /** A ring: size bytes from head on. */
    private byte[] queue = NOTHING;
    private int head;
    private int size;
    private boolean ended;
    private boolean closed;
    private Failure failure;
    private boolean waiting;
    /** Created by the first read that has to wait, like the condition. */
    private Stopwatch waited;

    /**
     * Creates an open stream.
     *
     * @param limit how many bytes may be queued
     */
    public StreamInput(Source source, ReentrantLock lock, int limit) {
        this.source = source;
        this.lock = lock;
        this.usualLimit = limit;
        this.limit = limit;
    }

    // ---- the side of the connection

    /** Locked. Queues bytes. Returns how many were queued, which are fewer if the queue is full. */
    public int offer(ByteBuffer bytes, int offset, int length) {
        assert lock.isHeldByCurrentThread();
        if (closed || ended || failure != null) {
            return length;
        }
        int count = Math.min(length, limit - size);
        if (count > queue.length - size) {
            grow(size + count);
        }
        int tail = (head + size) % Math.max(queue.length, 1);
        int untilWrap = Math.min(count, queue.length - tail);
        bytes.get(offset, queue, tail, untilWrap);
        bytes.get(offset + untilWrap, queue, 0, count - untilWrap);
        size += count;
        signal();
        return count;
    }

    /** Locked. */
    public boolean isFull() {
        assert lock.isHeldByCurrentThread();
        return size == limit && !closed && failure == null;
    }

    /** Locked. Queues more than the limit, until the queue is empty or dropped. */
    public void extend(int more) {
        assert lock.isHeldByCurrentThread();
        limit = usualLimit + more;
    }

    public boolean isExtended() {
        return limit > usualLimit;
    }

    /** Locked. The peer ended the stream. */
    public void end() {
        assert lock.isHeldByCurrentThread();
        ended = true;
        signal();
    }

    public boolean hasEnded() {
        return ended;
    }

    /** Locked. Whether the stream can still be read. */
    public boolean isOpen() {
        assert lock.isHeldByCurrentThread();
        return !closed && failure == null;
    }

    /** Locked. Makes this and every later read fail, even of queued bytes. */
    public void fail(Failure cause) {
        assert lock.isHeldByCurrentThread();
        if (failure == null) {
            failure = cause;
            queue = NOTHING;
            size = 0;
            signal();
        }
    }

    /** Locked. The connection was not read for some time, in which a handler that waits for bytes could not get any. */
    public void pauseClock(long nanos) {
        assert lock.isHeldByCurrentThread();
        if (waited != null) {
            waited.pause(nanos);
        }
    }

    /** Locked. Whether a handler has been waiting for bytes for longer than a limit. */
    public boolean isStarving(long limit, long now) {
        assert lock.isHeldByCurrentThread();
        return waiting && waited.isOver(limit, now);
    }

    /**
     * Locked. Blocks until the stream changes; releases the lock meanwhile.
     *
     * @throws InterruptedIOException when the thread was interrupted; its flag is set again
     */
    public void await() throws InterruptedIOException {
        assert lock.isHeldByCurrentThread();
        if (readable == null) {
            readable = lock.newCondition();
        }
        try {
            readable.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            if (failure == null) {
                throw new InterruptedIOException("interrupted while waiting for input");
            }
        }
    }

    /** Locked. Drops what is queued and all that comes; its reader wants no more. Returns whether nothing can come. */
    public boolean discard() {
        assert lock.isHeldByCurrentThread();
        boolean awaited = size >= usualLimit || isExtended();
        closed = true;
        queue = NOTHING;
        size = 0;
        limit = usualLimit;
        if (awaited) {
            source.roomMade(this);
        }
        signal();
        return ended;
    }

    public boolean isClosed() {
        return closed;
    }

    /** Locked. Makes a waiting thread check again. */
    public void wakeUp() {
        assert lock.isHeldByCurrentThread();
        signal();
    }

    private void signal() {
        assert lock.isHeldByCurrentThread();
        if (readable != null) {
            readable.signalAll();
        }
    }

    private void grow(int needed) {
        byte[] larger = new byte[Math.min(limit, Math.max(needed, Math.max(FIRST_CAPACITY, 2 * queue.length)))];
        int untilWrap = Math.min(size, queue.length - head);
        System.arraycopy(queue, head, larger, 0, untilWrap);
        System.arraycopy(queue, 0, larger, untilWrap, size - untilWrap);
        queue = larger;
        head = 0;
    }

    // ---- the side of the handler

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, target.length);
        if (length == 0) {
            return 0;
        }
        lock.lock();
        try {
            while (true) {
                if (failure != null) {
                    throw failure.toException();
                }
                if (closed) {
                    throw new IOException("stream closed");
                }
                if (size > 0) {
                    return take(target, offset, length);
                }
                if (ended) {
                    return -1;
                }
                int pulled = pull(target, offset, length);
                if (pulled > 0) {
                    return pulled;
                }
            }
        } finally {
            lock.unlock();
        }
    }

    private int pull(byte[] target, int offset, int length) throws IOException {
        if (waited == null) {
            waited = new Stopwatch();
        }
        waited.restart();
        waiting = true;
        try {
            return source.pull(this, target, offset, length);
        } finally {
            waiting = false;
        }
    }

    private int take(byte[] target, int offset, int length) {
        assert lock.isHeldByCurrentThread();
        boolean wasFull = size == limit;
        int count = Math.min(length, size);
        int untilWrap = Math.min(count, queue.length - head);
        System.arraycopy(queue, head, target, offset, untilWrap);
        System.arraycopy(queue, 0, target, offset + untilWrap, count - untilWrap);
        head = (head + count) % queue.length;
        size -= count;
        boolean retracted = isExtended() && size == 0;
        if (retracted) {
            queue = NOTHING;
            head = 0;
            limit = usualLimit;
        }
        if (wasFull || retracted) {
            source.roomMade(this);
        }
        return count;
    }

    @Override
    public int available() throws IOException {
        lock.lock();
        try {
            return size > 0 || ended || closed || failure != null ? size : source.available(this);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            if (!closed) {
                discard();
            }
        } finally {
            lock.unlock();
        }
    }
}
