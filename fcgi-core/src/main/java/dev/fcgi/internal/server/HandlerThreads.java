package dev.fcgi.internal.server;

import dev.fcgi.internal.conn.LibraryThreads;
import dev.fcgi.internal.conn.Log;
import java.lang.System.Logger.Level;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Runs the handlers of a shared connection, each as if it had a virtual thread of its own: while a request waits, a
 * thread is on its way to it, and waits for nothing but a processor. A thread whose handler has returned takes the next
 * request, though, and is often there first. So of handlers that block each has a thread, and a burst of handlers that
 * do not block is run by one or two.
 *
 * <p>The requests that wait are linked to each other, which takes no memory. Guarded by the connection's lock; methods
 * marked "Locked" expect it to be held.
 */
final class HandlerThreads {
    private final ReentrantLock lock;
    private final Log log;
    private ServerRequest first;
    private ServerRequest last;
    /** Whether a thread was started that has not taken its first request yet. */
    private boolean onItsWay;

    HandlerThreads(ReentrantLock lock, Log log) {
        this.lock = lock;
        this.log = log;
    }

    /** Locked. Has a request handled; one that it throws something for was not taken. */
    void execute(ServerRequest request) {
        assert lock.isHeldByCurrentThread();
        if (!onItsWay) {
            startThread();
        }
        if (first == null) {
            first = request;
        } else {
            last.nextWaiting = request;
        }
        last = request;
    }

    private void startThread() {
        LibraryThreads.start(this::run);
        onItsWay = true;
    }

    private void run() {
        for (ServerRequest request = next(true); request != null; request = next(false)) {
            request.run();
            Thread.interrupted(); // if the handler left one, it is not for the next
        }
    }

    private ServerRequest next(boolean arriving) {
        lock.lock();
        try {
            if (arriving) {
                onItsWay = false;
            }
            ServerRequest request = poll();
            startAnother();
            return request;
        } finally {
            lock.unlock();
        }
    }

    /** Locked. For who waits behind a handler that may last; called now and then, too, for those who got no thread. */
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

    private ServerRequest poll() {
        ServerRequest request = first;
        if (request != null) {
            first = request.nextWaiting;
            request.nextWaiting = null;
            last = first == null ? null : last; // nothing shall hold what has ended
        }
        return request;
    }
}
