package dev.fcgi.internal.server;

import dev.fcgi.RequestAbortedException.Reason;
import java.lang.System.Logger.Level;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The timeouts that each request of a connection has. What is slow, those who observe are told.
 *
 * <p>Guarded by the connection's lock.
 */
final class RequestLimits {
    private final ServerContext context;
    private final ReentrantLock lock;

    RequestLimits(ServerContext context, ReentrantLock lock) {
        this.context = context;
        this.lock = lock;
    }

    /**
     * Locked. Ends a request that takes too long.
     *
     * @param stalled whether the connection is not read now: what its peer has sent in time may still be unread
     */
    void check(ServerRequest request, boolean stalled, long now) {
        assert lock.isHeldByCurrentThread();
        Options options = context.options;
        if (!request.isHeadComplete()) {
            if (!stalled && request.since.isOver(options.headTimeout, now)) {
                request.headTooLate();
                context.log.log(Level.WARNING, "request head timeout: {0}", request);
            }
        } else if (request.since.isOver(options.handlerTimeout, now)) {
            request.abort(Reason.HANDLER_TIMEOUT, null);
            context.log.log(Level.WARNING, "handler timeout: {0}", request);
        } else if (!stalled && request.input.isStarving(options.readTimeout, now)) {
            context.log.log(Level.DEBUG, "input timeout: {0}", request);
            request.abort(Reason.READ_TIMEOUT, null);
        }
    }

    /** Locked. The connection was not read for some time, which is no delay of the web server. */
    void pause(ServerRequest request, long nanos) {
        assert lock.isHeldByCurrentThread();
        if (!request.isHeadComplete()) {
            request.since.pause(nanos);
        }
        request.input.pauseClock(nanos);
    }
}
