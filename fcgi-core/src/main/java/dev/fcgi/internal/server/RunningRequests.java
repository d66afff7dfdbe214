package dev.fcgi.internal.server;

import dev.fcgi.RequestEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * The observed requests that have not ended. Thread-safe; nothing blocks.
 *
 * <p>A request has a place in an array, by the number of its connection: to take it is one atomic write, to leave it is
 * none, and neither needs memory. Where the place is taken, which is rare unless connections are shared, it is in a set.
 *
 * @param <T> how they are observed
 */
final class RunningRequests<T extends RequestEvent> {
    /** A power of two. */
    private static final int PLACES = 256;

    private final AtomicReferenceArray<T> places = new AtomicReferenceArray<>(PLACES);
    private final Set<T> others = ConcurrentHashMap.newKeySet();

    void add(T request) {
        if (!places.compareAndSet(place(request), null, request)) {
            others.add(request);
        }
    }

    void remove(T request) {
        int place = place(request);
        if (places.getPlain(place) == request) { // nobody else writes a place that is taken
            places.setRelease(place, null);
        } else {
            others.remove(request);
        }
    }

    private static int place(RequestEvent request) {
        return (int) request.connection() & PLACES - 1;
    }

    boolean isEmpty() {
        return list().isEmpty();
    }

    List<T> list() {
        List<T> running = new ArrayList<>(others);
        for (int i = 0; i < PLACES; i++) {
            T request = places.get(i);
            if (request != null) {
                running.add(request);
            }
        }
        return running;
    }
}
