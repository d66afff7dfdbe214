package dev.fcgi.internal.server;

import dev.fcgi.internal.conn.LibraryThreads;
import dev.fcgi.internal.conn.Log;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Runs the handlers of a shared connection, each as if it had a virtual thread of its own: while a request waits, a
 * thread is on its way to it, and waits for nothing but a processor. A thread whose handler has returned takes the next
 * request, though, and is often there first. So of handlers that block each has a thread, and a burst of handlers that
 * do not block is run by one or two.
 *
 * <p>Guarded by the connection's lock.
 */
final class HandlerThreads {
    private static final Log LOG = Log.of("dev.fcgi.server");

    private final ReentrantLock lock;
    private final Queue<ServerRequest> waiting = new ArrayDeque<>();
    /** Whether a thread was started that has not taken its first request yet. */
    private boolean onItsWay;

    HandlerThreads(ReentrantLock lock) {
        this.lock = lock;
    }

    /**
     * Has a request handled.
     *
     * @throws Throwable when there is no thread to be had; the request was not taken then
     */
    void execute(ServerRequest request) {
        lock.lock();
        try {
            waiting.add(request);
            try {
                startIfNeeded();
            } catch (Throwable e) { // OutOfMemoryError
                waiting.remove(request);
                throw e;
            }
        } finally {
            lock.unlock();
        }
    }

    private void startIfNeeded() {
        if (!onItsWay && !waiting.isEmpty()) {
            LibraryThreads.start(this::run);
            onItsWay = true;
        }
    }

    private void run() {
        for (ServerRequest request = first(); request != null; request = next()) {
            request.run();
            Thread.interrupted(); // if the handler left one, it is not for the next
        }
    }

    private ServerRequest first() {
        lock.lock();
        try {
            onItsWay = false;
            return next();
        } finally {
            lock.unlock();
        }
    }

    private ServerRequest next() {
        lock.lock();
        try {
            ServerRequest request = waiting.poll();
            startAnother();
            return request;
        } finally {
            lock.unlock();
        }
    }

    /** For who waits behind a handler that may last. */
    private void startAnother() {
        try {
            startIfNeeded();
        } catch (Throwable e) { // OutOfMemoryError: this thread comes to them in the end
            LOG.log(Level.WARNING, "no thread for {0} requests that wait: {1}", waiting.size(), e);
        }
    }
}
