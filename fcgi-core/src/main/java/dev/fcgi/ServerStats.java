package dev.fcgi;

/**
 * Counters of a {@link FcgiServer} at one moment. Each is exact; together they are not a single snapshot.
 *
 * @param connections connections that are open now
 * @param activeRequests requests in flight: begun, and their handlers, if they came so far, have not returned
 * @param connectionsAccepted connections accepted since the start
 * @param requestsStarted requests that a handler has begun with since the start
 * @param requestsAborted requests aborted before their end, for whatever {@linkplain RequestAbortedException.Reason
 *     reason}
 * @param requestsRefused requests answered by the server itself: over a limit, head not complete in time, unknown role,
 *     draining, not taken by the executor
 * @param handlersFailed handlers that threw
 * @param protocolErrors connections closed because the peer broke the protocol
 * @param connectionsMultiplexed connections on which two requests were active at once
 */
public record ServerStats(
        int connections,
        int activeRequests,
        long connectionsAccepted,
        long requestsStarted,
        long requestsAborted,
        long requestsRefused,
        long handlersFailed,
        long protocolErrors,
        long connectionsMultiplexed) {}
