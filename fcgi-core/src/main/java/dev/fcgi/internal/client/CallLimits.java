package dev.fcgi.internal.client;

import dev.fcgi.client.RequestTimeoutException.Limit;
import dev.fcgi.client.RequestTimeoutException;
import dev.fcgi.internal.conn.Stopwatch;
import dev.fcgi.internal.conn.TimeLimit;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** How long one call may take, as a whole and without anything happening. Guarded by the connection's lock. */
final class CallLimits {
    /** How long an application may take to end an aborted request before the connection goes out of use. */
    private static final long ABORT_TIME = TimeUnit.SECONDS.toNanos(5);

    private final ClientOptions options;
    private final long startedAt;
    private final Stopwatch idle = new Stopwatch();
    private boolean writing;

    CallLimits(ClientOptions options) {
        this.options = options;
        this.startedAt = options.requestTimeout == Long.MAX_VALUE ? 0 : options.clock.nanoTime();
    }

    /** Something has come or was taken; or what went by was not the application's time. */
    void progress() {
        idle.restart();
    }

    /** Whether a thread is getting a piece of the request to the server: until it is taken the server cannot go on. */
    void writing(boolean now) {
        writing = now;
    }

    boolean isAbortTimeOver(long now) {
        return idle.isOver(ABORT_TIME, now);
    }

    /**
     * {@return the limit that is exceeded, or null}
     *
     * @param received whether something of the response has come
     * @param full whether the caller leaves it unread: then it is the caller who is idle
     * @param stalled whether nothing is read, for another caller's sake; only the whole request has a limit then
     */
    Limit exceeded(boolean received, boolean full, boolean stalled, long now) {
        if (TimeLimit.isOver(options.requestTimeout, startedAt, now)) {
            return Limit.REQUEST;
        }
        if (stalled || writing) { // how long writing may take is a limit of the connection
            return null;
        }
        if (!received) {
            return idle.isOver(options.firstByteTimeout, now) ? Limit.FIRST_BYTE : null;
        }
        return !full && idle.isOver(options.readTimeout, now) ? Limit.READ : null;
    }

    RequestTimeoutException failure(Limit limit) {
        long nanos = switch (limit) {
            case FIRST_BYTE -> options.firstByteTimeout;
            case READ -> options.readTimeout;
            case WRITE -> options.writeTimeout;
            case REQUEST -> options.requestTimeout;
            case STALL -> options.stallTimeout;
            case CONNECT -> options.connectTimeout;
        };
        return new RequestTimeoutException(limit, Duration.ofNanos(nanos));
    }
}
