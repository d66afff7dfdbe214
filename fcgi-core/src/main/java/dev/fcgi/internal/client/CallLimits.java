package dev.fcgi.internal.client;

import dev.fcgi.client.RequestTimeoutException.Limit;
import dev.fcgi.client.RequestTimeoutException;
import dev.fcgi.internal.conn.Stopwatch;
import dev.fcgi.internal.conn.TimeLimit;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** The timeouts of one call, as a whole and without progress. Guarded by the connection's lock. */
final class CallLimits {
    /** How long an application may take to end an aborted request before the connection is no longer used. */
    private static final long ABORT_TIME = TimeUnit.SECONDS.toNanos(5);

    private final ClientOptions options;
    private final long startedAt;
    private final Stopwatch idle = new Stopwatch();
    private boolean writing;

    CallLimits(ClientOptions options) {
        this.options = options;
        this.startedAt = options.requestTimeout == Long.MAX_VALUE ? 0 : options.clock.nanoTime();
    }

    /** Something was received or accepted. */
    void progress() {
        idle.restart();
    }

    /** Some of the time was not the application's. */
    void pause(long nanos) {
        idle.pause(nanos);
    }

    /** Sets whether a thread is writing a piece of the request; until it is accepted the server cannot continue. */
    void writing(boolean now) {
        writing = now;
    }

    boolean isAbortTimeOver(long now) {
        return idle.isOver(ABORT_TIME, now);
    }

    /**
     * {@return the timeout that has expired, or null}
     *
     * @param received whether something of the response has come
     * @param full whether the caller leaves it unread: then it is the caller who is idle
     * @param stalled whether nobody reads, or reading waits for another caller; then only the whole request has a timeout
     */
    Limit exceeded(boolean received, boolean full, boolean stalled, long now) {
        if (TimeLimit.isOver(options.requestTimeout, startedAt, now)) {
            return Limit.REQUEST;
        }
        if (stalled || writing) { // the write timeout is that of the connection
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
