package dev.fcgi.internal.server;

import java.util.function.Consumer;

/**
 * The requests of one connection: those that are active, begun and not ended, and how many handlers are at work for
 * requests that have ended.
 *
 * <p>Requests are linked to each other, in rows by their ids: taking one out can never fail, however little memory is
 * left. Guarded by the connection's lock.
 */
final class RequestTable {
    /** Handlers still at work although their request has ended, beyond which a connection gets no more. */
    private static final int MAX_ABANDONED = 64;

    /** The first request of each row; as many rows as a power of two says. */
    private ServerRequest[] rows = new ServerRequest[2];
    private int size;
    private int abandoned;
    private long added;
    /** The one that was added or looked for last, unless it has ended. */
    private ServerRequest latest;

    /** {@return the active request with an id, or null} */
    ServerRequest get(int id) {
        ServerRequest request = rows[row(id)];
        while (request != null && request.id != id) {
            request = request.nextInRow;
        }
        latest = request;
        return request;
    }

    /**
     * For the reader, without the lock: records of one request often come in a row.
     *
     * @return the request that was added or looked for last, if that is it and has not ended before this moment
     */
    ServerRequest latest(int id) {
        ServerRequest request = latest;
        return request != null && request.id == id ? request : null;
    }

    /**
     * Adds a request whose id is not in the table. Cannot fail: without memory the rows get longer.
     *
     * @return how many there are then
     */
    int add(ServerRequest request) {
        if (size >= rows.length) {
            grow();
        }
        link(request);
        latest = request;
        size++;
        added++;
        return size;
    }

    private void link(ServerRequest request) {
        int row = row(request.id);
        request.nextInRow = rows[row];
        rows[row] = request;
    }

    private void grow() {
        ServerRequest[] before = rows;
        try {
            rows = new ServerRequest[2 * before.length];
        } catch (OutOfMemoryError e) {
            return;
        }
        for (ServerRequest first : before) {
            for (ServerRequest next; first != null; first = next) {
                next = first.nextInRow;
                link(first);
            }
        }
    }

    private int row(int id) {
        return id & rows.length - 1;
    }

    /** Takes out a request that is in the table. */
    void remove(ServerRequest request) {
        int row = row(request.id);
        if (rows[row] == request) {
            rows[row] = request.nextInRow;
        } else {
            ServerRequest before = rows[row];
            while (before.nextInRow != request) {
                before = before.nextInRow;
            }
            before.nextInRow = request.nextInRow;
        }
        request.nextInRow = null;
        latest = latest == request ? null : latest; // a connection shall hold nothing of requests that have ended
        size--;
    }

    /** A request has ended, its handler goes on. */
    void abandoned(ServerRequest request) {
        request.abandoned = true;
        abandoned++;
    }

    /** The handler of such a request has returned. */
    void returned(ServerRequest request) {
        request.abandoned = false;
        abandoned--;
    }

    /** {@return how many were ever added} */
    long added() {
        return added;
    }

    boolean isEmpty() {
        return size == 0;
    }

    int size() {
        return size;
    }

    boolean isFull(int limit) {
        return size >= limit || size + abandoned >= limit + MAX_ABANDONED;
    }

    /** Does something to each active request, which may take that one out of the table. */
    void forEach(Consumer<ServerRequest> action) {
        for (ServerRequest first : rows) {
            for (ServerRequest next; first != null; first = next) {
                next = first.nextInRow;
                action.accept(first);
            }
        }
    }
}
