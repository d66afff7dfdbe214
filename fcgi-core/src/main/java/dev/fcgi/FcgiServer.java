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
 * A concurrent FastCGI server: any number of connections, each carrying any number of requests, handled side by side on
 * virtual threads. A thread may handle several requests, one after the other, unless an {@linkplain Builder#executor
 * executor} says otherwise: what a handler leaves in a thread local the next one finds.
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
 * <p>FastCGI has no authentication: whoever can connect can ask anything. A port alone is bound on loopback, all
 * interfaces need {@link Builder#listenOnAllInterfaces}; {@link Builder#unixMode} and {@link Builder#unixGroup} say who
 * may use a Unix socket, {@code FCGI_WEB_SERVER_ADDRS} and {@link Builder#allowedPeers} who is served at all. Memory,
 * time and numbers have limits, each with a default and a setter; SECURITY.md of the project lists them.
 *
 * <p>What a server has to say goes to the logger {@code dev.fcgi.server}, by a thread for that alone: of each kind of
 * event ten lines in ten seconds, and how many more there were. What happens to each request, listeners are told
 * ({@link Builder#listener}); in a JVM with the module {@code jdk.jfr}, the Flight Recorder has the events {@code
 * dev.fcgi.Request}, {@code dev.fcgi.SlowRequest} and {@code dev.fcgi.Connection}.
 *
 * <p>All methods may be called from any thread. The threads of a server are daemons: a program that only calls
 * {@link #start()} ends when its {@code main} ends, one that calls {@link #serve()} lives as long as the server.
 */
public final class FcgiServer implements AutoCloseable {
    private static final Duration CLOSE_GRACE = Duration.ofSeconds(10);

    private final Options options;
    private final Listening listening;
    /** Answers for the status of this one, or null. */
    private final FcgiServer status;
    private final CountDownLatch closed = new CountDownLatch(1);
    private Server server; // guarded by this
    /** Why there are no connections any more, without a stop. */
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
     * Binds all addresses and starts to accept connections; returns when that is done. For programs that live for
     * reasons of their own: threads of a server do not keep a program from ending with its {@code main}. One that is
     * nothing but a server calls {@link #serve()}.
     *
     * @return this
     * @throws IOException when an address cannot be bound, with the address in the message, file descriptor 0 is a
     *     socket that does not listen, or the rule who may connect cannot be enforced ({@link PeerRule}); none is bound
     *     then
     * @throws IllegalStateException when the server was started before
     */
    public synchronized FcgiServer start() throws IOException {
        if (server != null || closed.getCount() == 0) {
            throw new IllegalStateException("a server starts once");
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

    /** Half a server would look like a whole one: it stops, so that whoever supervises the program notices. */
    private void lost(IOException why) {
        if (failure == null) {
            failure = why;
            close(); // by the accepting thread, which has nothing else to do
        }
    }

    /**
     * Starts, if that was not done before, and blocks until the server has stopped.
     *
     * @throws IOException when an address cannot be bound, or no connection can be accepted any more: whoever shares a
     *     socket on file descriptor 0 may shut it down, the program may close one that it has bound itself. The server
     *     has answered the requests that it had and has stopped then
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
     * {@return the counters at this moment}
     *
     * @throws IllegalStateException when the server was not started
     */
    public ServerStats stats() {
        return server().stats();
    }

    /**
     * Stops gracefully: accepts what the kernel has taken in and nothing more, answers every request that has begun,
     * closes each connection after its last answer and idle ones after a moment. A connection that always has requests
     * takes new ones for half of the grace period, and refuses them then. What still runs after that is
     * aborted with {@link RequestAbortedException.Reason#SHUTDOWN}. Blocks until all that is done, about three seconds
     * longer than the grace period at most. With TCP, a connection that arrives in the moment between the last look
     * and the end of the listener is reset by the kernel; with Unix sockets nothing is lost.
     *
     * @param grace how long requests may take to end by themselves
     * @return whether all ended by themselves
     * @throws InterruptedException when the thread was interrupted: the rest is aborted without a grace period
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
                status.close(); // until now it had something to tell
            }
            closed.countDown();
        }
    }

    /** Stops like {@link #shutdown} with 10 seconds of grace. An interrupt cuts the grace short; its flag stays set. */
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
         * the working directory; port 0 is any free one. Abstract sockets, which others write as {@code unix:@name},
         * are not supported.
         *
         * @param address the address; the name of a host is resolved at once, which may block
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
         * @param address an {@link InetSocketAddress} of one interface, port 0 for any free one, or a
         *     {@link UnixDomainSocketAddress}. A leftover socket file that nobody listens on is replaced; a live one,
         *     or another file, makes {@link #start()} fail. The file is removed at the stop if it is still ours. It is
         *     made in a directory of its own beside its path and linked to it, so the directory must be one to write
         *     to, on a file system with hard links; a path has at most 106 bytes.
         * @return this
         * @throws IllegalArgumentException when the address means all interfaces, which exposes the program to whoever
         *     can reach the machine: say {@link #listenOnAllInterfaces}
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
         * Adds a TCP port of all interfaces, IPv4 and IPv6. FastCGI has no authentication: restrict the peers by
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
         * Adds the listening socket that a process manager has left as file descriptor 0 (FastCGI 2.2), TCP or Unix.
         * It may be shared with other processes. It is not closed before the process ends.
         *
         * @return this; {@link #start()} fails when file descriptor 0 is not a listening socket
         */
        public Builder listenInherited() {
            listening.addInherited();
            return this;
        }

        /**
         * Sets the mode of the socket files that are made; nobody can connect before they have it. Default: as the
         * umask says.
         *
         * @param mode the permissions; who may connect needs the one to write
         * @return this
         */
        public Builder unixMode(Set<PosixFilePermission> mode) {
            listening.unixMode = Set.copyOf(Objects.requireNonNull(mode, "mode"));
            return this;
        }

        /**
         * Sets the group of the socket files that are made. Default: the group of the process.
         *
         * @param group the name of the group, or its number
         * @return this
         */
        public Builder unixGroup(String group) {
            listening.unixGroup = Objects.requireNonNull(group, "group");
            return this;
        }

        /**
         * Sets how many connections the kernel holds for us before they are accepted. Default 1024; the kernel has a
         * limit of its own.
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
         * @param responder the handler; without one the role is answered UNKNOWN_ROLE, like the others
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
         * Sets where handlers run. Default: on virtual threads of the library, which a connection that carries one
         * request at a time, and a burst of requests on a multiplexed one, use again: several requests may run on one
         * thread, one after the other, and see the thread locals that earlier ones have left. {@code
         * Thread::startVirtualThread} gives every request a fresh thread. A pool of platform threads suits handlers
         * that compute for long.
         *
         * <p>A task that the executor rejects, by whatever it throws, is answered 503 with OVERLOADED and counts as
         * refused. One that it runs on the thread that gives it is handled there, and another thread reads the
         * connection on. A second run of a task does nothing. A request counts for {@link #maxRequests} until its task
         * was run, also after it was aborted: an executor that drops tasks has to throw for each.
         *
         * @param executor runs each task once, or throws; may block, which keeps only its connection waiting
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
         * Sets who may connect; all others are closed at once, without an answer. Default: the addresses in the
         * environment variable {@code FCGI_WEB_SERVER_ADDRS} (FastCGI 3.2), and everybody when it is not set. That
         * list is separated by commas: IPv4 and IPv6 addresses, optionally with a prefix length, and the word
         * {@code unix} for peers on Unix sockets, who are refused otherwise while the variable is set. Who may connect
         * on Unix sockets is better said by the variable {@code FCGI_WEB_SERVER_USERS}, in place of that word: users
         * and groups, in the form of {@link PeerRule#users}.
         *
         * @param allowed tells for the address of a peer whether it may connect; asked on a thread of the connection,
         *     so that one that blocks keeps nobody else waiting, though it counts for {@link #maxConnections}. What it
         *     throws is logged, and means no. A {@link PeerRule} is asked about users and groups, too; it takes the
         *     place of both variables, like any other predicate
         * @return this
         */
        public Builder allowedPeers(Predicate<SocketAddress> allowed) {
            options.allowedPeers = Objects.requireNonNull(allowed, "allowed");
            peersChosen = true;
            return this;
        }

        /**
         * Sets how many connections may be open, one more for each further address. Others wait in the kernel. Default
         * 16,384.
         *
         * @param connections at least 1
         * @return this
         */
        public Builder maxConnections(int connections) {
            options.maxConnections = atLeast(1, connections, "maxConnections");
            return this;
        }

        /**
         * Sets how many requests may be in flight: their parameters complete, and their handlers not returned. More are
         * answered 503 with OVERLOADED. Default 4096.
         *
         * <p>Requests whose parameters are not complete are limited by the same number, apart from these: each
         * connection may have one, all further ones share that many places, and a connection that holds as many of
         * them as are left gets no more. So nobody who only begins requests takes them from others.
         *
         * @param requests at least 1
         * @return this
         */
        public Builder maxRequests(int requests) {
            options.maxRequests = atLeast(1, requests, "maxRequests");
            return this;
        }

        /**
         * Sets how many requests one connection may carry at once. More are answered 503 with OVERLOADED. With 1,
         * there is no multiplexing, and a second request is answered CANT_MPX_CONN. Default 128.
         *
         * @param requests 1 to 65535
         * @return this
         */
        public Builder maxRequestsPerConnection(int requests) {
            options.maxRequestsPerConnection = atLeast(1, requests, "maxRequestsPerConnection");
            return this;
        }

        /**
         * Sets how long the encoded parameters of a request may be. Longer ones are answered 503 with OVERLOADED.
         * Default 128 KiB.
         *
         * @param bytes at least 1024
         * @return this
         */
        public Builder maxParamsLength(int bytes) {
            options.maxParamsLength = atLeast(1024, bytes, "maxParamsLength");
            return this;
        }

        /**
         * Sets how many parameters a request may have. More are answered 503 with OVERLOADED. Default 1000.
         *
         * @param count at least 1
         * @return this
         */
        public Builder maxParamsCount(int count) {
            options.maxParamsCount = atLeast(1, count, "maxParamsCount");
            return this;
        }

        /**
         * Sets how much input of a request is kept while its handler does not read it. When that is full the
         * connection is not read on, see {@link #stallTimeout}. Default 64 KiB.
         *
         * @param bytes at least 1024
         * @return this
         */
        public Builder inputBuffer(int bytes) {
            options.inputBuffer = atLeast(1024, bytes, "inputBuffer");
            return this;
        }

        /**
         * Sets how much output of a request is collected before it is sent. Allocated as needed. Default 32 KiB. With
         * 32 to 128 KiB, a request that has filled that goes on with 128 KiB at a time, as long as one of the 64
         * buffers that all of the process share is free.
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
         * Sets how long the head of a request may take, from BEGIN_REQUEST to the end of PARAMS. After that it is
         * answered 503 and the connection closed. Default 30 seconds.
         *
         * @param time 0 for no limit
         * @return this
         */
        public Builder headTimeout(Duration time) {
            options.headTimeout = TimeLimit.of(time, "headTimeout");
            return this;
        }

        /**
         * Sets how long a connection may be open without a request. It is closed after that time. Default 5 minutes.
         *
         * @param time 0 for no limit
         * @return this
         */
        public Builder keepAliveTimeout(Duration time) {
            options.keepAliveTimeout = TimeLimit.of(time, "keepAliveTimeout");
            return this;
        }

        /**
         * Sets how long a handler may wait for input that does not come. Its request is aborted after that time. So is
         * one that leaves so much input unread that the peer cannot be seen after it: its {@linkplain #inputBuffer
         * buffer} and 128 KiB more. Default 5 minutes.
         *
         * @param time 0 for no limit
         * @return this
         */
        public Builder readTimeout(Duration time) {
            options.readTimeout = TimeLimit.of(time, "readTimeout");
            return this;
        }

        /**
         * Sets how long a peer may take no output. The connection is closed after that time. Default 60 seconds.
         *
         * @param time 0 for no limit
         * @return this
         */
        public Builder writeTimeout(Duration time) {
            options.writeTimeout = TimeLimit.of(time, "writeTimeout");
            return this;
        }

        /**
         * Sets how long a handler may leave its input unread, with its {@linkplain #inputBuffer buffer} full, while
         * other requests of the same connection wait after it. It is aborted after that time. Default 30 seconds.
         *
         * <p>Where no other request is known, 128 KiB more are read after a second, or this time if it is shorter, to
         * see whether one follows; it is served then. After even more, a connection that has carried several requests
         * at once counts as one where others wait; on any other a handler has the {@link #readTimeout}.
         *
         * @param time 0 for no limit
         * @return this
         */
        public Builder stallTimeout(Duration time) {
            options.stallTimeout = TimeLimit.of(time, "stallTimeout");
            return this;
        }

        /**
         * Sets how long a handler may take. It is aborted after that time, and the request answered 503 if no output
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
         * Sets whether the parameter {@code HTTP_PROXY} is kept. Default false: it is the HTTP header {@code Proxy},
         * which anybody can send, and much software takes it for a setting ("httpoxy", CVE-2016-5385).
         *
         * @param keep whether handlers see it
         * @return this
         */
        public Builder keepHttpProxy(boolean keep) {
            options.keepHttpProxy = keep;
            return this;
        }

        /**
         * Adds an observer: an {@link AccessLog}, a {@link StatusPage}, or one of your own. Without any, and without a
         * status page and a time for slow requests, nothing is observed and nothing costs time.
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
         * Adds a socket of its own for a {@link StatusPage}, which answers while all permits are taken and while the
         * server stops. Any path is the page, with the formats that its query asks for; one that ends in {@code /ping} is
         * answered {@code pong}. {@link #unixMode}, {@link #unixGroup} and who may connect are as for the server itself;
         * whoever may sees what clients ask for. Default: none.
         *
         * @param address the address, in one of the forms of {@link #listen(String)}, but for {@code fd:0}
         * @return this
         * @throws IllegalArgumentException when it has none of these forms
         */
        public Builder statusListen(String address) {
            statusAddress = Address.parse(Objects.requireNonNull(address, "address"));
            return this;
        }

        /**
         * Sets after what time a handler counts as slow: its request, with the stack of its thread at that moment, is one
         * entry of the logger {@code dev.fcgi.slow}, listeners are told, and it is counted. It goes on all the same. Looked
         * at ten times a second. Default: no handler is slow.
         *
         * @param time 0 for never
         * @return this
         */
        public Builder slowRequestTime(Duration time) {
            options.slowRequestTime = TimeLimit.of(time, "slowRequestTime");
            return this;
        }

        /** For tests: limits on time that pass when they say so. */
        Builder clock(Clock clock) {
            options.clock = clock;
            return this;
        }

        /**
         * {@return a server with these settings, not started} What is set later concerns servers that are built
         * later.
         *
         * @throws IllegalStateException when there is no address or no handler
         * @throws IllegalArgumentException when {@code FCGI_WEB_SERVER_ADDRS} has an entry that is not an address, or
         *     {@code FCGI_WEB_SERVER_USERS} one that is empty
         */
        public FcgiServer build() {
            listening.requireAddress();
            if (options.responder == null && options.authorizer == null && options.filter == null) {
                throw new IllegalStateException("no handler");
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

        /** {@return a copy of handlers and limits; who may connect is what the environment says, unless it was set} */
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
