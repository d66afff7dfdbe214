package dev.fcgi.internal.server;

import dev.fcgi.internal.conn.LibraryThreads;
import dev.fcgi.internal.conn.Log;
import java.lang.System.Logger.Level;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Runs the handlers of a multiplexed connection, each as if it had a virtual thread of its own: while a request waits, a
 * thread is on its way to it, and waits for nothing but a processor. A thread whose handler has returned takes the next
 * request, though, and is often there first. So of handlers that block each has a thread, and a burst of handlers that
 * do not block is run by one or two.
 *
 * <p>The requests that wait are linked to each other, which takes no memory. Guarded by the connection's lock.
 */
final class HandlerThreads {
    /** What waits for a thread, linked to what waits after it. */
    abstract static class Task {
        private Task next;

        /** Locked. Begins on the calling thread. Returns whether there is something to handle. */
        abstract boolean begin();

        /** Runs the handler, if there is something to handle. Returns what it has thrown, and throws nothing. */
        abstract Throwable handle();

        /** Locked. Ends what has begun; releases the lock while writing. Throws nothing. */
        abstract void end(Throwable failure);
    }

    private final ReentrantLock lock;
    private final Log log;
    private Task first;
    private Task last;
    /** Whether a thread was started that has not taken its first request yet. */
    private boolean onItsWay;

    HandlerThreads(ReentrantLock lock, Log log) {
        this.lock = lock;
        this.log = log;
    }

    /** Locked. Has a request handled; one that it throws something for was not taken. */
    void execute(Task task) {
        assert lock.isHeldByCurrentThread();
        if (!onItsWay) {
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
        onItsWay = true;
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
                    onItsWay = false;
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

    /** Locked. For who waits after a handler that may last; called now and then, too, for those who got no thread. */
    void startAnother() {
        assert lock.isHeldByCurrentThread();
        if (first == null || onItsWay) {
            return;
        }
        try {
            startThread();
        } catch (Throwable e) { // OutOfMemoryError, which may pass
            log.log(Level.WARNING, e, "no thread for requests that wait");
        }
    }

    private Task poll() {
        Task task = first;
        if (task != null) {
            first = task.next;
            task.next = null;
            last = first == null ? null : last; // nothing shall hold what has ended
        }
        return task;
    }
}
