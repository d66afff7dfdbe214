package dev.fcgi.internal.server;

import dev.fcgi.AbortPolicy;
import dev.fcgi.Filter;
import dev.fcgi.FilterRequest;
import dev.fcgi.Request;
import dev.fcgi.Responder;
import dev.fcgi.Role;
import dev.fcgi.ServerListener;
import dev.fcgi.internal.conn.Clock;
import dev.fcgi.internal.io.PeerUsers;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * The settings of a server, as its builder collects them. Written before the server starts, read-only afterwards.
 *
 * <p>Times are nanoseconds; {@link Long#MAX_VALUE} stands for no limit.
 */
public final class Options implements Cloneable {
    public Responder responder;
    /** Wraps the authorizer and writes its decision. */
    public Responder authorizer;
    public Filter filter;
    /** Where handlers run; null: on the thread of the connection where possible. */
    public Executor executor;
    public Predicate<SocketAddress> allowedPeers = peer -> true;
    /** Who may connect on Unix sockets; null: {@link #allowedPeers} decides. */
    public PeerUsers allowedUsers;
    /** Whether there is a rule for peers on TCP. */
    public boolean addressesAreRuled;
    /** Called with what handlers throw, on their threads. */
    public Consumer<Throwable> failures = failure -> { };
    /** The listeners of the server. */
    public List<ServerListener> listeners = List.of();
    public AbortPolicy abortPolicy = AbortPolicy.INTERRUPT;
    /** The purpose of the server, for logs. */
    public String purpose = "server";
    /** Whether the flight recorder records its events; not for requests to the status page. */
    public boolean recorded = true;
    /**
     * Whether requests go to an accept loop: connections are accepted one after the other, as the loop asks for
     * requests.
     */
    public boolean oneAtATime;
    public int maxConnections = 16_384;
    public int maxRequests = 4096;
    public int maxRequestsPerConnection = 128;
    public int maxParamsLength = 128 * 1024;
    public int maxParamsCount = 1000;
    public int inputBuffer = 64 * 1024;
    public int outputBuffer = 32 * 1024;
    public int maxStderrLength = 1024 * 1024;
    public long headTimeout = Duration.ofSeconds(30).toNanos();
    public long readTimeout = Duration.ofMinutes(5).toNanos();
    public long writeTimeout = Duration.ofSeconds(60).toNanos();
    public long keepAliveTimeout = Duration.ofMinutes(5).toNanos();
    public long stallTimeout = Duration.ofSeconds(30).toNanos();
    public long handlerTimeout = Long.MAX_VALUE;
    public long slowRequestTime = Long.MAX_VALUE;
    /** How many connections the kernel queues for each socket. */
    public int backlog = 1024;
    public boolean keepHttpProxy;
    /** The clock for all timeouts. */
    public Clock clock = Clock.SYSTEM;

    /** {@return a copy that shares no mutable state} */
    public Options copy() {
        try {
            return (Options) clone();
        } catch (CloneNotSupportedException e) {
            throw new AssertionError(e);
        }
    }

    boolean handles(Role role) {
        return switch (role) {
            case RESPONDER -> responder != null;
            case AUTHORIZER -> authorizer != null;
            case FILTER -> filter != null;
        };
    }

    /** Calls the handler of a request. */
    void handle(Request request) throws Exception {
        Role role = request.role();
        if (role == Role.RESPONDER) {
            responder.respond(request);
        } else if (role == Role.AUTHORIZER) {
            authorizer.respond(request);
        } else {
            filter.filter((FilterRequest) request);
        }
    }
}
