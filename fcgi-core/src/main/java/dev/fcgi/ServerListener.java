package dev.fcgi;

import java.util.function.Supplier;

/**
 * Observes a server or an accept loop: logs, metrics, traces. All methods do nothing unless overridden; the library may
 * add more.
 *
 * {@snippet :
 * FcgiServer.builder().listener(new ServerListener() {
 *     @Override
 *     public void requestEnded(RequestEvent request) {
 *         timer(request.outcome()).record(request.time());
 *     }
 * });
 * }
 *
 * <p>Called while the library holds no lock. What is thrown is logged and costs nobody anything. {@link #requestBegun}
 * and {@link #requestEnded} are called by the thread that has handled the request, or refused it, after the response
 * was sent: whoever blocks keeps the next request of that connection waiting, and no other. The other methods, and
 * the end of a request that no handler came to, are called by other threads of the library, one call at a time or many.
 * So implementations must be thread-safe.
 */
public interface ServerListener {
    /**
     * The server is about to accept connections; or a program of plain CGI is about to get its one request.
     *
     * @param stats gives the counters of the server whenever it is asked, also after its end
     */
    default void started(Supplier<ServerStats> stats) {}

    /**
     * A connection was accepted. One that {@link FcgiServer.Builder#allowedPeers} refuses is told of at its end only.
     *
     * @param connection the connection
     */
    default void connectionOpened(ConnectionEvent connection) {}

    /**
     * A connection is over.
     *
     * @param connection the connection, with a {@linkplain ConnectionEvent#refusal() refusal} if it had no chance
     */
    default void connectionClosed(ConnectionEvent connection) {}

    /**
     * A handler is about to begin with a request. Without a handler, only its end is told of.
     *
     * @param request the request
     */
    default void requestBegun(RequestEvent request) {}

    /**
     * A handler has been at work for {@link FcgiServer.Builder#slowRequestTime}; once for each request.
     *
     * @param request the request, with the {@linkplain RequestEvent#stack() stack} of its handler
     */
    default void requestSlow(RequestEvent request) {}

    /**
     * A request is over: its handler has returned, or it was refused.
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
