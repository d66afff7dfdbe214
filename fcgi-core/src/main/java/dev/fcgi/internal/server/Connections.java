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
 * The open connections of a server, and the limit on their number.
 *
 * <p>Their number is guarded by a lock, under which nothing blocks.
 */
final class Connections {
    /** Some changes are not signalled. */
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

    /** {@return a live view of all connections} */
    Collection<ServerConnection> all() {
        return all;
    }

    void opened(ServerConnection connection) {
        all.add(connection); // may fail, before anything is counted
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

    /** Makes waiting threads check again. */
    void changed() {
        lock.lock();
        try {
            changes++;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Suspends or resumes accepting; connections wait in the kernel meanwhile. */
    void hold(boolean hold) {
        lock.lock();
        try {
            held = hold;
            changed();
        } finally {
            lock.unlock();
        }
    }

    /** Ends all suspension. Returns whether this is the first call. */
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
     * Waits until one more connection may be accepted.
     *
     * @param whenFull called before waiting, when the limit is reached
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

    /** {@return a number that every change increases} */
    long changeCount() {
        lock.lock();
        try {
            return changes;
        } finally {
            lock.unlock();
        }
    }

    /** Waits for a change after that number, with a time limit. */
    void awaitChange(long before, long nanos) {
        lock.lock();
        try {
            long left = nanos;
            while (changes == before && !ending && left > 0) {
                left = clock.await(changed, left);
            }
        } catch (InterruptedException ignored) {
            // unexpected, and with the flag set accept would close the listener
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until no connection is open, with a time limit.
     *
     * @param moreToCome whether something else must end as well
     * @return whether none is open
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
