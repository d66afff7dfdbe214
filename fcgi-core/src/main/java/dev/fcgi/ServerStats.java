package dev.fcgi;

import java.time.Instant;
import java.util.List;

/**
 * The counters of a {@link FcgiServer}. Each is exact, but together they are not a consistent snapshot.
 *
 * <p>Implemented by the library only, which may add methods.
 */
public interface ServerStats {
    /** {@return when the server was started} */
    Instant startTime();

    /** {@return connections that are open now} */
    int connections();

    /** {@return requests that have begun and whose handlers, if they were called, have not returned} */
    int activeRequests();

    /** {@return those of the active requests whose head is incomplete: they do not count towards the maximum yet} */
    int incompleteHeads();

    /** {@return the largest number of requests in flight at the same time since the start} */
    int maxActiveRequests();

    /** {@return how many requests may be in flight, see {@link FcgiServer.Builder#maxRequests}} */
    int maxRequests();

    /** {@return connections accepted since the start} */
    long connectionsAccepted();

    /** {@return requests that were given to a handler since the start} */
    long requestsStarted();

    /** {@return requests aborted since the start, for any {@linkplain RequestAbortedException.Reason reason}} */
    long requestsAborted();

    /**
     * {@return requests refused since the start: over a limit, head not complete in time, unknown role, server
     * stopping, rejected by the executor}
     */
    long requestsRefused();

    /**
     * {@return requests refused since the start because of {@link FcgiServer.Builder#maxRequests} or another limit on
     * their number}
     */
    long requestsOverLimit();

    /** {@return requests that took longer than {@link FcgiServer.Builder#slowRequestTime}, since the start} */
    long requestsSlow();

    /** {@return handlers that threw since the start} */
    long handlersFailed();

    /** {@return connections closed since the start because the peer violated the protocol} */
    long protocolErrors();

    /** {@return connections that became multiplexed since the start} */
    long connectionsMultiplexed();

    /**
     * {@return connections that the kernel has queued and the server has not accepted yet, on all its TCP sockets; 0
     * where the system does not report it, as for Unix sockets} Reads a system file at each call.
     */
    int listenQueue();

    /**
     * {@return how many such connections the server has asked the kernel to queue for each of its sockets, see {@link
     * FcgiServer.Builder#backlog}; an inherited socket has the limit that its creator has set}
     */
    int listenQueueLength();

    /** {@return the requests in flight, for a server that has a listener or a status page; empty otherwise} */
    List<RequestEvent> requests();
}
