package dev.fcgi;

/** How a request ended. Each request has exactly one outcome. */
public enum Outcome {
    /** The handler returned or called {@link Request#finish()}, and the whole response was sent. */
    COMPLETED(Kind.COMPLETED),

    /** The handler threw before output was sent, so the web server got a response with status 500. */
    FAILED(Kind.FAILED),
    /** The handler threw after output was sent, so the response is incomplete. */
    FAILED_INCOMPLETE(Kind.FAILED),

    /** Aborted by the web server, see {@link RequestAbortedException.Reason#ABORT_REQUEST}. */
    ABORTED_BY_PEER(Kind.ABORTED),
    /** Aborted, see {@link RequestAbortedException.Reason#CONNECTION_LOST}: usually a client that went away. */
    CONNECTION_LOST(Kind.ABORTED),
    /** Aborted, see {@link RequestAbortedException.Reason#READ_TIMEOUT}. */
    READ_TIMEOUT(Kind.ABORTED),
    /** Aborted, see {@link RequestAbortedException.Reason#WRITE_TIMEOUT}. */
    WRITE_TIMEOUT(Kind.ABORTED),
    /** Aborted, see {@link RequestAbortedException.Reason#HANDLER_TIMEOUT}. */
    HANDLER_TIMEOUT(Kind.ABORTED),
    /** Aborted, see {@link RequestAbortedException.Reason#INPUT_STALLED}. */
    INPUT_STALLED(Kind.ABORTED),
    /** Aborted, see {@link RequestAbortedException.Reason#SHUTDOWN}. */
    SHUTDOWN(Kind.ABORTED),

    /** Refused because {@link FcgiServer.Builder#maxRequests} were in flight. */
    OVER_MAX_REQUESTS(Kind.REFUSED),
    /**
     * Refused because of {@link FcgiServer.Builder#maxRequestsPerConnection}, or as the second request on a connection
     * of an accept loop.
     */
    OVER_MAX_REQUESTS_PER_CONNECTION(Kind.REFUSED),
    /** Refused because of {@link FcgiServer.Builder#maxParamsLength} or {@link FcgiServer.Builder#maxParamsCount}. */
    OVER_MAX_PARAMS(Kind.REFUSED),
    /** Refused because its head did not end within {@link FcgiServer.Builder#headTimeout}. */
    HEAD_TIMEOUT(Kind.REFUSED),
    /** Refused because there is no handler for its role. */
    UNKNOWN_ROLE(Kind.REFUSED),
    /** Refused because the server is stopping, the accept loop has ended, or the connection is about to be closed. */
    DRAINING(Kind.REFUSED),
    /** Refused because the {@linkplain FcgiServer.Builder#executor executor} rejected it. */
    REJECTED_BY_EXECUTOR(Kind.REFUSED);

    /** The kinds of outcomes, as counted by {@link ServerStats}. */
    public enum Kind {
        /** The whole response was sent. */
        COMPLETED,
        /** The handler threw. */
        FAILED,
        /** Ended before its handler was done. */
        ABORTED,
        /** Answered without a handler. */
        REFUSED
    }

    private final Kind kind;

    Outcome(Kind kind) {
        this.kind = kind;
    }

    /** {@return its kind} */
    public Kind kind() {
        return kind;
    }
}
