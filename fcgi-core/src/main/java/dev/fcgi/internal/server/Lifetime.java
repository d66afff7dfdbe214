package dev.fcgi.internal.server;

import dev.fcgi.internal.conn.Output;
import dev.fcgi.internal.conn.Stopwatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Whether a connection goes on, and how it ends: with a word to the peer that nothing more comes, after which what the
 * peer still sends is read for a while, since closing a socket with unread input would destroy the last response.
 *
 * <p>Guarded by the connection's lock.
 */
final class Lifetime {
    private static final long CLOSING_TIME = TimeUnit.SECONDS.toNanos(5);
    private static final long DRAINING_CLOSING_TIME = TimeUnit.SECONDS.toNanos(1);
    private static final long DRAINING_IDLE_TIME = TimeUnit.MILLISECONDS.toNanos(250);

    private enum State { OPEN, CLOSING, CLOSED }

    private final Common common;
    private final ReentrantLock lock;
    private final Output output;

    /** Written under the lock; the reader looks without. */
    private volatile State state = State.OPEN;
    /** False once a request came without KEEP_CONN. */
    private boolean keep = true;
    /** Whether the connection was idle for too long: what still arrives is answered, then it closes. */
    private boolean lastCall;
    /** Whether the peer may still send what belongs to requests that have ended. */
    private boolean inputOpen;
    private boolean inputEnded;
    private final Stopwatch idle = new Stopwatch();
    private long requestsBefore;
    private final Stopwatch closing = new Stopwatch();

    Lifetime(Common common, ReentrantLock lock, Output output) {
        this.common = common;
        this.lock = lock;
        this.output = output;
    }

    /** {@return whether this connection goes on; it may be over the moment after, unless the lock is held} */
    boolean isOpen() {
        return state == State.OPEN;
    }

    boolean isClosed() {
        return state == State.CLOSED;
    }

    /** Locked. Whether the connection closes when nothing is active any more. */
    boolean isLast() {
        assert lock.isHeldByCurrentThread();
        return !keep || common.isDraining();
    }

    /** Locked. Whether the connection, while something is active, takes no new requests. */
    boolean isRefusing() {
        assert lock.isHeldByCurrentThread();
        return !keep || common.isRefusing();
    }

    /** Locked. */
    void closeAfterLast() {
        assert lock.isHeldByCurrentThread();
        keep = false;
    }

    /** Locked. The peer may go on with what belongs to a request that has ended. */
    void inputStaysOpen() {
        assert lock.isHeldByCurrentThread();
        inputOpen = true;
    }

    /**
     * Locked. The peer has ended the input.
     *
     * @return whether it did so because we have
     */
    boolean inputEnded() {
        assert lock.isHeldByCurrentThread();
        inputEnded = true;
        return lastCall;
    }

    /**
     * Locked. The last answer is on its way: says so to the peer and lets the reader finish.
     *
     * @param read whether somebody reads, and waits for the peer to close
     */
    void startClosing(boolean read) {
        assert lock.isHeldByCurrentThread();
        if (isOpen()) {
            state = State.CLOSING;
            if (read) {
                output.endAfterFlush();
            }
        }
    }

    /**
     * Locked. Waits until all is written, not longer than the write timeout.
     *
     * @param atBorder whether the reader has nothing left of what was received
     * @return whether there may be input left, which would turn the close into a reset
     */
    boolean flush(boolean atBorder) {
        assert lock.isHeldByCurrentThread();
        // a peer that hears of the end only now may be sending its next request
        boolean linger = !inputEnded && (inputOpen || common.isDraining() || !atBorder);
        if (linger || !output.isIdle()) {
            output.endAfterFlush();
        }
        output.awaitUntil(output::isIdle);
        return linger;
    }

    /** Locked. */
    void closed() {
        assert lock.isHeldByCurrentThread();
        state = State.CLOSED;
    }

    // ---- limits on time

    /** Locked. Whether the peer has been closing its side for too long; a stop does not wait forever. */
    boolean isClosingOver(long now) {
        assert lock.isHeldByCurrentThread();
        return state == State.CLOSING && output.isIdle()
                && closing.isOver(common.isDraining() ? DRAINING_CLOSING_TIME : CLOSING_TIME, now);
    }

    /**
     * Locked. Whether an idle connection has been so for too long: true once, and nothing is kept then.
     *
     * @param requests how many it has had: with more than at the last look it was not idle since
     */
    boolean isIdleOver(long requests, long now) {
        assert lock.isHeldByCurrentThread();
        if (requests != requestsBefore) {
            requestsBefore = requests;
            idle.restart();
        }
        long limit = common.isDraining() ? DRAINING_IDLE_TIME : common.options.keepAliveTimeout;
        if (lastCall || !idle.isOver(limit, now)) {
            return false;
        }
        lastCall = true;
        keep = false;
        return true;
    }
}
