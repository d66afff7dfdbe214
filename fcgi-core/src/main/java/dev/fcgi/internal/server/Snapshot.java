package dev.fcgi.internal.server;

import dev.fcgi.RequestEvent;
import dev.fcgi.ServerStats;
import dev.fcgi.internal.io.ListenQueue;
import java.net.SocketAddress;
import java.time.Instant;
import java.util.List;

/** The counters of a server at one moment. */
record Snapshot(
        Instant startTime,
        int connections,
        int activeRequests,
        int incompleteHeads,
        int maxActiveRequests,
        int maxRequests,
        long connectionsAccepted,
        long requestsStarted,
        long requestsAborted,
        long requestsRefused,
        long requestsOverLimit,
        long requestsSlow,
        long handlersFailed,
        long protocolErrors,
        long connectionsMultiplexed,
        int listenQueueLength,
        List<SocketAddress> addresses,
        List<RequestEvent> requests) implements ServerStats {
    @Override
    public int listenQueue() {
        return ListenQueue.length(addresses);
    }
}
