package dev.fcgi.internal.conn;

import java.lang.System.Logger.Level;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * Who reads a connection: one thread at a time has this role, and with it the {@link
 * dev.fcgi.internal.wire.RecordReader}. A thread that has something else to do releases it, and takes it again
 * afterwards if it is free. Where it stays free for more than a tick, the ticker has a virtual thread take it, so that
 * what the peer does is seen while all others are busy.
 *
 * <p>Guarded by the connection's lock.
 */
public final class ReaderRole {
    /** How many ticks it is free before a thread is started: one of them may end at once. */
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
     * Creates the role of a new connection; whoever makes that has it.
     *
     * @param connection what is ticked, and passes that on
     * @param reading what a thread does that is started with the role
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

    /** Locked. The calling thread takes the role. Returns whether it was free, and now is the caller's. */
    public boolean take() {
        assert lock.isHeldByCurrentThread();
        boolean free = !taken;
        taken = true;
        return free;
    }

    /** Locked. The holder has something else to do. Throws nothing: what follows may not fail. */
    public void release() {
        assert lock.isHeldByCurrentThread();
        freeSince = ticker.tick();
        taken = false;
        try {
            watch();
        } catch (Throwable ignored) {
            // OutOfMemoryError: the check of time limits tries again
        }
    }

    /** Locked. The holder leaves it to a thread that is started for that. Throws nothing. */
    public void handOver() {
        assert lock.isHeldByCurrentThread();
        taken = false;
        ensureTaken();
    }

    /** Locked. Sees to it that somebody reads: starts a thread if nobody does. Throws nothing. */
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
            log.log(Level.WARNING, e, "no thread to read {0}", connection);
        }
    }

    private void watch() {
        if (!watched) {
            ticker.watch(connection);
            watched = true;
        }
    }

    /** Locked. Called by the ticker every few milliseconds. Returns whether it wants to be called again. */
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
