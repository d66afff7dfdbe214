package dev.fcgi.internal.server;

import dev.fcgi.internal.conn.Clock;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/**
 * The open connections of a server, and whether there may be more.
 *
 * <p>How many there are, and whether there may be more, is guarded by a lock, under which nothing blocks.
 */
final class Connections {
    /** Some things change and do not tell. */
    private static final long LOOK = TimeUnit.MILLISECONDS.toNanos(50);

    private final int limit;
    private final Clock clock;
    private final Set<ServerConnection> all = ConcurrentHashMap.newKeySet();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    // guarded by the lock
    private int open;
    private boolean held;
    private boolean ending;
    private long changes;

    Connections(int limit, Clock clock) {
        this.limit = limit;
        this.clock = clock;
    }

    /** {@return all of them, as they are at any time} */
    Collection<ServerConnection> all() {
        return all;
    }

    void opened(ServerConnection connection) {
        all.add(connection); // may fail, and nothing was counted then
        lock.lock();
        try {
            open++;
        } finally {
            lock.unlock();
        }
    }

    void closed(ServerConnection connection) {
        boolean counted = all.remove(connection);
        lock.lock();
        try {
            open -= counted ? 1 : 0;
            changed();
        } finally {
            lock.unlock();
        }
    }

    /** Lets those look again that wait here. */
    void changed() {
        lock.lock();
        try {
            changes++;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Holds back whoever accepts, or lets it go on: connections wait in the kernel meanwhile. */
    void hold(boolean hold) {
        lock.lock();
        try {
            held = hold;
            changed();
        } finally {
            lock.unlock();
        }
    }

    /** From now on nobody is held back. Returns whether that is new. */
    boolean end() {
        lock.lock();
        try {
            boolean first = !ending;
            ending = true;
            changed();
            return first;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until there may be one more.
     *
     * @param whenFull called when there are too many, before waiting
     */
    void awaitPermit(Runnable whenFull) {
        lock.lock();
        try {
            while (!ending && (held || open >= limit)) {
                if (!held) {
                    whenFull.run();
                }
                changed.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }

    /** {@return a number that every change makes larger} */
    long changeCount() {
        lock.lock();
        try {
            return changes;
        } finally {
            lock.unlock();
        }
    }

    /** Waits for a change after that number, for a while. */
    void awaitChange(long before, long nanos) {
        lock.lock();
        try {
            long left = nanos;
            while (changes == before && !ending && left > 0) {
                left = clock.await(changed, left);
            }
        } catch (InterruptedException ignored) {
            // nobody is meant to, and with the flag set accept would close the listener
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until none is open, for a while.
     *
     * @param moreToCome whether something else must be over, too
     * @return whether it came to that
     */
    boolean awaitEnd(long nanos, BooleanSupplier moreToCome) throws InterruptedException {
        lock.lock();
        try {
            long left = nanos;
            while (open > 0 || moreToCome.getAsBoolean()) {
                if (left <= 0) {
                    return false;
                }
                long step = Math.min(left, LOOK);
                left -= step - Math.max(0, clock.await(changed, step));
            }
            return true;
        } finally {
            lock.unlock();
        }
    }
}
