package dev.fcgi;

import dev.fcgi.internal.conn.Clock;
import dev.fcgi.internal.conn.TimeLimit;
import dev.fcgi.internal.io.Address;
import dev.fcgi.internal.io.AllowedPeers;
import dev.fcgi.internal.io.PeerUsers;
import dev.fcgi.internal.server.Options;
import dev.fcgi.internal.server.Server;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * A concurrent FastCGI server: any number of connections, each carrying any number of requests, handled concurrently on
 * virtual threads. One thread may handle several requests in turn, so a handler may find thread locals that an earlier
 * one has left, unless an {@linkplain Builder#executor executor} prevents it.
 *
 * {@snippet :
 * FcgiServer server = FcgiServer.builder()
 *         .listen("unix:/run/app.sock")
 *         .responder(request -> {
 *             try (var out = new PrintStream(request.stdout())) {
 *                 out.print("Content-Type: text/plain\r\n\r\nhello\n");
 *             }
 *         })
 *         .build();
 * Runtime.getRuntime().addShutdownHook(new Thread(server::close));
 * server.serve();
 * }
 *
 * <p>FastCGI has no authentication: anyone who can connect can send any request. A port without a host is bound to the
 * loopback interface; to bind all interfaces, call {@link Builder#listenOnAllInterfaces}. {@link Builder#unixMode} and
 * {@link Builder#unixGroup} restrict who may use a Unix socket; {@code FCGI_WEB_SERVER_ADDRS} and {@link
 * Builder#allowedPeers} restrict which peers are served at all. Memory, time, and the number of connections and
 * requests are limited, each limit with a default and a setter; the project's SECURITY.md lists them.
 *
 * <p>A server logs to {@code dev.fcgi.server}, on a thread of its own: at most ten lines of each kind in ten seconds,
 * and then how many were suppressed. Listeners are told what happens to each request ({@link Builder#listener}). In a
 * JVM with the module {@code jdk.jfr}, the Flight Recorder has the events {@code dev.fcgi.Request}, {@code
 * dev.fcgi.SlowRequest} and {@code dev.fcgi.Connection}.
 *
 * <p>All methods may be called from any thread. The threads of a server are daemons: a program that only calls {@link
 * #start()} ends when its {@code main} ends, one that calls {@link #serve()} runs until the server stops.
 */
public final class FcgiServer implements AutoCloseable {
    private static final Duration CLOSE_GRACE = Duration.ofSeconds(10);

    private final Options options;
    private final Listening listening;
    /** Serves the status of this server, or null. */
    private final FcgiServer status;
    private final CountDownLatch closed = new CountDownLatch(1);
    private Server server; // guarded by this
    /** Why no more connections can be accepted although nobody stopped the server. */
    private volatile IOException failure;

    private FcgiServer(Listening listening, Options options, FcgiServer status) {
        this.listening = listening;
        this.status = status;
        this.options = options;
    }

    /** {@return a builder with the defaults} */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Binds all addresses and starts to accept connections; returns when that is done. The threads of a server are
     * daemons, so this method is for programs that stay alive for other reasons. A program that is nothing but a server
     * calls {@link #serve()}.
     *
     * @return this
     * @throws IOException when an address cannot be bound, with the address in the message, file descriptor 0 is a
     * socket that does not listen, or the rule for allowed peers cannot be enforced ({@link PeerRule}); then no address
     * stays bound
     * @throws IllegalStateException when the server was started before
     */
    public synchronized FcgiServer start() throws IOException {
        if (server != null || closed.getCount() == 0) {
            throw new IllegalStateException("the server was already started");
        }
        server = new Server(options, listening.open(options));
        server.start(this::lost);
        try {
            server.awaitAccepting();
            if (status != null) {
                status.start();
            }
        } catch (IOException e) {
            failure = e;
            close();
            throw e;
        }
        return this;
    }

    /**
     * A server that listens on only some of its addresses would look healthy, so it stops; then the supervisor of the
     * program notices.
     */
    private void lost(IOException why) {
        if (failure == null) {
            failure = why;
            close(); // by the accepting thread, which has nothing else to do
        }
    }

    /**
     * Starts the server, unless it was started before, and blocks until it has stopped.
     *
     * @throws IOException when an address cannot be bound, or when no more connections can be accepted: a process that
     * shares the socket on file descriptor 0 may shut it down, and the program may close a socket that it has bound
     * itself. Before this is thrown, the server answers its requests and stops
     * @throws InterruptedException when the thread was interrupted; the server goes on
     */
    public void serve() throws IOException, InterruptedException {
        synchronized (this) {
            if (server == null) {
                start();
            }
        }
        closed.await();
        IOException lost = failure;
        if (lost != null) {
            throw new IOException(lost.getMessage(), lost);
        }
    }

    private synchronized Server server() {
        if (server == null) {
            throw new IllegalStateException("not started");
        }
        return server;
    }

    /**
     * {@return the addresses that the server listens on, with the real port where 0 was asked for, in the order of the
     * builder's calls}
     *
     * @throws IllegalStateException when the server was not started
     */
    public List<SocketAddress> addresses() {
        return server().addresses();
    }

    /**
     * {@return the current counters}
     *
     * @throws IllegalStateException when the server was not started
     */
    public ServerStats stats() {
        return server().stats();
    }

    /**
     * Stops gracefully: accepts the connections that the kernel has already queued and no others, answers every request
     * that has begun, and closes each connection after its last response, and idle ones after a moment. A connection
     * that is never idle may begin new requests for half of the grace period; after that they are refused. Requests
     * that still run at the end of the grace period are aborted with {@link RequestAbortedException.Reason#SHUTDOWN}.
     * Blocks until all of this is done, at most about three seconds longer than the grace period. With TCP, the kernel
     * resets a connection that arrives between the last accept and the close of the listener; with Unix sockets nothing
     * is lost.
     *
     * @param grace how long requests in flight may take before they are aborted
     * @return whether all requests ended without being aborted
     * @throws InterruptedException when the calling thread was interrupted; the remaining requests are then aborted
     * without a grace period
     */
    public boolean shutdown(Duration grace) throws InterruptedException {
        long nanos = TimeLimit.nanos(Objects.requireNonNull(grace, "grace"));
        Server running;
        synchronized (this) {
            running = server;
        }
        try {
            return running == null || running.shutdown(nanos);
        } finally {
            if (status != null) {
                status.close(); // last, so that the stop can be watched
            }
            closed.countDown();
        }
    }

    /**
     * Stops like {@link #shutdown} with a grace period of 10 seconds. An interrupt ends the grace period early and
     * leaves the interrupt flag set.
     */
    @Override
    public void close() {
        try {
            shutdown(CLOSE_GRACE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Settings of a server. Not thread-safe; each setter returns the builder. */
    public static final class Builder {
        private static final int STATUS_REQUESTS = 64;
        private static final Duration STATUS_TIME = Duration.ofSeconds(10);

        private final Listening listening = new Listening();
        private final Options options = new Options();
        private boolean peersChosen;
        private SocketAddress statusAddress;

        private Builder() {}

        /**
         * Adds an address to listen on, in writing: {@code unix:/path/to.sock}, {@code host:port}, {@code [ipv6]:port},
         * {@code *:port} for all interfaces, or {@code fd:0} for {@link #listenInherited()}. A path may be relative to
         * the working directory; port 0 stands for any free one. Abstract sockets, sometimes written as {@code
         * unix:@name}, are not supported.
         *
         * @param address the address; a host name is resolved immediately, which may block
         * @return this
         * @throws IllegalArgumentException when it has none of these forms
         */
        public Builder listen(String address) {
            listening.add(Objects.requireNonNull(address, "address"));
            return this;
        }

        /**
         * Adds an address to listen on.
         *
         * @param address an {@link InetSocketAddress} of one interface, port 0 for any free one, or a {@link
         * UnixDomainSocketAddress}. A leftover socket file on which nobody listens is replaced; if somebody listens on
         * it, or it is not a socket, {@link #start()} fails. The file is removed at the stop if it is still the
         * server's own. It is created in a temporary directory beside its path and then linked to the path, so the
         * parent directory must be writable and on a file system with hard links. A path may have at most 106 bytes.
         * @return this
         * @throws IllegalArgumentException when the address means all interfaces, which exposes the program to anyone
         * who can reach the machine; use {@link #listenOnAllInterfaces} for that
         */
        public Builder listen(SocketAddress address) {
            listening.add(Objects.requireNonNull(address, "address"));
            return this;
        }

        /**
         * Adds a TCP port of the loopback interface.
         *
         * @param port the port, 0 for any free one
         * @return this
         */
        public Builder listen(int port) {
            listening.add(port);
            return this;
        }

        /**
         * Adds a TCP port of all interfaces, IPv4 and IPv6. FastCGI has no authentication: restrict the peers with
         * {@code FCGI_WEB_SERVER_ADDRS}, {@link #allowedPeers} or a firewall.
         *
         * @param port the port, 0 for any free one
         * @return this
         */
        public Builder listenOnAllInterfaces(int port) {
            listening.addOnAllInterfaces(port);
            return this;
        }

        /**
         * Adds a socket that the program has bound itself, in blocking mode. It is closed at the stop; a socket file
         * stays.
         *
         * @param channel the listening socket
         * @return this
         */
        public Builder listen(ServerSocketChannel channel) {
            listening.add(Objects.requireNonNull(channel, "channel"));
            return this;
        }

        /**
         * Adds the listening socket that a process manager has passed as file descriptor 0 (FastCGI 2.2), TCP or Unix.
         * Other processes may share it. It stays open until the process ends.
         *
         * @return this; {@link #start()} fails when file descriptor 0 is not a listening socket
         */
        public Builder listenInherited() {
            listening.addInherited();
            return this;
        }

        /**
         * Sets the mode of the socket files that are created; nobody can connect before it is set. Default: determined
         * by the umask.
         *
         * @param mode the permissions; connecting requires write permission
         * @return this
         */
        public Builder unixMode(Set<PosixFilePermission> mode) {
            listening.unixMode = Set.copyOf(Objects.requireNonNull(mode, "mode"));
            return this;
        }

        /**
         * Sets the group of the socket files that are created. Default: the group of the process.
         *
         * @param group the name of the group, or its number
         * @return this
         */
        public Builder unixGroup(String group) {
            listening.unixGroup = Objects.requireNonNull(group, "group");
            return this;
        }

        /**
         * Sets how many connections the kernel queues before they are accepted. Default 1024; the kernel may impose a
         * lower limit.
         *
         * @param connections at least 1
         * @return this
         */
        public Builder backlog(int connections) {
            listening.backlog = atLeast(1, connections, "backlog");
            return this;
        }

        /**
         * Sets the handler of role Responder.
         *
         * @param responder the handler; without one, as for the other roles, requests of this role are refused with
         * UNKNOWN_ROLE
         * @return this
         */
        public Builder responder(Responder responder) {
            options.responder = Objects.requireNonNull(responder, "responder");
            return this;
        }

        /**
         * Sets the handler of role Authorizer.
         *
         * @param authorizer the handler
         * @return this
         */
        public Builder authorizer(Authorizer authorizer) {
            Objects.requireNonNull(authorizer, "authorizer");
            options.authorizer = request -> answer(request, authorizer.authorize(request));
            return this;
        }

        private static void answer(Request request, Decision decision) throws IOException {
            request.stdout().write(Objects.requireNonNull(decision, "decision of the authorizer").toBytes());
        }

        /**
         * Sets the handler of role Filter.
         *
         * @param filter the handler
         * @return this
         */
        public Builder filter(Filter filter) {
            options.filter = Objects.requireNonNull(filter, "filter");
            return this;
        }

        /**
         * Sets where handlers run. Default: on virtual threads of the library. Several requests may run on one of them
         * in turn, whether the connection carries one request at a time or is multiplexed, and see the thread locals
         * that earlier ones have left. {@code Thread::startVirtualThread} gives every request a fresh thread. A pool of
         * platform threads suits handlers with long computations.
         *
         * <p>If the executor throws anything, the request is refused with 503 and OVERLOADED. If it runs a task on the
         * calling thread, the handler runs there and another thread takes over reading the connection. Running a task a
         * second time does nothing. A request counts towards {@link #maxRequests} until its task has run, even after it
         * was aborted, so an executor that drops a task must throw.
         *
         * @param executor runs each task once, or throws; if it blocks, only the connection of that request waits
         * @return this
         */
        public Builder executor(Executor executor) {
            options.executor = Objects.requireNonNull(executor, "executor");
            return this;
        }

        /**
         * Sets what happens to the thread of an aborted request. Default {@link AbortPolicy#INTERRUPT}.
         *
         * @param policy the policy
         * @return this
         */
        public Builder abortPolicy(AbortPolicy policy) {
            options.abortPolicy = Objects.requireNonNull(policy, "policy");
            return this;
        }

        /**
         * Sets which peers may connect; connections of others are closed immediately, without a response. Default: the
         * addresses in the environment variable {@code FCGI_WEB_SERVER_ADDRS} (FastCGI 3.2), or every peer if it is not
         * set. The list is separated by commas: IPv4 and IPv6 addresses, each with an optional prefix length, and the
         * word {@code unix} for peers on Unix sockets, which are refused without it while the variable is set. The
         * variable {@code FCGI_WEB_SERVER_USERS}, in place of that word, restricts Unix sockets further, to users and
         * groups in the form of {@link PeerRule#users}.
         *
         * @param allowed decides by the address of a peer whether it may connect; called on a thread of the connection,
         * so that one that blocks does not make others wait, although the connection counts towards {@link
         * #maxConnections}. An exception is logged and the peer refused. A {@link PeerRule} also checks users and
         * groups. Any predicate replaces both variables
         * @return this
         */
        public Builder allowedPeers(Predicate<SocketAddress> allowed) {
            options.allowedPeers = Objects.requireNonNull(allowed, "allowed");
            peersChosen = true;
            return this;
        }

        /**
         * Sets how many connections may be open at the same time, plus one for each address after the first. Others
         * wait in the kernel. Default 16,384.
         *
         * @param connections at least 1
         * @return this
         */
        public Builder maxConnections(int connections) {
            options.maxConnections = atLeast(1, connections, "maxConnections");
            return this;
        }

        /**
         * Sets how many requests may be in flight: their parameters are complete, and their handlers have not returned.
         * Further ones are refused with 503 and OVERLOADED. Default 4096.
         *
         * <p>Requests whose parameters are not complete do not count, but have a limit of the same size: each
         * connection may have one, all further ones share that many places, and a connection that holds as many of
         * these places as are free gets no more. So a peer that only begins requests cannot use up the places of
         * others.
         *
         * @param requests at least 1
         * @return this
         */
        public Builder maxRequests(int requests) {
            options.maxRequests = atLeast(1, requests, "maxRequests");
            return this;
        }

        /**
         * Sets how many requests one connection may carry at the same time. Further ones are refused with 503 and
         * OVERLOADED. With 1, connections are not multiplexed and a second request is refused with CANT_MPX_CONN.
         * Default 128.
         *
         * @param requests 1 to 65535
         * @return this
         */
        public Builder maxRequestsPerConnection(int requests) {
            options.maxRequestsPerConnection = atLeast(1, requests, "maxRequestsPerConnection");
            return this;
        }

        /**
         * Sets how long the encoded parameters of a request may be. A request with longer ones is refused with 503 and
         * OVERLOADED. Default 128 KiB.
         *
         * @param bytes at least 1024
         * @return this
         */
        public Builder maxParamsLength(int bytes) {
            options.maxParamsLength = atLeast(1024, bytes, "maxParamsLength");
            return this;
        }

        /**
         * Sets how many parameters a request may have. A request with more is refused with 503 and OVERLOADED. Default
         * 1000.
         *
         * @param count at least 1
         * @return this
         */
        public Builder maxParamsCount(int count) {
            options.maxParamsCount = atLeast(1, count, "maxParamsCount");
            return this;
        }

        /**
         * Sets how much input of a request is kept while its handler does not read it. While that is full, the library
         * stops reading the connection; see {@link #stallTimeout}. Default 64 KiB.
         *
         * @param bytes at least 1024
         * @return this
         */
        public Builder inputBuffer(int bytes) {
            options.inputBuffer = atLeast(1024, bytes, "inputBuffer");
            return this;
        }

        /**
         * Sets how much output of a request is collected before it is sent. Allocated as needed. Default 32 KiB. With a
         * value from 32 to 128 KiB, a request that has filled its buffer goes on with 128 KiB at a time if one of the
         * 64 large buffers of the process is free.
         *
         * @param bytes at least 64
         * @return this
         */
        public Builder outputBuffer(int bytes) {
            options.outputBuffer = atLeast(64, bytes, "outputBuffer");
            return this;
        }

        /**
         * Sets how much STDERR of a request is kept; the rest is dropped. Default 1 MiB.
         *
         * @param bytes at least 0
         * @return this
         */
        public Builder maxStderrLength(int bytes) {
            options.maxStderrLength = atLeast(0, bytes, "maxStderrLength");
            return this;
        }

        /**
         * Sets how long the head of a request may take, from BEGIN_REQUEST to the end of PARAMS. After that time it is
         * refused with 503 and the connection is closed. Default 30 seconds.
         *
         * @param time 0 for no limit
         * @return this
         */
        public Builder headTimeout(Duration time) {
            options.headTimeout = TimeLimit.of(time, "headTimeout");
            return this;
        }

        /**
         * Sets how long a connection may be idle. It is closed after that time. Default 5 minutes.
         *
         * @param time 0 for no limit
         * @return this
         */
        public Builder keepAliveTimeout(Duration time) {
            options.keepAliveTimeout = TimeLimit.of(time, "keepAliveTimeout");
            return this;
        }

        /**
         * Sets how long a handler may wait for input. Its request is aborted after that time. The same limit applies to
         * a handler that leaves so much input unread, its {@linkplain #inputBuffer buffer} and 128 KiB more, that the
         * library cannot tell whether the peer is still there. Default 5 minutes.
         *
         * @param time 0 for no limit
         * @return this
         */
        public Builder readTimeout(Duration time) {
            options.readTimeout = TimeLimit.of(time, "readTimeout");
            return this;
        }

        /**
         * Sets how long a write may wait for a peer that accepts no output. The connection is closed after that time.
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
         * Sets how long a handler may leave its input unread, with its {@linkplain #inputBuffer buffer} full, while it
         * holds up other requests of the same connection. Its request is aborted after that time. Default 30 seconds.
         *
         * <p>If no other request is known, the library reads another 128 KiB after a second, or after this timeout if
         * it is shorter, to see whether a request follows, and serves it. If that is full too, other requests are
         * assumed to wait on a multiplexed connection; on any other, the {@link #readTimeout} applies.
         *
         * @param time 0 for no limit
         * @return this
         */
        public Builder stallTimeout(Duration time) {
            options.stallTimeout = TimeLimit.of(time, "stallTimeout");
            return this;
        }

        /**
         * Sets how long a handler may take. After that time its request is aborted, with a 503 response if no output
         * was sent before. Default: no limit.
         *
         * @param time 0 for no limit
         * @return this
         */
        public Builder handlerTimeout(Duration time) {
            options.handlerTimeout = TimeLimit.of(time, "handlerTimeout");
            return this;
        }

        /**
         * Sets whether the parameter {@code HTTP_PROXY} is kept. Default false: it holds the HTTP header {@code Proxy},
         * which any client can send, and much software takes it for its configuration ("httpoxy", CVE-2016-5385).
         *
         * @param keep whether handlers see it
         * @return this
         */
        public Builder keepHttpProxy(boolean keep) {
            options.keepHttpProxy = keep;
            return this;
        }

        /**
         * Adds a listener: an {@link AccessLog}, a {@link StatusPage}, or one of your own. Without a listener, a status
         * page and a time for slow requests, nothing is observed and there is no cost.
         *
         * @param listener is told what happens
         * @return this
         */
        public Builder listener(ServerListener listener) {
            options.listeners = with(options.listeners, Objects.requireNonNull(listener, "listener"));
            return this;
        }

        private static List<ServerListener> with(List<ServerListener> listeners, ServerListener one) {
            return Stream.concat(listeners.stream(), Stream.of(one)).toList();
        }

        /**
         * Adds a separate socket for a {@link StatusPage}, which responds even while {@link #maxRequests} are in flight
         * and while the server stops. Any path returns the page, in the format that its query selects; one that ends in
         * {@code /ping} returns {@code pong}. {@link #unixMode}, {@link #unixGroup} and {@link #allowedPeers} apply as
         * for the server itself. Anyone who may connect sees what clients request. Default: none.
         *
         * @param address the address, in one of the forms of {@link #listen(String)} except {@code fd:0}
         * @return this
         * @throws IllegalArgumentException when it has none of these forms
         */
        public Builder statusListen(String address) {
            statusAddress = Address.parse(Objects.requireNonNull(address, "address"));
            return this;
        }

        /**
         * Sets after what time a handler counts as slow. The request is then logged to {@code dev.fcgi.slow} with the
         * current stack of its thread, listeners are told, and it is counted; the handler goes on. Checked ten times a
         * second. Default: no handler counts as slow.
         *
         * @param time 0 for never
         * @return this
         */
        public Builder slowRequestTime(Duration time) {
            options.slowRequestTime = TimeLimit.of(time, "slowRequestTime");
            return this;
        }

        /** For tests, which control when time limits expire. */
        Builder clock(Clock clock) {
            options.clock = clock;
            return this;
        }

        /**
         * {@return a server with these settings, not started} Later changes to the builder do not affect it.
         *
         * @throws IllegalStateException when there is no address or no handler
         * @throws IllegalArgumentException when {@code FCGI_WEB_SERVER_ADDRS} has an entry that is not an address, or
         *     {@code FCGI_WEB_SERVER_USERS} one that is empty
         */
        public FcgiServer build() {
            listening.requireAddress();
            if (options.responder == null && options.authorizer == null && options.filter == null) {
                throw new IllegalStateException("no handler: call responder(...), authorizer(...) or filter(...)");
            }
            StatusPage page = statusPage();
            return new FcgiServer(copyListening(), copyOptions(page), statusServer(page));
        }

        /** {@return the page for {@link #statusListen}, which calls the server by its first address; or null} */
        StatusPage statusPage() {
            return statusAddress == null ? null : StatusPage.of(listening.name());
        }

        /** {@return a server for a status page; null without one} */
        FcgiServer statusServer(StatusPage page) {
            if (page == null) {
                return null;
            }
            Builder builder = builder().listen(statusAddress).maxConnections(STATUS_REQUESTS).maxRequests(STATUS_REQUESTS)
                    .handlerTimeout(STATUS_TIME).keepAliveTimeout(STATUS_TIME)
                    .responder(request -> (isPing(request) ? StatusPage.ping() : page).respond(request));
            builder.options.purpose = "status page";
            builder.options.recorded = false;
            builder.listening.unixMode = listening.unixMode;
            builder.listening.unixGroup = listening.unixGroup;
            return peersChosen ? builder.allowedPeers(options.allowedPeers).build() : builder.build();
        }

        private static boolean isPing(Request request) {
            return (request.meta("SCRIPT_NAME", "") + request.meta("PATH_INFO", "")).endsWith("/ping");
        }

        Listening copyListening() {
            return listening.copy();
        }

        /**
         * {@return a copy of handlers and limits; the environment decides which peers are allowed, unless that was set}
         */
        Options copyOptions(StatusPage page) {
            Options copy = options.copy();
            copy.backlog = listening.backlog;
            if (page != null) {
                copy.listeners = with(copy.listeners, page);
            }
            if (!peersChosen) {
                rulePeers(copy, System.getenv("FCGI_WEB_SERVER_ADDRS"), System.getenv("FCGI_WEB_SERVER_USERS"));
            } else if (copy.allowedPeers instanceof PeerRule rule) {
                copy.allowedUsers = rule.users();
                copy.addressesAreRuled = rule.addresses() != null;
                copy.allowedPeers = copy.addressesAreRuled ? rule.addresses() : rule;
            }
            return copy;
        }

        private static void rulePeers(Options options, String addresses, String users) {
            if (addresses != null) {
                options.allowedPeers = new AllowedPeers(addresses);
                options.addressesAreRuled = true;
            }
            if (users != null) {
                options.allowedUsers = new PeerUsers(users, "FCGI_WEB_SERVER_USERS");
            }
        }

        /** {@return a copy of handlers and limits, for a request without a web server} */
        Options offlineOptions(Consumer<Throwable> failures) {
            Options copy = options.copy();
            copy.failures = failures;
            return copy;
        }

        private static int atLeast(int least, int value, String name) {
            if (value < least) {
                throw new IllegalArgumentException(name + " must be at least " + least + ", was " + value);
            }
            return value;
        }
    }
}
