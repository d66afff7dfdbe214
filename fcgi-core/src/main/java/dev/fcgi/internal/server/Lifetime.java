package dev.fcgi.internal.server;

import dev.fcgi.internal.conn.Output;
import dev.fcgi.internal.conn.Stopwatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The state of a connection, and how it ends: its output is shut down, and then its input is read for a while, because
 * closing a socket with unread input could destroy the last response.
 *
 * <p>Guarded by the connection's lock.
 */
final class Lifetime {
    private static final long CLOSING_TIME = TimeUnit.SECONDS.toNanos(5);
    private static final long DRAINING_CLOSING_TIME = TimeUnit.SECONDS.toNanos(1);
    private static final long DRAINING_IDLE_TIME = TimeUnit.MILLISECONDS.toNanos(250);

    private enum State { OPEN, CLOSING, CLOSED }

    private final ServerContext context;
    private final ReentrantLock lock;
    private final Output output;

    /** Written under the lock; the reader reads it without. */
    private volatile State state = State.OPEN;
    /** False once a request arrived without KEEP_CONN. */
    private boolean keep = true;
    /** Whether the connection was idle for too long: requests that still arrive are answered, then it is closed. */
    private boolean idleClosing;
    /** Whether the peer may still send input of ended requests. */
    private boolean inputOpen;
    private boolean inputEnded;
    private final Stopwatch idle = new Stopwatch();
    private long requestsBefore;
    private final Stopwatch closing = new Stopwatch();

    Lifetime(ServerContext context, ReentrantLock lock, Output output) {
        this.context = context;
        this.lock = lock;
        this.output = output;
    }

    /** {@return whether this connection is open; unless the lock is held, it may end at any moment} */
    boolean isOpen() {
        return state == State.OPEN;
    }

    boolean isClosed() {
        return state == State.CLOSED;
    }

    /** Locked. Whether the connection closes when no request is active any more. */
    boolean closesWhenIdle() {
        assert lock.isHeldByCurrentThread();
        return !keep || context.isDraining();
    }

    /** Locked. Whether the connection refuses new requests while one is active. */
    boolean isRefusing() {
        assert lock.isHeldByCurrentThread();
        return !keep || context.isRefusing();
    }

    /** {@return whether the server stops} */
    boolean isDraining() {
        return context.isDraining();
    }

    /** Locked. */
    void disableKeepAlive() {
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
     * @return whether that was a reaction to our own end
     */
    boolean inputEnded() {
        assert lock.isHeldByCurrentThread();
        inputEnded = true;
        return idleClosing;
    }

    /**
     * Locked. Called when the last response was sent: shuts down the output and lets the reader finish.
     *
     * @param read whether a thread reads, and waits for the peer to close
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
     * Locked. Waits until everything is written, at most for the write timeout.
     *
     * @param atRecordBoundary whether the reader has consumed all received data
     * @return whether input may be left, which would turn the close into a reset
     */
    boolean flush(boolean atRecordBoundary) {
        assert lock.isHeldByCurrentThread();
        // a peer that learns of the end only now may be sending its next request
        boolean linger = !inputEnded && (inputOpen || context.isDraining() || !atRecordBoundary);
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

    // ---- timeouts

    /** Locked. Whether the peer takes too long to close its side; a stop does not wait forever. */
    boolean isClosingOver(long now) {
        assert lock.isHeldByCurrentThread();
        return state == State.CLOSING && output.isIdle()
                && closing.isOver(context.isDraining() ? DRAINING_CLOSING_TIME : CLOSING_TIME, now);
    }

    /**
     * Locked. Whether a connection has been idle for too long; returns true once, and disables keep-alive.
     *
     * @param requests how many it has had: with more than at the last look it was not idle since
     */
    boolean isIdleOver(long requests, long now) {
        assert lock.isHeldByCurrentThread();
        if (requests != requestsBefore) {
            requestsBefore = requests;
            idle.restart();
        }
        long limit = context.isDraining() ? DRAINING_IDLE_TIME : context.options.keepAliveTimeout;
        if (idleClosing || !idle.isOver(limit, now)) {
            return false;
        }
        idleClosing = true;
        keep = false;
        return true;
    }
}
