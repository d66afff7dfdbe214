package dev.fcgi.internal.conn;

import dev.fcgi.internal.wire.RecordReader;
import java.io.IOException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The inbound side of one connection: passes the content of records to the streams of requests. When the queue of a
 * stream is full, reading stops for as long as a {@link Rule} allows.
 *
 * <p>For the holder of the {@link ReaderRole}, who also has the {@link RecordReader}; methods that other threads may
 * call say so.
 */
public final class Inbound {
    /** Decides how long reading may stop because of one stream that nobody reads. */
    public interface Rule {
        /**
         * Locked. Called when the reader has waited for some time for room in a stream.
         *
         * @return how much longer to wait before the next call; 0 to check for room immediately, a negative number to
         *     leave the rest to another reader
         */
        long patience(StreamInput stream, long waitedNanos);

        /** Locked. Content was received: so many bytes of it. */
        default void received(int bytes) {}

        /** Locked. Reading has resumed, after so much time. */
        default void resumed(long stalledNanos) {}
    }

    private final RecordReader reader;
    private final ReentrantLock lock;
    private final Condition changed;
    private final Clock clock;
    private boolean stalled;

    public Inbound(RecordReader reader, ReentrantLock lock, Clock clock) {
        this.reader = reader;
        this.lock = lock;
        this.changed = lock.newCondition();
        this.clock = clock;
    }

    /**
     * Queues the rest of the current record; blocks on reading it, and while the queue is full.
     *
     * @return whether the whole record was consumed
     */
    public boolean queue(StreamInput stream, Rule rule) throws IOException {
        for (int count; (count = reader.fill()) > 0; ) {
            lock.lock();
            try {
                int taken = stream.offer(reader.buffer(), reader.position(), count);
                reader.skip(taken);
                rule.received(taken);
                if (taken < count && !awaitRoom(stream, rule)) {
                    return false;
                }
            } finally {
                lock.unlock();
            }
        }
        return true;
    }

    /** Locked. */
    private boolean awaitRoom(StreamInput stream, Rule rule) {
        assert lock.isHeldByCurrentThread();
        stalled = true;
        long waited = 0;
        try {
            while (stream.isFull()) {
                long patience = rule.patience(stream, waited);
                if (patience < 0) {
                    return false;
                }
                if (patience > 0) {
                    waited += await(patience);
                }
            }
            return true;
        } finally {
            stalled = false;
            rule.resumed(waited);
        }
    }

    /**
     * Locked. Blocks until {@link #wakeUp} or until a time has passed; returns how long it waited. Keeps an interrupt
     * pending.
     */
    public long await(long nanos) {
        assert lock.isHeldByCurrentThread();
        return clock.awaitUninterruptibly(changed, nanos);
    }

    /** Locked. Makes a waiting reader check again. May be called by any thread. */
    public void wakeUp() {
        assert lock.isHeldByCurrentThread();
        changed.signalAll();
    }

    /**
     * Locked. Whether the reader waits for room, so that the peer's actions cannot be seen. May be called by any
     * thread.
     */
    public boolean isStalled() {
        assert lock.isHeldByCurrentThread();
        return stalled;
    }
}
