package dev.fcgi;

/** How a request ended, one of these for each. */
public enum Outcome {
    /** The handler has returned, or called {@link Request#finish()}; all of the response was sent. */
    COMPLETED(Kind.COMPLETED),

    /** The handler threw before output was sent: the web server has a page with status 500. */
    FAILED(Kind.FAILED),
    /** The handler threw after output was sent: the response is incomplete. */
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

    /** Refused over {@link FcgiServer.Builder#maxRequests}. */
    OVER_MAX_REQUESTS(Kind.REFUSED),
    /** Refused over {@link FcgiServer.Builder#maxRequestsPerConnection}, or as a second one for an accept loop. */
    OVER_MAX_REQUESTS_PER_CONNECTION(Kind.REFUSED),
    /** Refused over {@link FcgiServer.Builder#maxParamsLength} or {@link FcgiServer.Builder#maxParamsCount}. */
    OVER_MAX_PARAMS(Kind.REFUSED),
    /** Refused because its head did not end within {@link FcgiServer.Builder#headTimeout}. */
    HEAD_TIMEOUT(Kind.REFUSED),
    /** Refused because there is no handler for its role. */
    UNKNOWN_ROLE(Kind.REFUSED),
    /** Refused because the server stops, or the accept loop has ended. */
    DRAINING(Kind.REFUSED),
    /** Refused because the {@linkplain FcgiServer.Builder#executor executor} did not take it. */
    REJECTED_BY_EXECUTOR(Kind.REFUSED);

    /** The kinds of outcomes, which are what is counted. */
    public enum Kind {
        /** A whole response. */
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
