package dev.fcgi.internal.server;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * The heads that have begun on one connection and are not complete. One head at a time is part of what a connection
 * costs. More than one share a number with all other connections, and whoever holds as much of it as is left gets no
 * more: whoever only begins requests is refused long before others are.
 *
 * <p>Guarded by the connection's lock, except for the number that is shared.
 */
final class Heads {
    private final AtomicInteger shared;
    private final int limit;
    private int here;

    /**
     * Creates the heads of a connection.
     *
     * @param shared how many heads all connections have, not counting the first of each
     * @param limit of that number
     */
    Heads(AtomicInteger shared, int limit) {
        this.shared = shared;
        this.limit = limit;
    }

    /** One more begins, if it may; {@link #end} must follow then. */
    boolean begin() {
        if (here > 0) {
            if (here - 1 >= limit - shared.get()) {
                return false;
            }
            if (shared.incrementAndGet() > limit) {
                shared.decrementAndGet();
                return false;
            }
        }
        here++;
        return true;
    }

    int count() {
        return here;
    }

    /** One is complete, or over. */
    void end() {
        here--;
        if (here > 0) {
            shared.decrementAndGet();
        }
    }
}
