package dev.fcgi.internal.client;

import dev.fcgi.client.CallOutcome;
import dev.fcgi.client.CloseReason;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/** The counters of a client. Thread-safe; counting needs no memory. */
final class Counters {
    final AtomicLong connectionsOpened = new AtomicLong();
    final AtomicLong connectsFailed = new AtomicLong();
    final AtomicLong callsStarted = new AtomicLong();
    final AtomicLong callsReused = new AtomicLong();
    final AtomicLong callsRetried = new AtomicLong();
    private final AtomicLongArray connectionsClosed = new AtomicLongArray(CloseReason.values().length);
    private final AtomicLongArray callsEnded = new AtomicLongArray(CallOutcome.values().length);

    void closed(CloseReason reason) {
        connectionsClosed.incrementAndGet(reason.ordinal());
    }

    void ended(CallOutcome outcome) {
        callsEnded.incrementAndGet(outcome.ordinal());
    }

    /** {@return the current values} Ends are read first, so that they never exceed begins. */
    Snapshot.Counts snapshot() {
        long[] closed = copy(connectionsClosed);
        long[] ended = copy(callsEnded);
        return new Snapshot.Counts(closed, ended, connectionsOpened.get(), connectsFailed.get(), callsStarted.get(),
                callsReused.get(), callsRetried.get());
    }

    private static long[] copy(AtomicLongArray counts) {
        long[] copy = new long[counts.length()];
        for (int i = 0; i < copy.length; i++) {
            copy[i] = counts.get(i);
        }
        return copy;
    }
}
