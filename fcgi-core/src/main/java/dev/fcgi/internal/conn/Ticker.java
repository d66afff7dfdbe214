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
 * The clock of a server: one platform thread. Connections that ask for it are ticked every few milliseconds for as long
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

    private static final Log LOG = Log.of("dev.fcgi.server");
    private static final long TICK = TimeUnit.MILLISECONDS.toNanos(5);
    private static final long CHECK = TimeUnit.MILLISECONDS.toNanos(100);

    private final Collection<? extends Ticked> all;
    private final Queue<Ticked> arriving = new ConcurrentLinkedQueue<>();
    /** Confined to the ticker's thread. */
    private final List<Ticked> watched = new ArrayList<>();
    private final Thread thread;
    private volatile int tick;
    private volatile boolean asleep;
    private volatile boolean stopped;

    /**
     * Creates a clock; {@link #start} makes it run.
     *
     * @param all what is checked; a collection that may change meanwhile
     */
    public Ticker(Collection<? extends Ticked> all) {
        this.all = all;
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
        long checked = System.nanoTime();
        while (!stopped) {
            asleep = watched.isEmpty();
            LockSupport.parkNanos(asleep && arriving.isEmpty() ? CHECK : TICK);
            asleep = false;
            for (Ticked ticked; (ticked = arriving.poll()) != null; ) {
                watched.add(ticked);
            }
            int now = tick + 1;
            tick = now; // this thread is the only writer
            watched.removeIf(ticked -> !tick(ticked, now));
            long nanoTime = System.nanoTime();
            if (nanoTime - checked >= CHECK) {
                checked = nanoTime;
                all.forEach(ticked -> check(ticked, nanoTime));
            }
        }
    }

    // whatever goes wrong with one connection, out of memory say: the others need their clock

    private static boolean tick(Ticked ticked, int now) {
        try {
            return ticked.tick(now);
        } catch (Throwable e) {
            LOG.log(Level.ERROR, "checking a connection failed", e);
            return true;
        }
    }

    private static void check(Ticked ticked, long nanoTime) {
        try {
            ticked.check(nanoTime);
        } catch (Throwable e) {
            LOG.log(Level.ERROR, "checking a connection failed", e);
        }
    }
}
