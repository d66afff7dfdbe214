package dev.fcgi;

import java.util.function.Supplier;

/**
 * Observes a server or an accept loop, for logs, metrics and traces. All methods do nothing unless overridden; the
 * library may add more.
 *
 * {@snippet :
 * Map<Outcome, LongAdder> counts = new ConcurrentHashMap<>();
 * FcgiServer.builder().listener(new ServerListener() {
 *     @Override
 *     public void requestEnded(RequestEvent request) {
 *         counts.computeIfAbsent(request.outcome(), first -> new LongAdder()).increment();
 *     }
 * });
 * }
 *
 * <p>Called while the library holds no lock. Exceptions are logged and have no other effect. {@link #requestBegun} and
 * {@link #requestEnded} are called by the thread that handles or refuses the request, the latter after the response was
 * sent: a listener that blocks delays the next request of that connection, or its close, and no other. The other
 * methods, and the end of a request that never got a handler, are called by other threads of the library, possibly
 * concurrently. So implementations must be thread-safe.
 */
public interface ServerListener {
    /**
     * The server is about to accept connections; or a program of plain CGI is about to get its one request.
     *
     * @param stats returns the current counters of the server, even after it has stopped
     */
    default void started(Supplier<ServerStats> stats) {}

    /**
     * A connection was accepted. Not called for one that {@link FcgiServer.Builder#allowedPeers} refuses; only its end
     * is reported.
     *
     * @param connection the connection
     */
    default void connectionOpened(ConnectionEvent connection) {}

    /**
     * A connection was closed.
     *
     * @param connection the connection, with a {@linkplain ConnectionEvent#refusal() refusal} if it was refused
     */
    default void connectionClosed(ConnectionEvent connection) {}

    /**
     * A handler is about to run. Not called for a request without a handler; only its end is reported.
     *
     * @param request the request
     */
    default void requestBegun(RequestEvent request) {}

    /**
     * A handler has been running for {@link FcgiServer.Builder#slowRequestTime}. Called at most once for each request.
     *
     * @param request the request, with the {@linkplain RequestEvent#stack() stack} of its handler
     */
    default void requestSlow(RequestEvent request) {}

    /**
     * A request has ended: its handler has returned, or it was refused.
     *
     * @param request the request, whose {@linkplain RequestEvent#outcome() outcome} is known
     */
    default void requestEnded(RequestEvent request) {}

    /**
     * The server has stopped; or the one request of plain CGI is over.
     *
     * @param stats the last counters
     */
    default void stopped(ServerStats stats) {}
}
