package dev.fcgi.internal.server;

/**
 * The thread of one handler and the interrupts that we send it. An interrupt inside I/O would close the socket, so it
 * is put off to the end of that.
 *
 * <p>Guarded by the connection's lock.
 */
final class HandlerThread {
    private Thread thread;
    private boolean inIo;
    private boolean pending;
    private boolean interrupted;

    /** The calling thread is the handler's. */
    void begin() {
        thread = Thread.currentThread();
    }

    /** The handler is done; no interrupt comes any more. Returns whether one did. */
    boolean end() {
        thread = null;
        return interrupted;
    }

    void interrupt() {
        if (thread == null) {
            return;
        }
        interrupted = true;
        if (inIo) {
            pending = true;
        } else {
            thread.interrupt();
        }
    }

    /**
     * The calling thread is about to touch the socket: takes its interrupt away, and keeps ours off.
     *
     * @return what to give to {@link #leaveIo}
     */
    boolean enterIo() {
        if (Thread.currentThread() == thread) {
            inIo = true;
        }
        return Thread.interrupted();
    }

    /** The end of what {@link #enterIo} began: interrupts are back. */
    void leaveIo(boolean wasInterrupted) {
        boolean deliver = wasInterrupted;
        if (Thread.currentThread() == thread) {
            deliver |= pending;
            inIo = false;
            pending = false;
        }
        if (deliver) {
            Thread.currentThread().interrupt();
        }
    }
}
