package dev.fcgi.internal.server;

import dev.fcgi.Outcome;
import dev.fcgi.Params;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What happens to a request, for those who observe it: this one is for requests that nobody observes. Called by whoever
 * changes the request, under the lock of its connection unless it is said otherwise. Nothing here fails.
 */
class Watch {
    static final Watch NONE = new Watch();

    /** The request has begun: its head is awaited. */
    void added() {}

    /** The parameters are complete. */
    void headComplete(Params complete) {}

    /** A handler begins, on this thread. */
    void handlerBegun() {}

    /** The same, told without a lock. */
    void tellBegin() {}

    /** Content of an input stream was received. The reader calls it, with the lock or without. */
    void received(long bytes) {}

    /** The handler has written some of STDOUT, which is kept in a buffer. */
    void buffered(byte[] source, int offset, int count) {}

    /** What is in the buffer is sent. */
    void sent() {}

    /** The library answers itself; what is in the buffer is not sent. */
    void answered(int status, int length) {}

    void appStatus(int status) {}

    /** Nothing more may be sent; said again when the end itself did not get through. */
    void ended(Outcome how) {}

    /** Limits on time are checked. */
    void check(long now) {}

    /** Nothing works on the request any more; somebody tells it later. */
    void over() {}

    /**
     * The same, told by the thread that has handled the request, without a lock.
     *
     * @param failure what the handler has thrown, or null
     */
    void tellOver(Throwable failure) {}

    /**
     * The same, with a lock that is released meanwhile, before the request counts no more: who stops the server has heard
     * of all then.
     */
    void tellOver(Throwable failure, ReentrantLock lock) {}
}
