package dev.fcgi;

import dev.fcgi.internal.conn.Clock;
import dev.fcgi.internal.io.Listener;
import dev.fcgi.internal.server.LoopThread;
import dev.fcgi.internal.server.Options;
import dev.fcgi.internal.server.PlainCgiRequest;
import dev.fcgi.internal.server.Server;
import dev.fcgi.internal.server.HandlerRun;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Predicate;

/**
 * Accepts requests one at a time, for a plain loop in {@code main}, as libfcgi and CGI::Fast do.
 *
 * {@snippet :
 * try (var acceptor = FcgiAcceptor.inherited()) {
 *     for (Request request; (request = acceptor.accept()) != null; ) {
 *         var out = new PrintStream(request.stdout());
 *         out.print("Content-Type: text/plain\r\n\r\nhello\n");
 *         out.flush();
 *     }
 * }
 * }
 *
 * <p>{@link #builder()} sets the addresses and those limits that a {@link FcgiServer} has too.
 *
 * <p>An exception that leaves such a loop ends the program; in {@link #serve} it ends only its own request.
 *
 * <p>{@link #accept()} returns requests of all three roles; one of role Filter is a {@link FilterRequest}. The response
 * to an Authorizer request is written as a CGI response. A connection that a web server keeps open does not make others
 * wait; a second request on a connection that has one active is refused with CANT_MPX_CONN. New connections are
 * accepted while the loop waits for a request, so that processes that share a socket share the work.
 *
 * <p>{@link #accept()} is for one thread, any kind of thread; the other methods may be called from any thread.
 */
public final class FcgiAcceptor implements AutoCloseable {
    private static final Duration CLOSE_GRACE = Duration.ofSeconds(10);

    /** Marks the end of the queue: no further request will come. */
    private static final Runnable END = () -> { };

    /** Null for plain CGI. */
    private final Server server;
    /** Serves the status of the loop, or null. */
    private final FcgiServer status;
    /** Requests whose parameters are complete; END after the last one. */
    private final BlockingQueue<Runnable> ready = new LinkedBlockingQueue<>();
    /** Set when nobody will take requests any more. */
    private volatile boolean over;
    /** Why no more connections can be accepted although nobody closed the acceptor. */
    private volatile IOException listenerLost;

    // confined to the thread of the loop
    private final PlainCgiRequest cgi;
    /** The settings for plain CGI, or null. */
    private final Options cgiOptions;
    private boolean cgiTaken;
    private boolean cgiEnded;
    private HandlerRun current;
    /** What the responder of the current request threw. */
    private Throwable failure;
    private volatile Thread loop;

    private FcgiAcceptor(PlainCgiRequest cgi, Options options) {
        this.cgi = cgi;
        this.cgiOptions = options;
        this.server = null;
        this.status = null;
    }

    private FcgiAcceptor(List<Listener> listeners, Options options, FcgiServer status) throws IOException {
        Responder unused = request -> { };
        options.responder = unused;
        options.authorizer = unused;
        options.filter = unused::respond;
        options.executor = this::enqueue;
        options.maxRequestsPerConnection = 1;
        options.oneAtATime = true;
        this.cgi = null;
        this.cgiOptions = null;
        this.status = status;
        this.server = new Server(options, listeners);
        server.holdAccepting(true);
        server.start(this::lost);
        if (status != null) {
            startStatus();
        }
    }

