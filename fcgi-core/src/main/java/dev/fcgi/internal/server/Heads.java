package dev.fcgi.internal.server;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * The incomplete heads of one connection. Every connection may have one. Further heads share a limit with all other
 * connections, and a connection that holds as many of these places as are free gets no more, so a peer that only begins
 * requests is refused long before others are.
 *
 * <p>Guarded by the connection's lock, except the shared number.
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

    /** Begins one more head, if allowed; then {@link #end} must follow. */
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

    /** A head is complete, or its request has ended. */
    void end() {
        here--;
        if (here > 0) {
            shared.decrementAndGet();
        }
    }
}
