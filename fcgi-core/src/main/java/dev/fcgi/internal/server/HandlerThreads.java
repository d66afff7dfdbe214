package dev.fcgi.internal.server;

import dev.fcgi.internal.conn.LibraryThreads;
import dev.fcgi.internal.conn.Log;
import java.lang.System.Logger.Level;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Runs the handlers of a multiplexed connection as if each had its own virtual thread: while a request waits, a thread
 * is starting for it, which waits only for a processor. But a thread whose handler has returned also takes the next
 * request, and is often first. So each handler that blocks has a thread, and a burst of handlers that do not block is
 * run by one or two threads.
 *
 * <p>Waiting requests are linked to each other, which needs no memory. Guarded by the connection's lock.
 */
final class HandlerThreads {
    /** A task that waits for a thread, linked to the next one. */
    abstract static class Task {
        private Task next;

        /** Locked. Begins on the calling thread. Returns whether there is something to handle. */
        abstract boolean begin();

        /** Runs the handler, if there is something to handle. Returns what it has thrown, and throws nothing. */
        abstract Throwable handle();

        /** Locked. Ends what has begun; releases the lock while writing, and while listeners are called. Throws nothing. */
        abstract void end(Throwable failure);
    }

    private final ReentrantLock lock;
    private final Log log;
    private Task first;
    private Task last;
    /** Whether a started thread has not taken its first request yet. */
    private boolean starting;

    HandlerThreads(ReentrantLock lock, Log log) {
        this.lock = lock;
        this.log = log;
    }

    /** Locked. Queues a request; if this throws, the request was not queued. */
    void execute(Task task) {
        assert lock.isHeldByCurrentThread();
        if (!starting) {
            startThread();
        }
        if (first == null) {
            first = task;
        } else {
            last.next = task;
        }
        last = task;
    }

    private void startThread() {
        LibraryThreads.start(this::run);
        starting = true;
    }

    /** Handles one after the other; the end of one and the beginning of the next are one step. */
    private void run() {
        Task task = null;
        boolean open = false;
        do {
            Throwable failure = open ? task.handle() : null;
            lock.lock();
            try {
                if (task == null) {
                    starting = false;
                } else {
                    task.end(failure);
                    Thread.interrupted(); // if the handler left one, or it was sent one, it is not for the next
                }
                task = poll();
                startAnother();
                open = task != null && task.begin();
            } finally {
                lock.unlock();
            }
        } while (task != null);
    }

    /**
     * Locked. Starts a thread for requests that wait for a handler that may take long; also called regularly for those
     * without a thread.
     */
    void startAnother() {
        assert lock.isHeldByCurrentThread();
        if (first == null || starting) {
            return;
        }
        try {
            startThread();
        } catch (Throwable e) { // OutOfMemoryError, which may be temporary
            log.log(Level.WARNING, e, "cannot start a thread for waiting requests");
        }
    }

    private Task poll() {
        Task task = first;
        if (task != null) {
            first = task.next;
            task.next = null;
            last = first == null ? null : last; // nothing may reference ended requests
        }
        return task;
    }
}
