package dev.fcgi.internal.client;

import dev.fcgi.client.CallOutcome;
import dev.fcgi.client.CloseReason;
import dev.fcgi.internal.conn.ReaderRole;
import dev.fcgi.internal.conn.TimeLimit;
import java.io.IOException;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The state of a connection and its end. It ends when it is closed and no thread reads it; the last thread ends it
 * ({@link #unlock}). Guarded by the connection's lock.
 */
final class ClientLifetime {
    /** Preallocated, because there may be no memory. */
    private static final IOException CLOSED_BY_PEER = new IOException("closed by the application");

    private final Link link;
    private final ReentrantLock lock;
    private final CallTable calls;
    private final ReaderRole role;
    private final Runnable end;
    private final long madeAt;
    private long idleSince;
    private boolean used;
    /** Whether it accepts more requests. */
    private boolean usable = true;
    private boolean closed;

    /** @param end called once, by the last holder of the role */
    ClientLifetime(Link link, CallTable calls, ReaderRole role, Runnable end) {
        this.link = link;
        this.lock = link.lock();
        this.calls = calls;
        this.role = role;
        this.end = end;
        this.madeAt = link.options().clock.nanoTime();
        this.idleSince = madeAt;
    }

    /** Locked. Whether it accepts more requests. */
    boolean isUsable() {
        assert lock.isHeldByCurrentThread();
        return usable;
    }

    /** Locked. */
    boolean isClosed() {
        assert lock.isHeldByCurrentThread();
        return closed;
    }

    /** Locked. Whether a response has ended on it. */
    boolean isUsed() {
        assert lock.isHeldByCurrentThread();
        return used;
    }

    /** Locked. Whether it has been idle for longer than a limit. */
    boolean isIdleLongerThan(long limit, long now) {
        assert lock.isHeldByCurrentThread();
        return calls.isEmpty() && TimeLimit.isOver(limit, idleSince, now);
    }

    /**
     * Locked. A response has ended.
     *
     * @return whether the connection has reached its maximum age
     */
    boolean used() {
        assert lock.isHeldByCurrentThread();
        used = true;
        idleSince = link.options().clock.nanoTime();
        return TimeLimit.isOver(link.options().keepAliveTimeout, madeAt, idleSince);
    }

    /**
     * Locked. Accepts no more requests; current ones continue.
     *
     * @param why the reason; null when it is not known yet
     */
    void takesNoMore(CloseReason why) {
        assert lock.isHeldByCurrentThread();
        closing(why);
        usable = false;
    }

    /** Locked. A connection that accepts no more requests ends with the last wanted one. */
    void closeIfDone() {
        assert lock.isHeldByCurrentThread();
        if (!usable && !calls.isWanted()) {
            closeTransport(CloseReason.LOST, null);
        }
    }

    /** Closes the connection and makes its calls fail; if the cause is null, the application has closed it. */
    void lost(CloseReason why, IOException cause) {
        lock.lock();
        try {
            calls.fail(why == CloseReason.CLIENT_CLOSED ? CallOutcome.CLIENT_CLOSED : CallOutcome.CONNECTION_LOST, cause);
        } finally {
            try {
                closeTransport(why, cause == null ? CLOSED_BY_PEER : cause);
            } finally {
                unlock();
            }
        }
    }

    /** Locked. Closes the socket; the last thread does the rest. */
    void closeTransport(CloseReason why, IOException cause) {
        assert lock.isHeldByCurrentThread();
        closing(why);
        usable = false;
        closed = true;
        if (cause != null) {
            link.output().fail(cause);
        }
        link.inbound().wakeUp();
        link.transport().close();
    }

    /** Locked. Only the first reason counts. */
    private void closing(CloseReason why) {
        assert lock.isHeldByCurrentThread();
        if (why != null) {
            link.connected().observation().closing(why);
        }
    }

    /**
     * Locked. Releases the lock. Ends the connection if it is closed and no thread reads it, because no other thread
     * would.
     */
    void unlock() {
        assert lock.isHeldByCurrentThread();
        boolean over = closed && role.take();
        lock.unlock();
        if (over) {
            end.run();
        }
    }

    /** Locked. The same for a thread that keeps the lock, except meanwhile. */
    void endIfOver() {
        assert lock.isHeldByCurrentThread();
        if (closed) {
            unlock();
            lock.lock();
        }
    }
}
