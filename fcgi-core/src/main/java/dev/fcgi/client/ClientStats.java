package dev.fcgi.client;

import java.time.Instant;
import java.util.List;

/**
 * The counters of a {@link FcgiClient} at one moment. Each is exact, but together they are not a consistent snapshot.
 *
 * <p>Implemented by the library only, which may add methods.
 */
public interface ClientStats {
    /** {@return when the client was built} */
    Instant startTime();

    /** {@return connections that are open, including those for queries such as {@link FcgiClient#getValues}} */
    int connections();

    /** {@return open connections that carry no call} */
    int idleConnections();

    /** {@return how many connections there may be, see {@link FcgiClient.Builder#maxConnections}} */
    int maxConnections();

    /** {@return connections made since the start} */
    long connectionsOpened();

    /** {@return attempts to connect, or to look up a host name, that failed since the start} */
    long connectsFailed();

    /**
     * Returns how many connections were closed since the start for one reason.
     *
     * @param reason the reason
     * @return the number
     */
    long connectionsClosed(CloseReason reason);

    /** {@return calls that have begun and not ended, see {@link ClientListener#callEnded}} */
    int activeCalls();

    /** {@return calls that wait for a free connection: all {@link #maxConnections} are in use} */
    int waitingCalls();

    /** {@return calls that have begun since the start} */
    long callsStarted();

    /**
     * {@return requests sent since the start on a connection that was there already, the first attempts of retried calls
     * included}
     */
    long callsReused();

    /** {@return calls since the start that were {@linkplain ClientListener#callRetried retried}} */
    long callsRetried();

    /**
     * Returns how many calls have ended since the start with one outcome.
     *
     * @param outcome the outcome
     * @return the number
     */
    long callsEnded(CallOutcome outcome);

    /** {@return the calls that have begun and not ended, for a client that has a listener; empty otherwise} */
    List<CallEvent> calls();
}
