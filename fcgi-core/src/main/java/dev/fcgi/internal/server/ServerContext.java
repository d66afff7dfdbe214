package dev.fcgi.internal.server;

import dev.fcgi.Outcome;
import dev.fcgi.Request;
import dev.fcgi.RequestAbortedException.Reason;
import dev.fcgi.internal.conn.Log;
import dev.fcgi.internal.wire.RecordBuffers;
import java.lang.System.Logger.Level;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The state that all connections of a server share: settings, limits, counters, spare buffers, the stop. Thread-safe.
 */
final class ServerContext {
    private static final int MAX_READ_AHEADS = 64;

    final Options options;
    final Log log;
    final Counters counters = new Counters();
    /** Connections that are read. */
    final AtomicInteger connections = new AtomicInteger();
    /** Incomplete heads, not counting the first of each connection. */
    final AtomicInteger heads = new AtomicInteger();
    /** Streams with an extended queue. */
    final AtomicInteger readAheads = new AtomicInteger();
    /** Requests whose head is complete and whose handler has not returned. */
    final AtomicInteger requests = new AtomicInteger();
    /** The largest number of them at the same time. */
    final AtomicInteger mostRequests = new AtomicInteger();
    final RecordBuffers buffers;
    final Observers observers;
    private final AtomicLong connectionNumbers = new AtomicLong();
    private final Runnable whenDrained;
    private volatile boolean draining;
    /**
     * The time from which a stop refuses requests on connections that are not idle; written before {@code draining}.
     */
    private long refusingSince;

    /**
     * Creates the state, without connections.
     *
     * @param whenDrained called when the last request in flight has ended during a stop
     */
    ServerContext(Options options, Log log, Runnable whenDrained) {
        this.options = options;
        this.buffers = new RecordBuffers(options.outputBuffer);
        this.log = log;
        this.whenDrained = whenDrained;
        this.observers = new Observers(options, log, counters);
    }

    // ---- limits

    Heads newHeads() {
        return new Heads(heads, options.maxRequests);
    }

    /** Whether one more stream may extend its queue. */
    boolean admitReadAhead() {
        return admit(readAheads, MAX_READ_AHEADS) > 0;
    }

    void releaseReadAhead() {
        readAheads.decrementAndGet();
    }

    /** Takes the permit of one more request, if there is one. */
    boolean admitRequest() {
        int now = admit(requests, options.maxRequests);
        if (now > mostRequests.get()) {
            mostRequests.accumulateAndGet(now, Math::max);
        }
        return now > 0;
    }

    /** {@return a number for a new connection, starting at 1} */
    long numberConnection() {
        return connectionNumbers.incrementAndGet();
    }

    void releaseRequest() {
        if (requests.decrementAndGet() == 0 && draining) {
            whenDrained.run();
        }
    }

    /** {@return the incremented number; 0 if that would exceed the limit} */
    private static int admit(AtomicInteger number, int limit) {
        int now = number.incrementAndGet();
        if (now > limit) {
            number.decrementAndGet();
            return 0;
        }
        return now;
    }

    // ---- counters and observers

    void refused(Observation observation, Outcome why) {
        counters.refused.increment();
        if (why == Outcome.OVER_MAX_REQUESTS || why == Outcome.OVER_MAX_REQUESTS_PER_CONNECTION) {
            counters.overLimit.increment();
        }
        if (observation != null) {
            observation.ended(why);
        }
    }

    void aborted(Observation observation, Reason reason) {
        counters.aborted.increment();
        if (observation != null) {
            observation.aborted(reason);
        }
    }

    /** The handler of a request has thrown; that of one that was cancelled is expected to. Throws nothing. */
    void handlerFailed(Request request, Throwable failure) {
        try {
            if (request.isAborted()) {
                log.log(Level.DEBUG, failure, "handler of an aborted request failed: {0}", request);
            } else {
                counters.failed.increment();
                log.log(Level.WARNING, failure, "handler failed: {0}", request);
            }
        } catch (Throwable ignored) {
            // no memory to tell it, and more important things to do
        }
    }

    /** A response could not be sent to its end. Throws nothing. */
    void responseLost(Object request, Throwable cause) {
        try {
            log.log(Level.DEBUG, cause, "response lost: {0}", request);
        } catch (Throwable ignored) {
            // no memory to tell it
        }
    }

    // ---- the stop

    /** Begins the stop; connections that are not idle accept requests for the given time. */
    synchronized void drain(long refusingAfterNanos) {
        if (!draining) {
            refusingSince = options.clock.nanoTime() + refusingAfterNanos;
            draining = true;
        }
    }

    boolean isDraining() {
        return draining;
    }

    /**
     * Whether a connection that is not idle refuses further requests. A stop closes each connection as soon as it is
     * idle, and waits for that for half of the grace period: HAProxy, the web server that multiplexes, drops all
     * requests on a connection when one of them is refused.
     */
    boolean isRefusing() {
        return draining && options.clock.nanoTime() - refusingSince > 0;
    }
}
