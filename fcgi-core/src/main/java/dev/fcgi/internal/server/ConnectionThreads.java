package dev.fcgi.internal.server;

import dev.fcgi.internal.conn.Log;
import dev.fcgi.internal.conn.Output;
import dev.fcgi.internal.conn.ReaderRole;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The threads of one connection: which thread has the reader role while handlers run, and where handlers run that are
 * not alone.
 *
 * <p>Guarded by the connection's lock.
 */
final class ConnectionThreads {
    private final ReaderRole role;
    private final ReentrantLock lock;
    private final Output output;
    private final Log log;
    /** The input of the handler that has the role to read it, and its thread; null if no handler has the role. */
    private RequestInput pulled;
    private Thread pullingThread;
    /** The holder of the role while it passes a task to the executor; only compared with the calling thread. */
    private Thread lending;
    /** Created when the first handler needs another thread. */
    private HandlerThreads handlers;

    ConnectionThreads(ReaderRole role, ReentrantLock lock, Output output, Log log) {
        this.log = log;
        this.role = role;
        this.lock = lock;
        this.output = output;
    }

    /** Locked. Whether some thread reads. */
    boolean isRead() {
        assert lock.isHeldByCurrentThread();
        return role.isTaken();
    }

    /** {@return the role itself, for readers} */
    ReaderRole role() {
        return role;
    }

    /** Locked. Runs a handler on another thread. Returns null, or why that failed. */
    Throwable execute(HandlerThreads.Task task) {
        assert lock.isHeldByCurrentThread();
        try {
            if (handlers == null) {
                handlers = new HandlerThreads(lock, log);
            }
            handlers.execute(task);
            return null;
        } catch (Throwable e) { // OutOfMemoryError
            return e;
        }
    }

    // ---- an executor, which may run a task on the calling thread

    /** Locked. The holder of the role is about to pass a task to the executor. */
    void startLending() {
        assert lock.isHeldByCurrentThread();
        lending = Thread.currentThread();
    }

    /**
     * Locked. Called by the thread that runs a task: if it has just passed the task to the executor itself, another
     * thread may read.
     */
    void lend() {
        assert lock.isHeldByCurrentThread();
        if (lending == Thread.currentThread()) {
            lending = null;
            role.release();
            if (output.isMultiplexed()) {
                role.ensureTaken();
            }
        }
    }

    /** Called after the executor has returned. Returns whether the calling thread has kept the role all the time. */
    boolean endLending() {
        boolean kept = lending == Thread.currentThread();
        if (kept) {
            lending = null;
        }
        return kept;
    }

    // ---- a handler that reads its own input

    /** Locked. Returns whether the calling thread, that of a handler, has the role now. */
    boolean startPulling(RequestInput input) {
        assert lock.isHeldByCurrentThread();
        if (!role.take()) {
            return false;
        }
        pulled = input;
        pullingThread = Thread.currentThread();
        return true;
    }

    /**
     * Locked. Ends what {@link #startPulling} began.
     *
     * @param more whether there is more to read than this handler's input
     */
    void stopPulling(boolean more) {
        assert lock.isHeldByCurrentThread();
        pulled = null;
        pullingThread = null;
        role.release();
        if (more) {
            role.ensureTaken();
        }
    }

    /**
     * Locked. A request has ended but its handler is still running, so another thread has to read.
     *
     * @return whether its thread is reading, which must be ended
     */
    boolean abandon(RequestInput input) {
        assert lock.isHeldByCurrentThread();
        if (pulled != input) {
            role.ensureTaken();
            return false;
        }
        return pullingThread != Thread.currentThread();
    }

    // ---- the ticker

    /** Locked. */
    boolean tick(int tick) {
        assert lock.isHeldByCurrentThread();
        return role.tick(tick);
    }

    /** Locked. */
    void check() {
        assert lock.isHeldByCurrentThread();
        role.check();
        if (handlers != null) {
            handlers.startAnother();
        }
    }
}
