package dev.fcgi;

import java.time.Instant;
import java.util.List;

/**
 * Counters of a {@link FcgiServer} at one moment. Each is exact; together they are not a single snapshot.
 *
 * <p>Implemented by the library only, which may add methods.
 */
public interface ServerStats {
    /** {@return when the server has started} */
    Instant startTime();

    /** {@return connections that are open now} */
    int connections();

    /** {@return requests in flight: begun, and their handlers, if they came so far, have not returned} */
    int activeRequests();

    /** {@return the most requests that were in flight at once since the start, of those whose heads were complete} */
    int maxActiveRequests();

    /** {@return how many requests may be in flight, see {@link FcgiServer.Builder#maxRequests}} */
    int maxRequests();

    /** {@return connections accepted since the start} */
    long connectionsAccepted();

    /** {@return requests that a handler has begun with since the start} */
    long requestsStarted();

    /**
     * {@return requests aborted before their end since the start, for whatever {@linkplain
     * RequestAbortedException.Reason reason}}
     */
    long requestsAborted();

    /**
     * {@return requests answered by the server itself since the start: over a limit, head not complete in time, unknown
     * role, draining, not taken by the executor}
     */
    long requestsRefused();

    /** {@return requests refused since the start over {@link FcgiServer.Builder#maxRequests} or another limit in number} */
    long requestsOverLimit();

    /** {@return requests that took longer than {@link FcgiServer.Builder#slowRequestTime}, since the start} */
    long requestsSlow();

    /** {@return handlers that threw since the start} */
    long handlersFailed();

    /** {@return connections closed since the start because the peer broke the protocol} */
    long protocolErrors();

    /** {@return connections on which two requests were active at once, since the start} */
    long connectionsMultiplexed();

    /**
     * {@return connections that the kernel has taken in and that are not accepted yet, on all TCP sockets of the server;
     * 0 where the system does not tell, as for Unix sockets} Reads a file of the system at each call.
     */
    int listenQueue();

    /** {@return how many such connections the kernel takes in for each socket, see {@link FcgiServer.Builder#backlog}} */
    int listenQueueLength();

    /** {@return the requests in flight, of a server that has a listener or a status page; empty otherwise} */
    List<RequestEvent> requests();
}
