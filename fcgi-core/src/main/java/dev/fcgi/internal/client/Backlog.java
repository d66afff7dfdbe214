package dev.fcgi.internal.client;

import dev.fcgi.internal.conn.Clock;
import dev.fcgi.internal.conn.Ticker;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;

/**
 * The connections that one server may not have accepted yet. A server with a process for each connection, such as
 * PHP-FPM, accepts as many as it has processes; further ones wait in the backlog of its socket, with their requests
 * already written, until one of the others is closed. Nothing shows which connections wait there. But one without an
 * answer for some time may, unless a later one has got an answer, because the kernel hands them over in order.
 *
 * <p>Thread-safe.
 */
final class Backlog {
    /** Longer than an answer usually takes, because closing idle connections in vain has a small cost. */
    private static final long PATIENCE = TimeUnit.MILLISECONDS.toNanos(25);

    private final Predicate<Backlog> relief;
    private final Clock clock;
    /** The origin of all times, so that they can be compared. */
    private final long origin;
    private final Set<Arrival> arriving = ConcurrentHashMap.newKeySet();
    /** The latest time for which it is known that all connections made before it were accepted. */
    private final AtomicLong acceptedUntil = new AtomicLong(Long.MIN_VALUE);

    /**
     * Creates an empty one.
     *
     * @param relief closes idle connections to the server; returns false if that is not possible now without blocking
     */
    Backlog(Predicate<Backlog> relief, Clock clock) {
        this.relief = relief;
        this.clock = clock;
        this.origin = clock.nanoTime();
    }

    /** A new connection, until the first byte of an answer or its end. */
    final class Arrival implements Ticker.Ticked {
        private final long since = now();
        private volatile long connectedAt = Long.MAX_VALUE;

        /** The connection is in the backlog now, or accepted. */
        void connected() {
            connectedAt = now();
        }

        /** The server has answered something on it. */
        void answered() {
            if (arriving.remove(this)) {
                acceptedUntil.accumulateAndGet(since, Math::max);
            }
        }

        void ended() {
            arriving.remove(this);
        }

        private boolean wasAccepted() {
            return connectedAt <= acceptedUntil.get();
        }

        private boolean isStuck() {
            return now() - since > PATIENCE && !wasAccepted();
        }

        /** Closes connections that are already idle; the pool itself handles those that become idle later. */
        @Override
        public boolean tick(int tick) {
            return arriving.contains(this) && !wasAccepted() && !(isStuck() && relief.test(Backlog.this));
        }

        @Override
        public void check(long nanoTime) {
            // has no timeouts
        }
    }

    Arrival arrive() {
        Arrival arrival = new Arrival();
        arriving.add(arrival);
        return arrival;
    }

    /** {@return whether a connection may be waiting for the end of another} */
    boolean isStuck() {
        if (arriving.isEmpty()) { // as usual; an iterator would look at the whole table
            return false;
        }
        for (Arrival arrival : arriving) {
            if (arrival.isStuck()) {
                return true;
            }
        }
        return false;
    }

    boolean isEmpty() {
        return arriving.isEmpty();
    }

    private long now() {
        return clock.nanoTime() - origin;
    }
}
