package dev.fcgi.client;

import dev.fcgi.ProtocolStatus;
import dev.fcgi.internal.client.CallRequest;
import dev.fcgi.internal.client.ClientCall;
import dev.fcgi.internal.client.ClientOptions;
import dev.fcgi.internal.client.ConnectionPool;
import dev.fcgi.internal.client.Network;
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
 * Calls FastCGI servers, as a web server does: keeps connections, multiplexes them where the server can, streams both
 * ways.
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
 * <p><b>Kept connections.</b> PHP-FPM, php-cgi and most programs of libfcgi serve a connection with a process, which
 * does nothing else until the connection is closed; what they cannot accept waits in the backlog of their socket. So
 * kept connections take processes from others. They are kept for a short time only, see {@link
 * Builder#keepAliveTimeout}, and not at all while a request of this client may be waiting for one of those processes:
 * while a connection of its own has been waiting for the first byte of its server for more than 25 milliseconds, and
 * none that was made after it has had an answer. Idle connections to that server are closed then, and those that finish
 * a request, too. Where processes are scarce, {@link Builder#keepAlive keepAlive(false)} leaves them all to others
 * between two requests.
 *
 * <p>May be used by any number of threads at once, of any kind. Threads of its own are virtual, but for one clock, and
 * one for as long as the name of a host is being looked up.
 */
public final class FcgiClient implements AutoCloseable {
    private static final Set<String> IDEMPOTENT = Set.of("GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE");

    private final ConnectionPool pool;
    private final int maxHeadLength;

    private FcgiClient(ClientOptions options) {
        this.pool = new ConnectionPool(options);
        this.maxHeadLength = options.maxHeadLength;
    }

    /**
     * Makes a client with the defaults.
     *
     * @param address of the server: {@code unix:/path}, {@code host:port} or {@code [ipv6]:port}
     * @return the client
     * @throws IllegalArgumentException when it has none of these forms
     */
    public static FcgiClient to(String address) {
        return builder().address(address).build();
    }

    /**
     * Makes a client with the defaults.
     *
     * @param address of the server, TCP or Unix
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
     * Sends a request and blocks until its response begins: at its first byte of output, or at its end. The body is
     * sent at the same time.
     *
     * <p>Where a kept connection turns out to be closed before anything came back, the request is sent once more on a
     * new one, if it has no stream and either was not sent or has a method that may be repeated (RFC 9110 9.2.2).
     *
     * @param request the request
     * @return the response; to be closed
     * @throws RequestRefusedException when the server refused it without any output
     * @throws RequestTimeoutException when a timeout was exceeded
     * @throws ResponseLostException when the connection ended first
     * @throws IOException when no address could be connected to, or the body could not be read
     * @throws IllegalStateException when the request has a stream and was sent before
     */
    public ClientResponse send(ClientRequest request) throws IOException {
        CallRequest toSend = Objects.requireNonNull(request, "request").toCall();
        ClientCall call = pool.call(toSend, true);
        try {
            return response(call);
        } catch (ResponseLostException e) {
            if (!call.mayBeStale() || !mayRepeat(request, e)) {
                throw e;
            }
            return response(pool.call(toSend, false));
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
            begun = true;
            return new ClientResponse(call, maxHeadLength);
        } catch (ResponseLostException e) {
            if (Thread.currentThread().isInterrupted()) { // which has closed the socket, perhaps
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
     * Asks for values (FastCGI 4.1) on a connection of its own. Blocks for at most the {@link Builder#connectTimeout}
     * and the {@link Builder#valuesTimeout}.
     *
     * @param names such as {@code FCGI_MPXS_CONNS}
     * @return those that the server knows; empty when it does not answer in time, as several never do
     * @throws IOException when the first server cannot be connected to, at any address of its name
     */
    public Map<String, String> getValues(String... names) throws IOException {
        for (String name : Objects.requireNonNull(names, "names")) {
            Objects.requireNonNull(name, "name");
        }
        return pool.connector().values(names);
    }

    /** Closes all connections. Requests in flight fail. */
    @Override
    public void close() {
        pool.close();
    }

    /**
     * Settings of a client. Not thread-safe; each setter returns the builder, which can be used on after {@link
     * #build}.
     */
    public static final class Builder {
        private final ClientOptions options = new ClientOptions();

        private Builder() {}

        /**
         * Adds a server. Several are asked in turn; one that cannot be connected to is passed over.
         *
         * <p>The name of a host is looked up for each connection that is made, within the {@link #connectTimeout} and
         * what the JDK caches ({@code networkaddress.cache.ttl}, 30 seconds; {@code networkaddress.cache.negative.ttl},
         * 10 seconds). All its addresses are tried, in the order of the resolver, those that failed within the last 2
         * seconds last; each gets an equal share of the time that is left. A name that is not known is an error of the
         * call, not of this.
         *
         * @param address {@code unix:/path}, {@code host:port} or {@code [ipv6]:port}
         * @return this
         * @throws IllegalArgumentException when it has none of these forms
         */
        public Builder address(String address) {
            return address(Address.unresolved(Objects.requireNonNull(address, "address")));
        }

        /**
         * Adds a server. Several are asked in turn; one that cannot be connected to is passed over.
         *
         * @param address a TCP or Unix address; one that is unresolved is looked up for each connection, see
         *     {@link #address(String)}
         * @return this
         */
        public Builder address(SocketAddress address) {
            options.addresses.add(Objects.requireNonNull(address, "address"));
            return this;
        }

        /**
         * Sets how many connections there may be. Further requests wait for one, within the {@link
         * #connectTimeout}. Default 16.
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
         * Sets how long a connection is kept for further requests. One that has had nothing to do for that time is
         * closed; one that carries one request at a time is also closed when a request ends that long after it was
         * made, however busy it is, so that the process that serves it gets round to others. Default 1 second: a new
         * connection costs little, and other clients of the server may be waiting.
         *
         * @param time 0 for no limit
         * @return this
         */
        public Builder keepAliveTimeout(Duration time) {
            options.keepAliveTimeout = TimeLimit.of(time, "keepAliveTimeout");
            return this;
        }

        /**
         * Sets whether connections are multiplexed, that is, carry several requests at a time, with servers that say
         * they can do so (FCGI_MPXS_CONNS=1). Default false.
         *
         * @param share whether requests may share a connection
         * @return this
         */
        public Builder multiplex(boolean share) {
            options.multiplex = share;
            return this;
        }

        /**
         * Sets how many requests a multiplexed connection carries at a time. Default 64.
         *
         * @param requests at least 1; more than 65535 count as 65535, which is all that there are ids for
         * @return this
         */
        public Builder maxRequestsPerConnection(int requests) {
            options.maxRequestsPerConnection = Math.min(0xFFFF, atLeastOne(requests, "maxRequestsPerConnection"));
            return this;
        }

        /**
         * Sets how much of a response is kept while nobody reads it; when that is full, the connection is not read on.
         * Default 64 KiB.
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
         * Sets how much STDERR of a response is kept; the rest is dropped with a note. Default 64 KiB.
         *
         * @param bytes at least 1
         * @return this
         */
        public Builder maxStderrLength(int bytes) {
            options.maxStderrLength = atLeastOne(bytes, "maxStderrLength");
            return this;
        }

        /**
         * Sets how long getting a connection may take, a free one or a new one. Default 5 seconds.
         *
         * @param time 0 for no limit
         * @return this
         */
        public Builder connectTimeout(Duration time) {
            options.connectTimeout = TimeLimit.of(time, "connectTimeout");
            return this;
        }

        /**
         * Sets how long a response may take to begin, from when the last piece of the request was taken. While a piece
         * waits to be taken, {@link #writeTimeout} counts instead. Default 60 seconds.
         *
         * @param time 0 for no limit
         * @return this
         */
        public Builder firstByteTimeout(Duration time) {
            options.firstByteTimeout = TimeLimit.of(time, "firstByteTimeout");
            return this;
        }

        /**
         * Sets how long a server may be silent once the response has begun, from when it last sent something or took a
         * piece of the request. Does not count while a piece waits to be taken ({@link #writeTimeout} does), nor while
         * the {@linkplain #responseBuffer buffer} is full, which is the caller's doing. Default 60 seconds.
         *
         * @param time 0 for no limit
         * @return this
         */
        public Builder readTimeout(Duration time) {
            options.readTimeout = TimeLimit.of(time, "readTimeout");
            return this;
        }

        /**
         * Sets how long a server may take nothing of what is sent to it. All requests on the connection fail then.
         * Default 60 seconds.
         *
         * @param time 0 for no limit
         * @return this
         */
        public Builder writeTimeout(Duration time) {
            options.writeTimeout = TimeLimit.of(time, "writeTimeout");
            return this;
        }

        /**
         * Sets how long a request may take, from sending it to the end of its response. Default: no limit.
         *
         * @param time 0 for no limit
         * @return this
         */
        public Builder requestTimeout(Duration time) {
            options.requestTimeout = TimeLimit.of(time, "requestTimeout");
            return this;
        }

        /**
         * Sets how long a response may be left unread, with its buffer full, while others on the connection wait
         * for what comes after it. It fails then. Default 30 seconds.
         *
         * @param time 0 for no limit
         * @return this
         */
        public Builder stallTimeout(Duration time) {
            options.stallTimeout = TimeLimit.of(time, "stallTimeout");
            return this;
        }

        /**
         * Sets how long a server may take to answer the question for values. Default 1 second.
         *
         * @param time more than 0
         * @return this
         */
        public Builder valuesTimeout(Duration time) {
            long limit = TimeLimit.of(time, "valuesTimeout");
            if (time.isZero()) {
                throw new IllegalArgumentException("valuesTimeout must be more than 0: some servers never answer");
            }
            options.valuesTimeout = limit;
            return this;
        }

        /**
         * {@return a client with the settings as they are now}
         *
         * @throws IllegalStateException when there is no address
         */
        public FcgiClient build() {
            if (options.addresses.isEmpty()) {
                throw new IllegalStateException("no address of a server");
            }
            return new FcgiClient(options.copy());
        }

        /** For tests: another resolver, other sockets. */
        Builder network(Network network) {
            options.network = network;
            return this;
        }

        /** For tests: threads that are watched, or not to be had. */
        Builder threads(Consumer<Runnable> threads) {
            options.threads = threads;
            return this;
        }

        /** For tests: limits on time that pass when they say so. */
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
