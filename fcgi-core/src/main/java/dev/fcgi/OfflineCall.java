package dev.fcgi;

import dev.fcgi.internal.server.OfflineConnection;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A request in flight, sent by {@link OfflineRequest#start}. All methods may be called from any thread; only {@link
 * #response()} blocks.
 */
public final class OfflineCall {
    private final OfflineConnection connection;
    private final AtomicReference<Throwable> failure;
    private final boolean head;

    OfflineCall(OfflineConnection connection, AtomicReference<Throwable> failure, boolean head) {
        this.connection = connection;
        this.failure = failure;
        this.head = head;
    }

    /** Aborts the request as the specification defines it: sends ABORT_REQUEST (FastCGI 5.4). */
    public void abort() {
        connection.abort();
    }

    /** Aborts the request as most web servers do: closes the connection. There will be no response. */
    public void disconnect() {
        connection.disconnect();
    }

    /**
     * Waits until the request has ended and its handler has returned.
     *
     * @return the response
     * @throws InterruptedException when the calling thread was interrupted; the request is aborted then
     */
    public OfflineResponse response() throws InterruptedException {
        try {
            OfflineConnection.Answer answer = connection.await();
            return new OfflineResponse(answer, failure.get(), head);
        } catch (InterruptedException e) {
            connection.disconnect();
            throw e;
        }
    }
}
