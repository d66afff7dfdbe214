package dev.fcgi.client;

/**
 * Observes a client, for logs, metrics and traces. All methods do nothing unless overridden; the library may add more.
 *
 * {@snippet :
 * FcgiClient.builder().address("unix:/run/app.sock").listener(new ClientListener() {
 *     @Override
 *     public void callEnded(CallEvent call) {
 *         timer(call.outcome()).record(call.time());
 *     }
 * });
 * }
 *
 * <p>A call is one {@link FcgiClient#send} with its response, even if the request was sent twice. The methods are called
 * while the library holds no lock. Exceptions are logged and have no other effect. All methods except {@link
 * #connectionClosed} are called by the thread that makes the call; an interrupt is withheld meanwhile. So a listener that
 * blocks delays that call and no other; but while {@link #connectionOpened} takes longer than 25 milliseconds, the client
 * may close idle connections to that server, as for one that has not accepted the new connection. {@link
 * #connectionClosed} is called by a thread of the library, for one connection at a time. Implementations must be
 * thread-safe, and may use the client.
 */
public interface ClientListener {
    /**
     * A connection was made, for calls or for a query such as {@link FcgiClient#getValues}.
     *
     * @param connection the connection
     */
    default void connectionOpened(ClientConnectionEvent connection) {}

    /**
     * Connecting to an address failed, or looking up a host name. The call may succeed with another address.
     *
     * @param connection the attempt, with its {@linkplain ClientConnectionEvent#failure() failure}
     */
    default void connectFailed(ClientConnectionEvent connection) {}

    /**
     * A connection was closed.
     *
     * @param connection the connection, with a {@linkplain ClientConnectionEvent#reason() reason}
     */
    default void connectionClosed(ClientConnectionEvent connection) {}

    /**
     * A call begins. It has no connection yet.
     *
     * @param call the call
     */
    default void callBegun(CallEvent call) {}

    /**
     * A kept connection turned out to be closed, and the request is about to be sent again on a new one. Called at most
     * once for each call.
     *
     * @param call the call; its connection is still the one that was closed
     */
    default void callRetried(CallEvent call) {}

    /**
     * A call has ended, and its caller is about to learn that: {@link FcgiClient#send} fails, or the response was read
     * to its end, failed, or was closed. Called once for each call, provided that its response is closed.
     *
     * @param call the call, whose {@linkplain CallEvent#outcome() outcome} is known
     */
    default void callEnded(CallEvent call) {}
}
