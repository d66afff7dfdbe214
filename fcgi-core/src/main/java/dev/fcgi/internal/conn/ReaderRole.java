package dev.fcgi.internal.conn;

import java.lang.System.Logger.Level;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * The role of the thread that reads a connection. One thread at a time has it, and with it the {@link
 * dev.fcgi.internal.wire.RecordReader}. A thread that has something else to do releases the role, and takes it again
 * afterwards if it is free. If it stays free for more than a tick, the ticker starts a virtual thread that takes it, so
 * that the peer's actions are seen while all other threads are busy.
 *
 * <p>Guarded by the connection's lock.
 */
public final class ReaderRole {
    /** How many ticks it must be free before a thread is started; the first may end immediately. */
    private static final int FREE_TICKS = 2;

    private final ReentrantLock lock;
    private final Ticker ticker;
    private final Ticker.Ticked connection;
    private final Runnable reading;
    private final Log log;
    private final Consumer<Runnable> threads;
    private boolean taken = true;
    private int freeSince;
    /** Whether the ticker calls {@link #tick}. */
    private boolean watched;

    /**
     * Creates the role of a new connection; the creating thread has it.
     *
     * @param connection is ticked, and calls {@link #tick}
     * @param reading run by a thread that is started with the role
     */
    public ReaderRole(ReentrantLock lock, Ticker ticker, Ticker.Ticked connection, Runnable reading, Log log) {
        this(lock, ticker, connection, reading, log, LibraryThreads::start);
    }

    /**
     * Does the same.
     *
     * @param threads starts a thread
     */
    public ReaderRole(ReentrantLock lock, Ticker ticker, Ticker.Ticked connection, Runnable reading, Log log,
            Consumer<Runnable> threads) {
        this.lock = lock;
        this.ticker = ticker;
        this.connection = connection;
        this.reading = reading;
        this.log = log;
        this.threads = threads;
    }

    /** Locked. */
    public boolean isTaken() {
        assert lock.isHeldByCurrentThread();
        return taken;
    }

    /** Locked. Takes the role for the calling thread if it is free. Returns whether it was. */
    public boolean take() {
        assert lock.isHeldByCurrentThread();
        boolean free = !taken;
        taken = true;
        return free;
    }

    /**
     * Locked. Called by the holder when it has something else to do. Throws nothing, because what follows must not
     * fail.
     */
    public void release() {
        assert lock.isHeldByCurrentThread();
        freeSince = ticker.tick();
        taken = false;
        try {
            watch();
        } catch (Throwable ignored) {
            // OutOfMemoryError: the check of timeouts tries again
        }
    }

    /** Locked. The holder passes the role to a new thread. Throws nothing. */
    public void handOver() {
        assert lock.isHeldByCurrentThread();
        taken = false;
        ensureTaken();
    }

    /** Locked. Ensures that some thread reads: starts one if none does. Throws nothing. */
    public void ensureTaken() {
        assert lock.isHeldByCurrentThread();
        if (taken) {
            return;
        }
        taken = true;
        try {
            threads.accept(reading);
        } catch (Throwable e) { // OutOfMemoryError: the ticker tries again
            release();
            log.log(Level.WARNING, e, "cannot start a thread to read {0}", connection);
        }
    }

    private void watch() {
        if (!watched) {
            ticker.watch(connection);
            watched = true;
        }
    }

    /** Locked. Called by the ticker every few milliseconds. Returns whether it must be called again. */
    public boolean tick(int tick) {
        assert lock.isHeldByCurrentThread();
        if (!taken && tick - freeSince >= FREE_TICKS) {
            ensureTaken();
        }
        watched = !taken;
        return watched;
    }

    /** Locked. Called by the ticker now and then. */
    public void check() {
        assert lock.isHeldByCurrentThread();
        if (!taken) {
            watch();
        }
    }
}
