package dev.fcgi.internal.server;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The requests of one connection: those that are active, begun and not ended, and how many handlers are at work, also
 * for requests that have ended.
 *
 * <p>Guarded by the connection's lock.
 */
final class RequestTable {
    /** Handlers still at work although their request has ended, beyond which a connection gets no more. */
    private static final int MAX_ABANDONED = 64;

    private final Map<Integer, ServerRequest> active = new HashMap<>(4);
    private int inHand;

    ServerRequest get(int id) {
        return active.get(id);
    }

    void add(ServerRequest request) {
        inHand++;
        active.put(request.id(), request);
    }

    void remove(ServerRequest request) {
        active.remove(request.id());
    }

    void handlerReturned() {
        inHand--;
    }

    boolean isEmpty() {
        return active.isEmpty();
    }

    int size() {
        return active.size();
    }

    boolean isFull(int limit) {
        return active.size() >= limit || inHand >= limit + MAX_ABANDONED;
    }

    /** {@return the active requests at this moment, in a list that does not change when they end} */
    List<ServerRequest> snapshot() {
        return List.copyOf(active.values());
    }

    Collection<ServerRequest> active() {
        return active.values();
    }
}
