package dev.fcgi.internal.server;

import dev.fcgi.internal.conn.Log;
import dev.fcgi.internal.io.Address;
import java.lang.System.Logger.Level;
import java.lang.module.ModuleDescriptor;
import java.net.SocketAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** Logs the start and the stop of a server. Confined to the thread that starts it, then to the thread that stops it. */
final class LifeLog {
    private final Options options;
    private final Log log;
    private boolean hasStarted;
    private long stopAt;
    private long abortedBefore = -1;

    LifeLog(Options options, Log log) {
        this.options = options;
        this.log = log;
    }

    /** Logs nothing for a server without addresses, which a test has created. */
    void started(List<SocketAddress> addresses) {
        if (addresses.isEmpty()) {
            return;
        }
        hasStarted = true;
        log.log(Level.INFO, options.oneAtATime
                        ? "{0} listens at {1}: one request at a time, {2} may wait (maxRequests), maxConnections {3}; fcgi {4}, Java {5}"
                        : "{0} listens at {1}: maxRequests {2}, maxConnections {3}; fcgi {4}, Java {5}",
                options.purpose, addresses.stream().map(Address::text).collect(Collectors.joining(", ")),
                options.maxRequests, options.maxConnections, version(), System.getProperty("java.runtime.version"));
    }

    private static String version() {
        ModuleDescriptor module = LifeLog.class.getModule().getDescriptor();
        String version = module != null && module.rawVersion().isPresent() ? module.rawVersion().get()
                : LifeLog.class.getPackage().getImplementationVersion();
        return version == null ? "(development)" : version;
    }

    void stopping(int connections, int requests) {
        stopAt = options.clock.nanoTime();
        if (hasStarted) {
            log.log(Level.INFO, "{0} stops: {1} requests in flight, {2} connections", options.purpose, requests,
                    connections);
        }
    }

    /** Records the end of the grace period. */
    void cancelling(long aborted) {
        abortedBefore = aborted;
    }

    void stopped(long aborted) {
        long millis = TimeUnit.NANOSECONDS.toMillis(options.clock.nanoTime() - stopAt);
        if (!hasStarted) {
            return;
        }
        if (abortedBefore < 0) {
            log.log(Level.INFO, "{0} has stopped after {1} ms", options.purpose, millis);
        } else {
            log.log(Level.WARNING, "{0} has stopped after {1} ms, {2} requests were aborted at the end of the grace period",
                    options.purpose, millis, aborted - abortedBefore);
        }
    }
}
