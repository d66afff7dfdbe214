package dev.fcgi.internal.conn;

import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;

/**
 * One platform thread that ticks connections every few milliseconds while they need it, and regularly checks the
 * timeouts of all connections. With nothing to tick it sleeps.
 */
public final class Ticker implements Runnable {
    /** What is ticked. Both methods are called by the ticker's thread and must not block. */
    public interface Ticked {
        /** {@return whether this must be ticked again} */
        boolean tick(int tick);

        /** Checks timeouts. */
        void check(long nanoTime);
    }

    private static final long TICK = TimeUnit.MILLISECONDS.toNanos(5);
    private static final long CHECK = TimeUnit.MILLISECONDS.toNanos(100);

    private final Collection<? extends Ticked> all;
    private final LongConsumer owner;
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
     * @param all the objects to check; a collection that may change concurrently
     * @param owner checks what no object of the collection is responsible for, by the time of the clock
     * @param log for failures; logs its suppressed lines when the ticker checks it
     * @param clock the clock for timeouts; ticks use real time
     */
    public Ticker(Collection<? extends Ticked> all, LongConsumer owner, Log log, Clock clock) {
        this.all = all;
        this.owner = owner;
        this.log = log;
        this.clock = clock;
        this.checked = clock.nanoTime();
        this.thread = Thread.ofPlatform().name("fcgi-ticker").daemon().unstarted(this);
    }

    /** Creates a ticker that checks only the objects of a collection. */
    public Ticker(Collection<? extends Ticked> all, Log log, Clock clock) {
        this(all, now -> {}, log, clock);
    }

    public void start() {
        thread.start();
    }

    public void stop() {
        stopped = true;
        LockSupport.unpark(thread);
    }

    /** {@return the number of the current tick; does not change while nothing is watched} */
    public int tick() {
        return tick;
    }

    /** Ticks an object from now on, until its {@link Ticked#tick} returns false. */
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
            } catch (Throwable e) { // whatever it is, such as out of memory: all connections need the ticker
                failed(e);
            }
        }
    }

    private void failed(Throwable e) {
        try {
            log.log(Level.ERROR, e, "the ticker has failed and continues");
        } catch (Throwable ignored) {
            // still out of memory
        }
    }

    private void step() {
        asleep = watched.isEmpty();
        if (asleep && arriving.isEmpty()) {
            clock.park(CHECK);
        }
        asleep = false;
        if (!watched.isEmpty() || !arriving.isEmpty()) { // a whole tick, or a busy connection would wake us all the time
            clock.park(TICK);
        }
        Thread.interrupted(); // unexpected; with the flag set, parking would return immediately
        for (Ticked ticked; (ticked = arriving.peek()) != null; arriving.remove()) {
            watched.add(ticked); // if this fails, it is tried again the next time
        }
        int now = tick + 1;
        tick = now; // this thread is the only writer
        watched.removeIf(ticked -> !tick(ticked, now));
        long nanoTime = clock.nanoTime();
        if (nanoTime - checked >= CHECK) {
            checked = nanoTime;
            log.check();
            checkOwner(nanoTime);
            all.forEach(ticked -> check(ticked, nanoTime));
        }
    }

    // whatever fails for one connection, the others must get their turn

    private boolean tick(Ticked ticked, int now) {
        try {
            return ticked.tick(now);
        } catch (Throwable e) {
            log.log(Level.ERROR, e, "ticking a connection failed");
            return true;
        }
    }

    private void checkOwner(long nanoTime) {
        try {
            owner.accept(nanoTime);
        } catch (Throwable e) {
            log.log(Level.ERROR, e, "checking failed");
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
