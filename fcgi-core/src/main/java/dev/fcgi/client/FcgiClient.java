package dev.fcgi.client;

import dev.fcgi.ProtocolStatus;
import dev.fcgi.internal.client.CallRequest;
import dev.fcgi.internal.client.ClientCall;
import dev.fcgi.internal.client.ClientOptions;
import dev.fcgi.internal.client.ConnectionPool;
import dev.fcgi.internal.client.Network;
import dev.fcgi.internal.client.Observers;
import dev.fcgi.internal.conn.Clock;
import dev.fcgi.internal.conn.TimeLimit;
import dev.fcgi.internal.io.Address;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Calls FastCGI servers, as a web server does. It keeps connections, multiplexes them if the server supports it, and
 * streams in both directions.
 *
 * {@snippet :
 * try (FcgiClient client = FcgiClient.to("unix:/run/php/php-fpm.sock")) {
 *     ClientRequest request = ClientRequest.responder()
 *             .params(CgiParams.builder("GET", "/status").scriptFilename("/status").build())
 *             .build();
 *     try (ClientResponse response = client.send(request)) {
 *         System.out.println(response.head().status());
 *         response.body().transferTo(System.out);
 *     }
 * }
 * }
 *
 * <p><b>Kept connections.</b> PHP-FPM, php-cgi and most libfcgi programs dedicate a process to each connection until it
 * is closed; connections that they cannot accept wait in the backlog of their socket. So a kept connection takes a
 * process from other clients. Connections are therefore kept only for a short time, see {@link
 * Builder#keepAliveTimeout}, and not at all while a request of this client may be waiting for such a process: when one
 * of its connections has waited more than 25 milliseconds for the first byte, and no later connection has received a
 * response. Then idle connections to that server are closed, as are those that finish a request. If processes are
 * scarce, {@link Builder#keepAlive keepAlive(false)} leaves all of them to others between two requests.
 *
 * <p>{@link #stats} counts what happens, and listeners are told of it ({@link Builder#listener}). In a JVM with the
 * module {@code jdk.jfr}, the Flight Recorder has the events {@code dev.fcgi.ClientCall}, {@code dev.fcgi.ClientConnect}
 * and {@code dev.fcgi.ClientConnection}.
 *
 * <p>May be used by any number of threads concurrently, virtual or platform. Its own threads are virtual, except one
 * for its timeouts and one for each host name while it is being looked up.
 */
public final class FcgiClient implements AutoCloseable {
    private static final Set<String> IDEMPOTENT = Set.of("GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE");

    private final ConnectionPool pool;
    private final Observers observers;
    private final int maxHeadLength;

    private FcgiClient(ClientOptions options) {
        this.observers = new Observers(options);
        this.pool = new ConnectionPool(options, observers);
        this.maxHeadLength = options.maxHeadLength;
    }

    /**
     * Creates a client with the defaults.
     *
     * @param address the address of the server: {@code unix:/path}, {@code host:port} or {@code [ipv6]:port}
     * @return the client
     * @throws IllegalArgumentException when the address has none of these forms
     */
    public static FcgiClient to(String address) {
        return builder().address(address).build();
    }

    /**
     * Creates a client with the defaults.
     *
     * @param address the address of the server, TCP or Unix
     * @return the client
     */
    public static FcgiClient to(SocketAddress address) {
        return builder().address(address).build();
    }

    /** {@return a builder with the defaults} */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Sends a request and blocks until the response begins, that is, until its first byte of output or its end. The
     * body is sent concurrently.
     *
     * <p>If a kept connection turns out to be closed before anything was received, the request is repeated once on a
     * new connection, provided that it has no stream and either was not sent or has an idempotent method (RFC 9110
     * 9.2.2).
     *
     * @param request the request
     * @return the response, which the caller must close
     * @throws RequestRefusedException when the server refused the request without any output
     * @throws RequestTimeoutException when a timeout expired
     * @throws ResponseLostException when the connection ended before the response
     * @throws IOException when no connection could be established, or the body could not be read
     * @throws IllegalStateException when the request has a stream and was sent before
     */
    public ClientResponse send(ClientRequest request) throws IOException {
        CallRequest toSend = Objects.requireNonNull(request, "request").toCall(observers);
        ClientCall call = pool.call(toSend, true);
        try {
            return response(call);
        } catch (Throwable e) {
            if (!(e instanceof ResponseLostException lost && call.mayBeStale() && mayRepeat(request, lost))) {
                call.over(e);
                throw e;
            }
        }
        toSend.watch().sentAgain();
        ClientCall another = pool.call(toSend, false);
        try {
            return response(another);
        } catch (Throwable e) {
            another.over(e);
            throw e;
        }
    }

    private ClientResponse response(ClientCall call) throws IOException {
        boolean begun = false;
        try {
            call.awaitOutput();
            EndRequest end = call.end();
            if (end != null && !call.hasOutput() && isRefusal(end)) {
                throw new RequestRefusedException(end.protocolStatus());
            }
            ClientResponse response = new ClientResponse(call, maxHeadLength);
            begun = true;
            return response;
        } catch (ResponseLostException e) {
            if (Thread.currentThread().isInterrupted()) { // the interrupt may have closed the socket
                InterruptedIOException interrupted = new InterruptedIOException("interrupted while sending a request");
                interrupted.initCause(e);
                throw interrupted;
            }
            throw e;
        } finally {
            if (!begun) {
                call.abort();
            }
        }
    }

    private static boolean isRefusal(EndRequest end) {
        return end.protocolStatus() != ProtocolStatus.REQUEST_COMPLETE;
    }

    private static boolean mayRepeat(ClientRequest request, ResponseLostException lost) {
        return request.isRepeatable()
                && (lost.retrySafe() || IDEMPOTENT.contains(request.params().getOrDefault("REQUEST_METHOD", "")));
    }

    /**
     * Queries values (FastCGI 4.1) on a separate connection. Blocks for at most the sum of {@link
     * Builder#connectTimeout} and {@link Builder#valuesTimeout}.
     *
     * @param names such as {@code FCGI_MPXS_CONNS}
     * @return the values that the server knows; empty when it does not answer in time, and several servers never answer
     * @throws IOException when no connection to the first server can be established, at any address of its name
     */
    public Map<String, String> getValues(String... names) throws IOException {
        for (String name : Objects.requireNonNull(names, "names")) {
            Objects.requireNonNull(name, "name");
        }
        return pool.connector().values(names);
    }

    /** {@return the current counters, even after the client was closed} Does not block. */
    public ClientStats stats() {
        return pool.stats();
    }

    /** Closes all connections. Requests in flight fail. */
    @Override
    public void close() {
        pool.close();
    }

    /**
     * Settings of a client. Not thread-safe; each setter returns the builder, which may be used again after {@link
     * #build}.
     */
    public static final class Builder {
        private final ClientOptions options = new ClientOptions();

        private Builder() {}

        /**
         * Adds a server. Several servers are used in turn; one that cannot be reached is skipped.
         *
         * <p>A host name is looked up for each new connection, within the {@link #connectTimeout}, unless the JDK has
         * cached it ({@code networkaddress.cache.ttl}, 30 seconds; {@code networkaddress.cache.negative.ttl}, 10
         * seconds). All its addresses are tried, in the order of the resolver, except that those that failed within the
         * last 2 seconds come last; each gets an equal share of the remaining time. An unknown name makes the call
         * fail, not this method.
         *
         * @param address {@code unix:/path}, {@code host:port} or {@code [ipv6]:port}
         * @return this
         * @throws IllegalArgumentException when the address has none of these forms
         */
        public Builder address(String address) {
            return address(Address.unresolved(Objects.requireNonNull(address, "address")));
        }

        /**
         * Adds a server. Several servers are used in turn; one that cannot be reached is skipped.
         *
         * @param address a TCP or Unix address; an unresolved one is looked up for each connection, see {@link
         *     #address(String)}
         * @return this
         */
        public Builder address(SocketAddress address) {
            options.addresses.add(Objects.requireNonNull(address, "address"));
            return this;
        }

        /**
         * Sets how many connections may be open. Further requests wait for one, within the {@link #connectTimeout}.
         * Default 16.
         *
         * @param connections at least 1
         * @return this
         */
        public Builder maxConnections(int connections) {
            options.maxConnections = atLeastOne(connections, "maxConnections");
            return this;
        }

        /**
         * Sets whether connections are kept for further requests. Default true.
         *
         * @param keep whether they are
         * @return this
         */
        public Builder keepAlive(boolean keep) {
            options.keepAlive = keep;
            return this;
        }

        /**
         * Sets how long a connection is kept for further requests. A connection that has been idle for that time is
         * closed. One that is not multiplexed is also closed when a request ends that long after the connection was
         * opened, however busy it is, so that the process that serves it becomes available to others. Default 1 second:
         * a new connection costs little, and other clients of the server may be waiting.
         *
         * @param time 0 for no limit
         * @return this
         */
        public Builder keepAliveTimeout(Duration time) {
            options.keepAliveTimeout = TimeLimit.of(time, "keepAliveTimeout");
            return this;
        }

        /**
         * Sets whether connections are multiplexed, that is, carry several requests at a time, to servers that support
         * it (FCGI_MPXS_CONNS=1). The client asks them once, by a query on a connection of its own (FastCGI 4.1); one
         * that does not answer gets one request at a time, see {@link #assumeMultiplexing}. Default false.
         *
         * @param share whether a connection may carry several requests at a time
         * @return this
         */
        public Builder multiplex(boolean share) {
            options.multiplex = share;
            return this;
        }

        /**
         * Sets whether servers are taken to support multiplexing without being asked, where {@link #multiplex} is
         * wanted. Some do and never answer the question, such as those of AnyEvent::FCGI. One that does not, and
         * does not refuse the second request of a connection either (CANT_MPX_CONN), may mix up requests or leave them
         * unanswered. Default false.
         *
         * @param assume whether not to ask
         * @return this
         */
        public Builder assumeMultiplexing(boolean assume) {
            options.assumeMultiplexing = assume;
            return this;
        }

        /**
         * Sets how many requests a multiplexed connection carries at a time. Default 64.
         *
         * @param requests at least 1; the number of request ids limits it to 65535
         * @return this
         */
        public Builder maxRequestsPerConnection(int requests) {
            options.maxRequestsPerConnection = Math.min(0xFFFF, atLeastOne(requests, "maxRequestsPerConnection"));
            return this;
        }

        /**
         * Sets how much of a response is kept while nobody reads it. While that is full, the client stops reading the
         * connection. Default 64 KiB.
         *
         * @param bytes at least 1
         * @return this
         */
        public Builder responseBuffer(int bytes) {
            options.responseBuffer = atLeastOne(bytes, "responseBuffer");
            return this;
        }

        /**
         * Sets how long the header block of a response may be. Default 64 KiB.
         *
         * @param bytes at least 1
         * @return this
         */
        public Builder maxHeadLength(int bytes) {
            options.maxHeadLength = atLeastOne(bytes, "maxHeadLength");
            return this;
        }

        /**
         * Sets how much STDERR of a response is kept; the rest is dropped, which the kept text notes. Default 64 KiB.
         *
         * @param bytes at least 1
         * @return this
         */
        public Builder maxStderrLength(int bytes) {
            options.maxStderrLength = atLeastOne(bytes, "maxStderrLength");
            return this;
        }

        /**
         * Sets how long it may take to get a connection, idle or new. Default 5 seconds.
         *
         * @param time 0 for no limit
         * @return this
         */
        public Builder connectTimeout(Duration time) {
            options.connectTimeout = TimeLimit.of(time, "connectTimeout");
            return this;
        }

        /**
         * Sets how long a response may take to begin after the server accepted the last piece of the request. While a
         * piece waits to be accepted, {@link #writeTimeout} applies instead. Default 60 seconds.
         *
         * @param time 0 for no limit
         * @return this
         */
        public Builder firstByteTimeout(Duration time) {
            options.firstByteTimeout = TimeLimit.of(time, "firstByteTimeout");
            return this;
        }

        /**
         * Sets how long a server may be silent once the response has begun, measured from when it last sent something
         * or accepted a piece of the request. Does not apply while a piece waits to be accepted ({@link #writeTimeout}
         * does), nor while the {@linkplain #responseBuffer buffer} is full because the caller does not read. Default 60
         * seconds.
         *
         * @param time 0 for no limit
         * @return this
         */
        public Builder readTimeout(Duration time) {
            options.readTimeout = TimeLimit.of(time, "readTimeout");
            return this;
        }

        /**
         * Sets how long a write may wait for a server that accepts nothing. All requests on the connection fail after
         * that time. Default 60 seconds.
         *
         * @param time 0 for no limit
         * @return this
         */
        public Builder writeTimeout(Duration time) {
            options.writeTimeout = TimeLimit.of(time, "writeTimeout");
            return this;
        }

        /**
         * Sets how long a request may take, from when it has a connection to the end of its response; if it is sent
         * again, from then on. Default: no limit. The time until it has a connection is limited by {@link
         * #connectTimeout}.
         *
         * @param time 0 for no limit
         * @return this
         */
        public Builder requestTimeout(Duration time) {
            options.requestTimeout = TimeLimit.of(time, "requestTimeout");
            return this;
        }

        /**
         * Sets how long a response may be left unread, with its buffer full, while it holds up others on the same
         * connection. It fails after that time. Default 30 seconds.
         *
         * @param time 0 for no limit
         * @return this
         */
        public Builder stallTimeout(Duration time) {
            options.stallTimeout = TimeLimit.of(time, "stallTimeout");
            return this;
        }

        /**
         * Sets how long a server may take to answer a query for values. Default 1 second.
         *
         * @param time more than 0
         * @return this
         */
        public Builder valuesTimeout(Duration time) {
            long limit = TimeLimit.of(time, "valuesTimeout");
            if (time.isZero()) {
                throw new IllegalArgumentException("valuesTimeout must be more than 0: some servers never respond");
            }
            options.valuesTimeout = limit;
            return this;
        }

        /**
         * Adds a listener. Without one, and while no flight recording is running, calls are only counted.
         *
         * @param listener is told what happens
         * @return this
         */
        public Builder listener(ClientListener listener) {
            options.listeners.add(Objects.requireNonNull(listener, "listener"));
            return this;
        }

        /**
         * {@return a client with the current settings}
         *
         * @throws IllegalStateException when there is no address
         */
        public FcgiClient build() {
            if (options.addresses.isEmpty()) {
                throw new IllegalStateException("no server: call address(...) first");
            }
            return new FcgiClient(options.copy());
        }

        /** For tests, which replace the resolver and the sockets. */
        Builder network(Network network) {
            options.network = network;
            return this;
        }

        /** For tests, which watch or refuse threads. */
        Builder threads(Consumer<Runnable> threads) {
            options.threads = threads;
            return this;
        }

        /** For tests, which control when time limits expire. */
        Builder clock(Clock clock) {
            options.clock = clock;
            return this;
        }

        private static int atLeastOne(int value, String name) {
            if (value < 1) {
                throw new IllegalArgumentException(name + " must be at least 1, was " + value);
            }
            return value;
        }
    }
}