    private void startStatus() throws IOException {
        try {
            status.start();
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    private void lost(IOException why) {
        listenerLost = why;
        ready.add(END);
    }

    /**
     * Listens on an address, with default limits. For other settings use {@link #builder()}.
     *
     * @param address the address, in one of the forms of {@link FcgiServer.Builder#listen(String)}
     * @return the acceptor
     * @throws IOException when the address cannot be bound
     * @throws IllegalArgumentException when the address has none of these forms
     */
    public static FcgiAcceptor open(String address) throws IOException {
        return builder().listen(address).open();
    }

    /**
     * Takes the listening socket on file descriptor 0, with default limits, like {@link Builder#listenInherited()}.
     *
     * @return the acceptor
     * @throws IOException when the descriptor cannot be examined
     */
    public static FcgiAcceptor inherited() throws IOException {
        return builder().listenInherited().open();
    }

    /** {@return a builder with the defaults} */
    public static Builder builder() {
        return new Builder();
    }

    /** {@return whether this is the one request of a plain CGI program} */
    public boolean isCgi() {
        return server == null;
    }

    /**
     * {@return the addresses that this acceptor listens on, like {@link FcgiServer#addresses()}; none for plain CGI}
     */
    public List<SocketAddress> addresses() {
        return server == null ? List.of() : server.addresses();
    }

    private void enqueue(Runnable request) {
        if (over) {
            throw new RejectedExecutionException("the accept loop has ended");
        }
        ready.add(request);
        if (over && ready.remove(request)) { // the loop has ended in between, and will not look again
            throw new RejectedExecutionException("the accept loop has ended");
        }
    }

    /**
     * Ends the previous request, sends the rest of its output, and blocks until the next request has arrived.
     *
     * @return the next request, whose parameters are complete; null when the acceptor was closed, and after the one
     *     request of plain CGI
     * @throws IOException when the output of a plain CGI program cannot be written, or when no more connections can be
     * accepted because the socket on file descriptor 0 does not listen or was shut down by a process that shares it. A
     * web server that has closed its connection is not an error: this method then returns the next request
     * @throws InterruptedException when the thread was interrupted while waiting; the acceptor goes on
     */
    public Request accept() throws IOException, InterruptedException {
        loop = Thread.currentThread();
        if (server == null) {
            return acceptCgi();
        }
        finishCurrent();
        while (true) {
            HandlerRun next = take();
            if (next == null || next.beginIfOpen()) {
                current = next;
                return next;
            }
            next.complete(null); // aborted while it waited
        }
    }

    /**
     * Runs the whole loop: a responder handles requests on the calling thread, one at a time, until the acceptor is
     * closed. An exception from the responder ends only its own request, as in a {@link FcgiServer}: with status 500,
     * or with an incomplete response if output was already sent.
     *
     * @param responder the handler
     * @throws IOException as {@link #accept()}; for plain CGI also when the responder has failed, so that the program
     * ends and the web server answers with an error
     * @throws InterruptedException when the thread was interrupted while waiting for a request; the acceptor goes on
     */
    public void serve(Responder responder) throws IOException, InterruptedException {
        Objects.requireNonNull(responder, "responder");
        for (Request request; (request = accept()) != null; ) {
            try {
                responder.respond(request);
            } catch (Throwable e) { // even an Error ends only its own request
                failure = e;
            }
        }
    }

    private Request acceptCgi() throws IOException {
        if (cgiEnded) {
            return null;
        }
        if (!cgiTaken) {
            cgiTaken = true;
            cgi.begin(cgiOptions);
            return cgi;
        }
        cgiEnded = true;
        if (failure != null) {
            cgi.failed(failure);
            throw new IOException("the request could not be answered", failure);
        }
        cgi.end();
        return null;
    }

    private HandlerRun take() throws IOException, InterruptedException {
        Runnable next = ready.poll();
        if (next == null) {
            server.holdAccepting(false);
            try {
                next = ready.take();
            } finally {
                server.holdAccepting(true);
            }
        }
        if (next == END) {
            ready.add(END); // for further calls of accept()
            IOException lost = listenerLost;
            if (lost != null) {
                throw new IOException(lost.getMessage(), lost);
            }
            return null;
        }
        return (HandlerRun) next; // the server gives nothing else to its executor
    }

    private void finishCurrent() {
        HandlerRun request = current;
        Throwable failed = failure;
        current = null;
        failure = null;
        if (request != null) {
            request.complete(failed);
        }
    }

    /**
     * Ends the loop. When called by another thread, such as a shutdown hook, no new connections are accepted, requests
     * that have arrived are still returned by {@link #accept()}, and then it returns null; this method blocks until
     * then, for at most 10 seconds. When called by the thread of the loop, or after that thread has ended, the previous
     * request is ended and those not yet taken are refused with 503. Calling it again has no effect.
     */
    @Override
    public void close() {
        boolean byLoop = loop == null || loop == Thread.currentThread() || LoopThread.hasLeft(loop);
        if (server == null) {
            closeCgi(byLoop);
            return;
        }
        if (byLoop) {
            over = true;
            finishCurrent();
            refuseWaiting();
        }
        try {
            server.shutdown(CLOSE_GRACE.toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // no grace any more, but all is closed
        } finally {
            ready.add(END);
            if (status != null) {
                status.close();
            }
        }
    }

    private void closeCgi(boolean byLoop) {
        try {
            if (byLoop && cgiTaken && !cgiEnded) {
                cgiEnded = true;
                cgi.end();
            }
        } catch (IOException ignored) {
            // the web server is gone, and there is no next request
        }
    }

    private void refuseWaiting() {
        for (Runnable waiting; (waiting = ready.poll()) != null; ) {
            if (waiting instanceof HandlerRun request) {
                request.reject();
            }
        }
    }

    /**
     * Settings of an accept loop: the addresses, and those limits of a server that make sense for one request at a
     * time, with the same names and defaults. Not thread-safe; each setter returns the builder.
     */
    public static final class Builder {
        private final FcgiServer.Builder settings = FcgiServer.builder();

        private Builder() {}

        /**
         * As for a server: {@link FcgiServer.Builder#listen(String)}.
         *
         * @param address the address, in writing; {@code fd:0} is {@link #listenInherited()}
         * @return this
         */
        public Builder listen(String address) {
            settings.listen(address);
            return this;
        }

        /**
         * As for a server: {@link FcgiServer.Builder#listen(SocketAddress)}.
         *
         * @param address an address of one interface, or a Unix socket
         * @return this
         */
        public Builder listen(SocketAddress address) {
            settings.listen(address);
            return this;
        }

        /**
         * As for a server: {@link FcgiServer.Builder#listen(int)}.
         *
         * @param port a port of the loopback interface, 0 for any free one
         * @return this
         */
        public Builder listen(int port) {
            settings.listen(port);
            return this;
        }

        /**
         * As for a server: {@link FcgiServer.Builder#listenOnAllInterfaces}.
         *
         * @param port the port, 0 for any free one
         * @return this
         */
        public Builder listenOnAllInterfaces(int port) {
            settings.listenOnAllInterfaces(port);
            return this;
        }

        /**
         * As for a server: {@link FcgiServer.Builder#listen(ServerSocketChannel)}.
         *
         * @param channel a socket that the program has bound itself
         * @return this
         */
        public Builder listen(ServerSocketChannel channel) {
            settings.listen(channel);
            return this;
        }

        /**
         * Adds the listening socket that a process manager has left as file descriptor 0 (FastCGI 2.2). If descriptor 0
         * is something else and no other address was added, the program was started as plain CGI: there is one request,
         * made from the environment, standard input and standard output.
         *
         * @return this
         */
        public Builder listenInherited() {
            settings.listenInherited();
            return this;
        }

        /**
         * As for a server: {@link FcgiServer.Builder#unixMode}.
         *
         * @param mode the permissions of the socket files that are made
         * @return this
         */
        public Builder unixMode(Set<PosixFilePermission> mode) {
            settings.unixMode(mode);
            return this;
        }

        /**
         * As for a server: {@link FcgiServer.Builder#unixGroup}.
         *
         * @param group the group of the socket files that are made
         * @return this
         */
        public Builder unixGroup(String group) {
            settings.unixGroup(group);
            return this;
        }

        /**
         * As for a server: {@link FcgiServer.Builder#backlog}.
         *
         * @param connections how many wait in the kernel, at least 1
         * @return this
         */
        public Builder backlog(int connections) {
            settings.backlog(connections);
            return this;
        }

        /**
         * As for a server: {@link FcgiServer.Builder#allowedPeers}.
         *
         * @param allowed tells who may connect, or a {@link PeerRule}
         * @return this
         */
        public Builder allowedPeers(Predicate<SocketAddress> allowed) {
            settings.allowedPeers(allowed);
            return this;
        }

        /**
         * As for a server: {@link FcgiServer.Builder#abortPolicy}.
         *
         * @param policy what happens to the thread of the loop when its request is aborted
         * @return this
         */
        public Builder abortPolicy(AbortPolicy policy) {
            settings.abortPolicy(policy);
            return this;
        }

        /**
         * As for a server: {@link FcgiServer.Builder#maxConnections}.
         *
         * @param connections how many may be open, at least 1
         * @return this
         */
        public Builder maxConnections(int connections) {
            settings.maxConnections(connections);
            return this;
        }

        /**
         * As for a server: {@link FcgiServer.Builder#maxRequests}.
         *
         * @param requests how many may be read and wait for the loop, at least 1
         * @return this
         */
        public Builder maxRequests(int requests) {
            settings.maxRequests(requests);
            return this;
        }

        /**
         * As for a server: {@link FcgiServer.Builder#maxParamsLength}.
         *
         * @param bytes how long encoded parameters may be, at least 1024
         * @return this
         */
        public Builder maxParamsLength(int bytes) {
            settings.maxParamsLength(bytes);
            return this;
        }

        /**
         * As for a server: {@link FcgiServer.Builder#maxParamsCount}.
         *
         * @param count how many parameters a request may have, at least 1
         * @return this
         */
        public Builder maxParamsCount(int count) {
            settings.maxParamsCount(count);
            return this;
        }

        /**
         * As for a server: {@link FcgiServer.Builder#inputBuffer}.
         *
         * @param bytes how much input is kept while nobody reads it, at least 1024
         * @return this
         */
        public Builder inputBuffer(int bytes) {
            settings.inputBuffer(bytes);
            return this;
        }

        /**
         * As for a server: {@link FcgiServer.Builder#outputBuffer}.
         *
         * @param bytes how much output is collected, at least 64
         * @return this
         */
        public Builder outputBuffer(int bytes) {
            settings.outputBuffer(bytes);
            return this;
        }

        /**
         * As for a server: {@link FcgiServer.Builder#maxStderrLength}.
         *
         * @param bytes how much STDERR is kept, at least 0
         * @return this
         */
        public Builder maxStderrLength(int bytes) {
            settings.maxStderrLength(bytes);
            return this;
        }

        /**
         * As for a server: {@link FcgiServer.Builder#headTimeout}.
         *
         * @param time how long the head of a request may take, 0 for no limit
         * @return this
         */
        public Builder headTimeout(Duration time) {
            settings.headTimeout(time);
            return this;
        }

        /**
         * As for a server: {@link FcgiServer.Builder#readTimeout}.
         *
         * @param time how long the loop may wait for input, 0 for no limit
         * @return this
         */
        public Builder readTimeout(Duration time) {
            settings.readTimeout(time);
            return this;
        }

        /**
         * As for a server: {@link FcgiServer.Builder#writeTimeout}.
         *
         * @param time how long a peer may take no output, 0 for no limit
         * @return this
         */
        public Builder writeTimeout(Duration time) {
            settings.writeTimeout(time);
            return this;
        }

        /**
         * As for a server: {@link FcgiServer.Builder#keepAliveTimeout}.
         *
         * @param time how long a connection may be open without a request, 0 for no limit
         * @return this
         */
        public Builder keepAliveTimeout(Duration time) {
            settings.keepAliveTimeout(time);
            return this;
        }

        /**
         * As for a server: {@link FcgiServer.Builder#handlerTimeout}.
         *
         * @param time how long a request may take from the end of its parameters on, the time
         *     that it waits for the loop included, 0 for no limit
         * @return this
         */
        public Builder handlerTimeout(Duration time) {
            settings.handlerTimeout(time);
            return this;
        }

        /**
         * As for a server: {@link FcgiServer.Builder#listener}. For plain CGI it is told of the one request, whose
         * connection has number 0.
         *
         * @param listener is told what happens
         * @return this
         */
        public Builder listener(ServerListener listener) {
            settings.listener(listener);
            return this;
        }

        /**
         * As for a server: {@link FcgiServer.Builder#statusListen}; it responds even while the loop is busy.
         *
         * @param address the address, in writing
         * @return this
         */
        public Builder statusListen(String address) {
            settings.statusListen(address);
            return this;
        }

        /**
         * As for a server: {@link FcgiServer.Builder#slowRequestTime}.
         *
         * @param time after what time a request counts as slow, 0 for never
         * @return this
         */
        public Builder slowRequestTime(Duration time) {
            settings.slowRequestTime(time);
            return this;
        }

        /** For tests, which control when time limits expire. */
        Builder clock(Clock clock) {
            settings.clock(clock);
            return this;
        }

        /**
         * As for a server: {@link FcgiServer.Builder#keepHttpProxy}.
         *
         * @param keep whether {@code HTTP_PROXY} is kept
         * @return this
         */
        public Builder keepHttpProxy(boolean keep) {
            settings.keepHttpProxy(keep);
            return this;
        }

        /**
         * Binds all addresses and starts to read requests. The builder may be used again.
         *
         * @return the acceptor
         * @throws IOException when an address cannot be bound, with the address in the message, or the rule for allowed
         * peers cannot be enforced ({@link PeerRule}); then no address stays bound
         * @throws IllegalStateException when there is no address
         * @throws IllegalArgumentException when {@code FCGI_WEB_SERVER_ADDRS} has an entry that is not an address, or
         *     {@code FCGI_WEB_SERVER_USERS} one that is empty
         */
        public FcgiAcceptor open() throws IOException {
            Listening listening = settings.copyListening();
            listening.requireAddress();
            StatusPage page = settings.statusPage();
            Options options = settings.copyOptions(page);
            return listening.isPlainCgi()
                    ? new FcgiAcceptor(PlainCgiRequest.fromEnvironment(), options)
                    : new FcgiAcceptor(listening.open(options), options, settings.statusServer(page));
        }
    }
}
