package dev.fcgi;

/**
 * What happens to the thread of a handler whose request is aborted. Its streams fail in either case.
 *
 * <p>Interrupts of the library never reach the socket. A handler's own do no harm either, with one exception: a thread
 * that user code interrupts while it is blocked in a write, begun when its request was alone on the connection, loses
 * that connection, since a socket channel closes then.
 */
public enum AbortPolicy {
    /**
     * The thread is interrupted, unless it is inside a stream of the request, which fails by itself. Waiting for a
     * database or a lock ends at once that way; the interrupt never reaches another request.
     */
    INTERRUPT,
    /** Nothing else: the handler asks {@link Request#isAborted()} or registers {@link Request#onAbort}. */
    SIGNAL
}
