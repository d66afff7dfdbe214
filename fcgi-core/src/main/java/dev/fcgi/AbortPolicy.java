package dev.fcgi;

/** What happens to the thread of a handler whose request is cancelled. Its streams fail in either case. */
public enum AbortPolicy {
    /**
     * The thread is interrupted, unless it is inside a stream of the request, which fails by itself. Waiting for a
     * database or a lock ends at once that way; the interrupt never reaches another request.
     */
    INTERRUPT,
    /** Nothing else: the handler asks {@link Request#isAborted()} or registers {@link Request#onAbort}. */
    SIGNAL
}
