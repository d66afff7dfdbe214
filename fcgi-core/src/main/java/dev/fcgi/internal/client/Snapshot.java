package dev.fcgi.internal.client;

import dev.fcgi.client.CallEvent;
import dev.fcgi.client.CallOutcome;
import dev.fcgi.client.ClientStats;
import dev.fcgi.client.CloseReason;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * The counters of a client at one moment.
 *
 * @param idle connections that the pool has for another call; it is told of the end of one after that was counted
 */
record Snapshot(Instant startTime, int idle, int waitingCalls, int maxConnections, Counts counts,
        List<CallEvent> calls) implements ClientStats {
    /**
     * Counters that only increase.
     *
     * @param closed by reason
     * @param ended by outcome
     */
    record Counts(long[] closed, long[] ended, long connectionsOpened, long connectsFailed, long callsStarted,
            long callsReused, long callsRetried) {}

    @Override
    public int connections() {
        return (int) (counts.connectionsOpened - Arrays.stream(counts.closed).sum());
    }

    @Override
    public int idleConnections() {
        return Math.min(idle, connections());
    }

    @Override
    public long connectionsOpened() {
        return counts.connectionsOpened;
    }

    @Override
    public long connectsFailed() {
        return counts.connectsFailed;
    }

    @Override
    public long connectionsClosed(CloseReason reason) {
        return counts.closed[Objects.requireNonNull(reason, "reason").ordinal()];
    }

    @Override
    public int activeCalls() {
        return (int) (counts.callsStarted - Arrays.stream(counts.ended).sum());
    }

    @Override
    public long callsStarted() {
        return counts.callsStarted;
    }

    @Override
    public long callsReused() {
        return counts.callsReused;
    }

    @Override
    public long callsRetried() {
        return counts.callsRetried;
    }

    @Override
    public long callsEnded(CallOutcome outcome) {
        return counts.ended[Objects.requireNonNull(outcome, "outcome").ordinal()];
    }
}
