package dev.fcgi.internal.conn;

import dev.fcgi.internal.wire.RecordReader;
import java.io.IOException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The way in of one connection: gives the content of records to the streams of requests. With the queue of a stream
 * full, reading stops, for as long as a {@link Rule} says.
 *
 * <p>For the holder of the {@link ReaderRole}, who has the {@link RecordReader}, too; what others may call says so.
 */
public final class Inbound {
    /** For how long reading may stand still, because of one stream that nobody reads. */
    public interface Rule {
        /**
         * Locked. Does what is due when the reader has waited so long for room in a stream.
         *
         * @return how much longer to wait before this is asked again; nothing to look at once whether there is room,
         *     less than nothing to leave the rest to another thread that reads
         */
        long patience(StreamInput stream, long waitedNanos);

        /** Locked. Some content has come. */
        default void came() {}

        /** Locked. Reading goes on. */
        default void goesOn() {}
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
     * Queues what is left of the current record; blocks on reading it, and while the queue is full.
     *
     * @return whether nothing is left
     */
    public boolean queue(StreamInput stream, Rule rule) throws IOException {
        for (int count; (count = reader.fill()) > 0; ) {
            lock.lock();
            try {
                int taken = stream.offer(reader.buffer(), reader.position(), count);
                reader.skip(taken);
                rule.came();
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
        try {
            long waited = 0;
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
            rule.goesOn();
        }
    }

    /** Locked. Blocks until {@link #wakeUp}, or for some time; returns for how long. An interrupt stays for later. */
    public long await(long nanos) {
        assert lock.isHeldByCurrentThread();
        return clock.awaitUninterruptibly(changed, nanos);
    }

    /** Locked. Has a reader that waits look again; any thread. */
    public void wakeUp() {
        assert lock.isHeldByCurrentThread();
        changed.signalAll();
    }

    /** Locked. Whether the reader waits for room: what the peer does cannot be seen then. Any thread. */
    public boolean isStalled() {
        assert lock.isHeldByCurrentThread();
        return stalled;
    }
}
