package dev.fcgi.internal.client;

import dev.fcgi.client.CallOutcome;
import dev.fcgi.client.CloseReason;
import dev.fcgi.internal.conn.ReaderRole;
import dev.fcgi.internal.conn.TimeLimit;
import java.io.IOException;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Whether a connection goes on, and its end: it ends when it is closed and nobody reads it, and whoever is the last does
 * that ({@link #unlock}). Guarded by the connection's lock.
 */
final class ClientLifetime {
    private final Link link;
    private final ReentrantLock lock;
    private final CallTable calls;
    private final ReaderRole role;
    private final Runnable end;
    private final long madeAt;
    private long idleSince;
    private boolean used;
    /** Whether it takes more requests. */
    private boolean usable = true;
    private boolean closed;

    /** @param end called by whoever has the role, for good */
    ClientLifetime(Link link, CallTable calls, ReaderRole role, Runnable end) {
        this.link = link;
        this.lock = link.lock();
        this.calls = calls;
        this.role = role;
        this.end = end;
        this.madeAt = link.options().clock.nanoTime();
        this.idleSince = madeAt;
    }

    /** Locked. Whether it takes more requests. */
    boolean isUsable() {
        assert lock.isHeldByCurrentThread();
        return usable;
    }

    /** Locked. */
    boolean isClosed() {
        assert lock.isHeldByCurrentThread();
        return closed;
    }

    /** Locked. Whether a response has come to its end on it. */
    boolean isUsed() {
        assert lock.isHeldByCurrentThread();
        return used;
    }

    /** Locked. Whether nothing was asked on it for longer than a limit. */
    boolean isIdleLongerThan(long limit, long now) {
        assert lock.isHeldByCurrentThread();
        return calls.isEmpty() && TimeLimit.isOver(limit, idleSince, now);
    }

    /**
     * Locked. A response has come to its end.
     *
     * @return whether that was long after the connection was made
     */
    boolean used() {
        assert lock.isHeldByCurrentThread();
        used = true;
        idleSince = link.options().clock.nanoTime();
        return TimeLimit.isOver(link.options().keepAliveTimeout, madeAt, idleSince);
    }

    /**
     * Locked. Those that it carries go on.
     *
     * @param why null when that is to be seen
     */
    void takesNoMore(CloseReason why) {
        assert lock.isHeldByCurrentThread();
        closing(why);
        usable = false;
    }

    /** Locked. A connection that takes no more requests ends with the last one that somebody waits for. */
    void closeIfDone() {
        assert lock.isHeldByCurrentThread();
        if (!usable && !calls.isWanted()) {
            closeTransport(CloseReason.LOST, null);
        }
    }

    /** Closes the connection, and has all that goes on over it fail; no cause: the application has closed it. */
    void lost(CloseReason why, IOException cause) {
        lock.lock();
        try {
            calls.fail(why == CloseReason.CLIENT_CLOSED ? CallOutcome.CLIENT_CLOSED : CallOutcome.CONNECTION_LOST, cause);
        } finally {
            closeTransport(why, cause == null ? new IOException("closed by the application") : cause);
            unlock();
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

    /** Locked. The first reason is the one. */
    private void closing(CloseReason why) {
        assert lock.isHeldByCurrentThread();
        if (why != null) {
            link.connected().observation().closing(why);
        }
    }

    /** Locked. Gives the lock back. If the connection is closed and nobody reads it, nobody else would end it. */
    void unlock() {
        assert lock.isHeldByCurrentThread();
        boolean over = closed && role.take();
        lock.unlock();
        if (over) {
            end.run();
        }
    }

    /** Locked. The same for who keeps the lock, but for that time. */
    void endIfOver() {
        assert lock.isHeldByCurrentThread();
        if (closed) {
            unlock();
            lock.lock();
        }
    }
}
