package dev.fcgi.internal.server;

import java.util.ArrayList;
import java.util.Arrays;
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
    /** Web servers count from 1 and use the lowest ids again: those are found by index. */
    private static final int LOW_IDS = 256;

    private ServerRequest[] low = new ServerRequest[2];
    private Map<Integer, ServerRequest> high = Map.of();
    private int size;
    private int inHand;

    ServerRequest get(int id) {
        if (id < LOW_IDS) {
            return id < low.length ? low[id] : null;
        }
        return high.get(id);
    }

    void add(ServerRequest request) {
        int id = request.id();
        if (id >= LOW_IDS) {
            if (high.isEmpty()) {
                high = new HashMap<>();
            }
            high.put(id, request);
        } else {
            if (id >= low.length) {
                low = Arrays.copyOf(low, Math.min(LOW_IDS, 2 * id));
            }
            low[id] = request;
        }
        size++;
        inHand++;
    }

    void remove(ServerRequest request) {
        int id = request.id();
        if (id < LOW_IDS) {
            low[id] = null;
        } else {
            high.remove(id);
        }
        size--;
    }

    void handlerReturned() {
        inHand--;
    }

    boolean isEmpty() {
        return size == 0;
    }

    int size() {
        return size;
    }

    boolean isFull(int limit) {
        return size >= limit || inHand >= limit + MAX_ABANDONED;
    }

    /** {@return the active requests at this moment, in a list that does not change when they end} */
    List<ServerRequest> snapshot() {
        List<ServerRequest> active = new ArrayList<>(high.values());
        for (ServerRequest request : low) {
            if (request != null) {
                active.add(request);
            }
        }
        return active;
    }
}
