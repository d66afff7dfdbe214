package dev.fcgi.internal.conn;

import java.util.concurrent.locks.ReentrantLock;

/**
 * Keeps interrupts away from a socket, which closes when a thread inside it is interrupted, and delivers them
 * afterwards: those that were pending when a thread enters, and those that the library sends to the thread of one
 * request.
 *
 * <p>Guarded by the connection's lock; the static methods are for any thread.
 */
public final class Uninterrupted {
    private final ReentrantLock lock;
    /** The thread that the library may interrupt, or null. */
    private Thread thread;
    private boolean inside;
    private boolean pending;
    private boolean sent;

    public Uninterrupted(ReentrantLock lock) {
        this.lock = lock;
    }

    /** Locked. Registers the calling thread as the one to interrupt. */
    public void begin() {
        assert lock.isHeldByCurrentThread();
        thread = Thread.currentThread();
    }

    /** Locked. Ends the registration. Returns whether an interrupt was sent. */
    public boolean end() {
        assert lock.isHeldByCurrentThread();
        thread = null;
        return sent;
    }

    /** Locked. Interrupts the registered thread, if any; if it is inside the socket, at the end of its I/O. */
    public void interrupt() {
        assert lock.isHeldByCurrentThread();
        if (thread == null) {
            return;
        }
        sent = true;
        if (inside) {
            pending = true;
        } else {
            thread.interrupt();
        }
    }

    /**
     * Locked. Called by any thread that is about to use the socket.
     *
     * @return the argument for {@link #leave}
     */
    public boolean enter() {
        assert lock.isHeldByCurrentThread();
        if (Thread.currentThread() == thread) {
            inside = true;
        }
        return putOff();
    }

    /** Locked. Ends what {@link #enter} began, and delivers interrupts. */
    public void leave(boolean interrupted) {
        assert lock.isHeldByCurrentThread();
        boolean deliver = interrupted;
        if (Thread.currentThread() == thread) {
            deliver |= pending;
            inside = false;
            pending = false;
        }
        deliver(deliver);
    }

    /** Clears an interrupt of the calling thread. Returns whether there was one, for {@link #deliver}. */
    public static boolean putOff() {
        return Thread.interrupted();
    }

    /** Ends what {@link #putOff} began. */
    public static void deliver(boolean interrupted) {
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
