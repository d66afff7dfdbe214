package dev.fcgi;

import java.util.Objects;

/** Thrown by the streams of a request that was aborted. */
public final class RequestAbortedException extends FcgiException {
    private static final long serialVersionUID = 1;

    /** Why a request was aborted. */
    public enum Reason {
        /** The web server sent ABORT_REQUEST (FastCGI 5.4). */
        ABORT_REQUEST,
        /** The web server closed the connection, or the connection broke. */
        CONNECTION_LOST,
        /** The handler waited for input, which did not arrive within {@link FcgiServer.Builder#readTimeout}. */
        READ_TIMEOUT,
        /** The web server accepted no output for {@link FcgiServer.Builder#writeTimeout}. */
        WRITE_TIMEOUT,
        /** The handler ran for longer than {@link FcgiServer.Builder#handlerTimeout}. */
        HANDLER_TIMEOUT,
        /**
         * The handler left its input unread and so held up what follows it; see {@link
         * FcgiServer.Builder#stallTimeout}.
         */
        INPUT_STALLED,
        /** The server was shut down and the grace period is over. */
        SHUTDOWN
    }

    /** Why. */
    private final Reason reason;

    /**
     * Creates the exception.
     *
     * @param reason why the request was aborted
     * @param cause the underlying failure, or null
     */
    public RequestAbortedException(Reason reason, Throwable cause) {
        super("request aborted: " + reason, cause);
        this.reason = Objects.requireNonNull(reason, "reason");
    }

    /** {@return why the request was aborted} */
    public Reason reason() {
        return reason;
    }
}
