package dev.fcgi.client;

/** Why a connection of a client was closed. Each has exactly one reason, the first that applied. */
public enum CloseReason {
    /** Its call ended, and {@link FcgiClient.Builder#keepAlive} is off. */
    NOT_KEPT,
    /** {@link FcgiClient.Builder#keepAliveTimeout}: it was idle for that long, or was that old when a call ended. */
    KEEP_ALIVE_TIMEOUT,
    /** It was idle, and another connection needed its place in the pool or the process that served it. */
    YIELDED,
    /** A call on it ended before the whole request was sent or the whole response was received. */
    INCOMPLETE_CALL,
    /** It was made for a query, such as {@link FcgiClient#getValues}. */
    VALUES,
    /** The server closed it, whether idle or not, or sent something while it was idle. */
    CLOSED_BY_PEER,
    /** Reading from it or writing to it failed. */
    LOST,
    /** The server violated the protocol: what it sent was not FastCGI, or answered no request. */
    PROTOCOL_ERROR,
    /** The client was closed. */
    CLIENT_CLOSED,
    /** Any other failure, such as an OutOfMemoryError. */
    FAILED
}
