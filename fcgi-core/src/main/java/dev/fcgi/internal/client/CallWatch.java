package dev.fcgi.internal.client;

import dev.fcgi.client.CallOutcome;
import dev.fcgi.client.EndRequest;

/**
 * Watches a call, for counters and observers; this class only counts, with one instance for all calls of a client. A
 * call includes everything that is sent for it, so two {@link ClientCall}s may share a watch.
 *
 * <p>Called by the thread that changes the call, under the lock of its connection unless stated otherwise. Nothing here
 * fails.
 */
public class CallWatch {
    private final Counters counters;

    CallWatch(Counters counters) {
        this.counters = counters;
    }

    /** The call has a place on a connection. Called by the caller, possibly without the lock. */
    void placed(ConnectionObservation connection, int id, boolean reused) {
        connection.called();
        if (reused) {
            counters.callsReused.incrementAndGet();
        }
    }

    /** The first part of the response was received. */
    void answered() {}

    /** Content of an input stream was written to the connection. */
    void sent(int bytes) {}

    /** Its outcome is known. */
    void ended() {}

    // ---- for the caller, without a lock

    /** Its caller has read bytes of STDOUT. */
    void taken(int bytes) {}

    /** Its caller has read the head of the response. */
    public void head(int status) {}

    /** The request is about to be sent on another connection. */
    public void sentAgain() {
        counters.callsRetried.incrementAndGet();
    }

    /**
     * Its caller is about to be notified of the end. Called once for each call.
     *
     * @param end the content of END_REQUEST, or null
     * @param failure the exception for the caller, or null
     */
    void over(CallOutcome outcome, EndRequest end, Throwable failure) {
        counters.ended(outcome);
    }
}
