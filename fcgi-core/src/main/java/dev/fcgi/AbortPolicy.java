package dev.fcgi;

/**
 * What happens to the thread of a handler whose request is aborted. Its streams fail in either case.
 *
 * <p>An interrupt by the library never reaches the socket. An interrupt by user code is harmless too, with one
 * exception: if it hits a thread that is blocked in a write which began when its request was alone on the connection,
 * that connection is lost, because a socket channel closes when a thread inside it is interrupted.
 */
public enum AbortPolicy {
    /**
     * The thread is interrupted, unless it is inside a stream of the request, which fails by itself. This ends a wait
     * for a database or a lock immediately. The interrupt never reaches another request.
     */
    INTERRUPT,
    /**
     * Nothing else happens: the handler checks {@link Request#isAborted()} or registers an {@link Request#onAbort}
     * action.
     */
    SIGNAL
}
