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
    private final Common common;
    private final ReentrantLock lock;

    RequestLimits(Common common, ReentrantLock lock) {
        this.common = common;
        this.lock = lock;
    }

    /** Locked. Ends a request that takes too long. */
    void check(ServerRequest request, long now) {
        assert lock.isHeldByCurrentThread();
        Options options = common.options;
        if (request.observation != null) {
            request.observation.check(now);
        }
        if (!request.isHeadComplete()) {
            if (request.since.isOver(options.headTimeout, now)) {
                request.headTooLate();
                common.log.log(Level.WARNING, "request head timeout: {0}", request);
            }
        } else if (request.since.isOver(options.handlerTimeout, now)) {
            request.abort(Reason.HANDLER_TIMEOUT, null);
            common.log.log(Level.WARNING, "handler timeout: {0}", request);
        } else if (request.input.isStarving(options.readTimeout, now)) {
            common.log.log(Level.DEBUG, "input timeout: {0}", request);
            request.abort(Reason.READ_TIMEOUT, null);
        }
    }
}
