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
 * PHP-FPM, accepts as many as it has processes; what comes beyond waits in the backlog of its socket, with the request
 * written already, until one of the others is closed. Nothing tells who waits there. But a connection without an answer
 * for some time may, unless one that came later has got an answer, since the kernel hands them over in order.
 *
 * <p>Any thread.
 */
final class Backlog {
    /** Longer than an answer usually takes: closing idle connections in vain costs little, but not nothing. */
    private static final long PATIENCE = TimeUnit.MILLISECONDS.toNanos(25);

    private final Predicate<Backlog> relief;
    private final Clock clock;
    /** Moments are counted from here, so that they can be compared. */
    private final long origin;
    private final Set<Arrival> arriving = ConcurrentHashMap.newKeySet();
    /** The last moment of which it is known that whoever was connected by then has been accepted. */
    private final AtomicLong acceptedUntil = new AtomicLong(Long.MIN_VALUE);

    /**
     * Creates an empty one.
     *
     * @param relief closes idle connections to the server; false when it could not now, without blocking
     */
    Backlog(Predicate<Backlog> relief, Clock clock) {
        this.relief = relief;
        this.clock = clock;
        this.origin = clock.nanoTime();
    }

    /** A connection that is about to be made, until the first byte of an answer or its end. */
    final class Arrival implements Ticker.Ticked {
        private final long since = now();
        private volatile long connectedAt = Long.MAX_VALUE;

        /** It is in the backlog now, or through it. */
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

        /** Sees to connections that are idle already; those that become so later, the pool looks at itself. */
        @Override
        public boolean tick(int tick) {
            return arriving.contains(this) && !wasAccepted() && !(isStuck() && relief.test(Backlog.this));
        }

        @Override
        public void check(long nanoTime) {
            // has no limits of its own
        }
    }

    Arrival arrive() {
        Arrival arrival = new Arrival();
        arriving.add(arrival);
        return arrival;
    }

    /** {@return whether a connection waits that may have to wait for the end of another} */
    boolean isStuck() {
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
