package dev.fcgi.internal.conn;

import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * What makes a server look at itself: one platform thread. Connections that ask for it are ticked every few milliseconds for as long
 * as they want; all connections have their time limits checked now and then. With nothing to tick it sleeps.
 */
public final class Ticker implements Runnable {
    /** What is ticked. Both methods are called by the ticker's thread and must not block. */
    public interface Ticked {
        /** {@return whether this wants to be ticked again} */
        boolean tick(int tick);

        /** Checks time limits. */
        void check(long nanoTime);
    }

    private static final long TICK = TimeUnit.MILLISECONDS.toNanos(5);
    private static final long CHECK = TimeUnit.MILLISECONDS.toNanos(100);

    private final Collection<? extends Ticked> all;
    private final Log log;
    private final Clock clock;
    private final Queue<Ticked> arriving = new ConcurrentLinkedQueue<>();
    /** Confined to the ticker's thread. */
    private final List<Ticked> watched = new ArrayList<>();
    /** Confined to the ticker's thread. */
    private long checked;
    private final Thread thread;
    private volatile int tick;
    private volatile boolean asleep;
    private volatile boolean stopped;

    /**
     * Creates a ticker; {@link #start} makes it run.
     *
     * @param all what is checked; a collection that may change meanwhile
     * @param log for what fails; says what it has left out when this asks it to
     * @param clock what limits on time are checked by; ticks come by the real one
     */
    public Ticker(Collection<? extends Ticked> all, Log log, Clock clock) {
        this.all = all;
        this.log = log;
        this.clock = clock;
        this.checked = clock.nanoTime();
        this.thread = Thread.ofPlatform().name("fcgi-ticker").daemon().unstarted(this);
    }

    public void start() {
        thread.start();
    }

    public void stop() {
        stopped = true;
        LockSupport.unpark(thread);
    }

    /** {@return the number of the current tick; stands still while nothing is watched} */
    public int tick() {
        return tick;
    }

    /** Has something ticked from now on, until it says that it had enough. */
    public void watch(Ticked ticked) {
        arriving.add(ticked);
        if (asleep) {
            LockSupport.unpark(thread);
        }
    }

    @Override
    public void run() {
        while (!stopped) {
            try {
                step();
            } catch (Throwable e) { // whatever it is, out of memory say: everybody needs the clock
                failed(e);
            }
        }
    }

    private void failed(Throwable e) {
        try {
            log.log(Level.ERROR, e, "the clock has failed, and goes on");
        } catch (Throwable ignored) {
            // out of memory still, for the parameters
        }
    }

    private void step() {
        asleep = watched.isEmpty();
        clock.park(asleep && arriving.isEmpty() ? CHECK : TICK);
        asleep = false;
        Thread.interrupted(); // nobody is meant to; parking would end at once from now on
        for (Ticked ticked; (ticked = arriving.peek()) != null; arriving.remove()) {
            watched.add(ticked); // which may fail: then the next time
        }
        int now = tick + 1;
        tick = now; // this thread is the only writer
        watched.removeIf(ticked -> !tick(ticked, now));
        long nanoTime = clock.nanoTime();
        if (nanoTime - checked >= CHECK) {
            checked = nanoTime;
            log.check();
            all.forEach(ticked -> check(ticked, nanoTime));
        }
    }

    // whatever goes wrong with one connection: the others are not to miss their turn

    private boolean tick(Ticked ticked, int now) {
        try {
            return ticked.tick(now);
        } catch (Throwable e) {
            log.log(Level.ERROR, e, "ticking a connection failed");
            return true;
        }
    }

    private void check(Ticked ticked, long nanoTime) {
        try {
            ticked.check(nanoTime);
        } catch (Throwable e) {
            log.log(Level.ERROR, e, "checking a connection failed");
        }
    }
}
