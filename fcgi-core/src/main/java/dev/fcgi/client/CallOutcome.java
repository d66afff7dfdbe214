package dev.fcgi.client;

/** How a call ended. Each call has exactly one outcome. */
public enum CallOutcome {
    /** The whole response was received, with the protocol status REQUEST_COMPLETE. */
    COMPLETED(Kind.COMPLETED),

    /** Refused with {@link dev.fcgi.ProtocolStatus#OVERLOADED}, with output or without. */
    OVERLOADED(Kind.REFUSED),
    /** Refused with {@link dev.fcgi.ProtocolStatus#CANT_MPX_CONN}, with output or without. */
    CANT_MPX_CONN(Kind.REFUSED),
    /** Refused with {@link dev.fcgi.ProtocolStatus#UNKNOWN_ROLE}, with output or without. */
    UNKNOWN_ROLE(Kind.REFUSED),
    /** Refused with a protocol status that FastCGI does not define. */
    REFUSED(Kind.REFUSED),

    /** Connecting failed, at every address of the server. */
    CONNECT_FAILED(Kind.FAILED),
    /** The connection ended before the response did, see {@link ResponseLostException}. */
    CONNECTION_LOST(Kind.FAILED),
    /** The stream of the body failed, or was shorter or longer than announced. */
    BODY_FAILED(Kind.FAILED),
    /** Any other failure, such as an OutOfMemoryError. */
    FAILED(Kind.FAILED),

    /** All {@link FcgiClient.Builder#maxConnections} were in use for {@link FcgiClient.Builder#connectTimeout}. */
    POOL_TIMEOUT(Kind.TIMED_OUT),
    /** No connection could be made within {@link FcgiClient.Builder#connectTimeout}. */
    CONNECT_TIMEOUT(Kind.TIMED_OUT),
    /** See {@link RequestTimeoutException.Limit#FIRST_BYTE}. */
    FIRST_BYTE_TIMEOUT(Kind.TIMED_OUT),
    /** See {@link RequestTimeoutException.Limit#READ}. */
    READ_TIMEOUT(Kind.TIMED_OUT),
    /** See {@link RequestTimeoutException.Limit#WRITE}. */
    WRITE_TIMEOUT(Kind.TIMED_OUT),
    /** See {@link RequestTimeoutException.Limit#REQUEST}. */
    REQUEST_TIMEOUT(Kind.TIMED_OUT),
    /** See {@link RequestTimeoutException.Limit#STALL}. */
    STALL_TIMEOUT(Kind.TIMED_OUT),

    /** The caller closed the response before its end. */
    ABORTED(Kind.ABORTED),
    /** The calling thread was interrupted. */
    INTERRUPTED(Kind.ABORTED),
    /** The client was closed. */
    CLIENT_CLOSED(Kind.ABORTED);

    /** The kinds of outcomes. */
    public enum Kind {
        /** A whole response. */
        COMPLETED,
        /** The server refused it. */
        REFUSED,
        /** There was no connection, or it was lost; or the request could not be sent. */
        FAILED,
        /** A timeout was exceeded. */
        TIMED_OUT,
        /** Ended by this side before the end of its response. */
        ABORTED
    }

    private final Kind kind;

    CallOutcome(Kind kind) {
        this.kind = kind;
    }

    /** {@return its kind} */
    public Kind kind() {
        return kind;
    }
}
