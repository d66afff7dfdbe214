package dev.fcgi.internal.client;

import dev.fcgi.client.CallOutcome;
import dev.fcgi.client.EndRequest;

/**
 * What happens to a call, for those who count and those who observe: this one only counts, and is one for all calls of a
 * client. A call is what its caller has begun, with all that is sent for it; so two {@link ClientCall}s may have one.
 *
 * <p>Called by whoever changes the call, under the lock of its connection unless it is said otherwise. Nothing here
 * fails.
 */
public class CallWatch {
    private final Counters counters;

    CallWatch(Counters counters) {
        this.counters = counters;
    }

    /** The call has a place on a connection. Called by the caller, perhaps with no lock. */
    void placed(ConnectionObservation connection, int id, boolean reused) {
        connection.called();
        if (reused) {
            counters.callsReused.incrementAndGet();
        }
    }

    /** Something of the response has come, for the first time. */
    void answered() {}

    /** Content of an input stream was given to the connection. */
    void sent(int bytes) {}

    /** How it ends is known. */
    void ended() {}

    // ---- for the caller, without a lock

    /** Its caller has taken bytes of STDOUT. */
    void taken(int bytes) {}

    /** Its caller has read the head of the response. */
    public void head(int status) {}

    /** The request is about to be sent on another connection. */
    public void sentAgain() {
        counters.callsRetried.incrementAndGet();
    }

    /**
     * Its caller is about to know how it ended. Called once for each call.
     *
     * @param end what END_REQUEST said, or null
     * @param failure what the caller gets, or null
     */
    void over(CallOutcome outcome, EndRequest end, Throwable failure) {
        counters.ended(outcome);
    }
}
