package dev.fcgi.internal.server;

import java.util.function.Consumer;

/**
 * The requests of one connection: those that are active, begun and not ended, and how many handlers are at work for
 * requests that have ended.
 *
 * <p>Requests are linked to each other in rows by their ids, so that removing one never fails, however little memory is
 * left. Guarded by the connection's lock.
 */
final class RequestTable {
    /**
     * The limit on handlers that still run although their request has ended; beyond it, a connection gets no more
     * requests.
     */
    private static final int MAX_ABANDONED = 64;

    /** The first request of each row; the number of rows is a power of two. */
    private ServerRequest[] rows = new ServerRequest[2];
    private int size;
    private int abandoned;
    private long added;
    /** The request that was added or looked up last, unless it has ended. */
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
     * @return the request that was added or looked up last, if it has this id and has not ended
     */
    ServerRequest latest(int id) {
        ServerRequest request = latest;
        return request != null && request.id == id ? request : null;
    }

    /**
     * Adds a request whose id is not in the table. Cannot fail: without memory the rows become longer.
     *
     * @return the number of requests afterwards
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

    /** Removes a request that is in the table. */
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
        latest = latest == request ? null : latest; // a connection must not reference ended requests
        size--;
    }

    /** A request has ended, its handler goes on. */
    void abandoned(ServerRequest request) {
        request.abandoned = true;
        abandoned++;
    }

    /** The handler of a request has returned, perhaps of one that was abandoned. */
    void returned(ServerRequest request) {
        if (request.abandoned) {
            request.abandoned = false;
            abandoned--;
        }
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

    /** Applies an action to each active request, which may remove that request. */
    void forEach(Consumer<ServerRequest> action) {
        for (ServerRequest first : rows) {
            for (ServerRequest next; first != null; first = next) {
                next = first.nextInRow;
                action.accept(first);
            }
        }
    }
}
