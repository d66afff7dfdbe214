package dev.fcgi.internal.conn;

import java.util.concurrent.locks.ReentrantLock;

/**
 * Keeps interrupts away from a socket, which would close when a thread inside it is interrupted, and delivers them
 * afterwards: those that a thread brings along, and those that the library sends to the thread of one request.
 *
 * <p>Guarded by the connection's lock; the static methods are for any thread.
 */
public final class Uninterrupted {
    private final ReentrantLock lock;
    /** Whom the library may interrupt, or null. */
    private Thread thread;
    private boolean inside;
    private boolean pending;
    private boolean sent;

    public Uninterrupted(ReentrantLock lock) {
        this.lock = lock;
    }

    /** Locked. From now on the calling thread is the one to be interrupted. */
    public void begin() {
        assert lock.isHeldByCurrentThread();
        thread = Thread.currentThread();
    }

    /** Locked. No interrupt is sent any more. Returns whether one was. */
    public boolean end() {
        assert lock.isHeldByCurrentThread();
        thread = null;
        return sent;
    }

    /** Locked. Interrupts the thread, at the end of its I/O if it is inside; nobody if it has ended. */
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
     * Locked. The calling thread, whichever that is, is about to touch the socket.
     *
     * @return what to give to {@link #leave}
     */
    public boolean enter() {
        assert lock.isHeldByCurrentThread();
        if (Thread.currentThread() == thread) {
            inside = true;
        }
        return putOff();
    }

    /** Locked. The end of what {@link #enter} began: interrupts are back. */
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

    /** Takes an interrupt from the calling thread. Returns whether there was one, for {@link #deliver}. */
    public static boolean putOff() {
        return Thread.interrupted();
    }

    /** The end of what {@link #putOff} began. */
    public static void deliver(boolean interrupted) {
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
