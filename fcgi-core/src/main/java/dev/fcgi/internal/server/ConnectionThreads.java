package dev.fcgi.internal.server;

import dev.fcgi.internal.conn.Log;
import dev.fcgi.internal.conn.Output;
import dev.fcgi.internal.conn.ReaderRole;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The threads of one connection: who has the reader role while handlers run, and where those run that are not alone.
 *
 * <p>Guarded by the connection's lock.
 */
final class ConnectionThreads {
    private final ReaderRole role;
    private final ReentrantLock lock;
    private final Output output;
    private final Log log;
    /** The input whose handler has the role, reading it itself, and the thread; null when no handler has. */
    private RequestInput pulled;
    private Thread pullingThread;
    /** The holder of the role while it gives a task to the executor; only compared with the calling thread. */
    private Thread lending;
    /** Made when the first handler needs a thread of its own. */
    private HandlerThreads handlers;

    ConnectionThreads(ReaderRole role, ReentrantLock lock, Output output, Log log) {
        this.log = log;
        this.role = role;
        this.lock = lock;
        this.output = output;
    }

    /** Locked. Whether somebody reads. */
    boolean isRead() {
        assert lock.isHeldByCurrentThread();
        return role.isTaken();
    }

    /** {@return the role itself, for who reads} */
    ReaderRole role() {
        return role;
    }

    /** Locked. Has a handler run on a thread of its own. Returns null, or why there is none. */
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

    // ---- an executor, which may run a task on the thread that gives it

    /** Locked. The holder of the role is about to give a task to the executor. */
    void startLending() {
        assert lock.isHeldByCurrentThread();
        lending = Thread.currentThread();
    }

    /** Locked. Called by whoever runs a task: if that has just given it to the executor, another may read. */
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

    /** After the executor has returned. Returns whether the calling thread has had the role all the time. */
    boolean endLending() {
        boolean kept = lending == Thread.currentThread();
        if (kept) {
            lending = null;
        }
        return kept;
    }

    // ---- a handler that reads its own input

    /** Locked. Returns whether the calling thread, a handler's, has the role now. */
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
     * Locked. The end of what {@link #startPulling} began.
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
     * Locked. A request has ended, its handler goes on: somebody else has to read.
     *
     * @return whether its thread is reading, and must be torn out of that
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
