package dev.fcgi;

import dev.fcgi.internal.io.Address;
import dev.fcgi.internal.io.AllowedPeers;
import dev.fcgi.internal.io.Listener;
import dev.fcgi.internal.server.LoopThread;
import dev.fcgi.internal.server.Options;
import dev.fcgi.internal.server.PlainCgiRequest;
import dev.fcgi.internal.server.Server;
import dev.fcgi.internal.server.ServerRequest;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;

/**
 * Requests one at a time, for a plain loop in {@code main}: the way of libfcgi and CGI::Fast.
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
 * <p>An exception that leaves such a loop ends the program; {@link #serve} is the loop where it costs one request.
 *
 * <p>Requests of all three roles come out of {@link #accept()}; one of role Filter is a {@link FilterRequest}. The
 * answer to an Authorizer request is written as a CGI response. Connections that a web server keeps open do not keep
 * others waiting; a second request on a connection that has one active is refused with CANT_MPX_CONN. New connections
 * are accepted while the loop waits for a request, so that processes that share a socket share the work.
 *
 * <p>{@link #accept()} is for one thread, any kind of thread; the other methods may be called from any thread.
 */
public final class FcgiAcceptor implements AutoCloseable {
    private static final int DEFAULT_BACKLOG = 1024;
    private static final Duration CLOSE_GRACE = Duration.ofSeconds(10);

    /** Taken for the next request when none comes any more. */
    private static final Runnable END = () -> { };

    /** Null for plain CGI. */
    private final Server server;
    /** Requests whose parameters are complete; END behind the last one. */
    private final BlockingQueue<Runnable> ready = new LinkedBlockingQueue<>();
    /** Set when nobody will take requests any more. */
    private volatile boolean over;
    /** Why there are no connections any more, without a close. */
    private volatile IOException listenerLost;

    // confined to the thread of the loop
    private final PlainCgiRequest cgi;
    private boolean cgiTaken;
    private boolean cgiEnded;
    private ServerRequest current;
    /** What the responder of the current request has thrown. */
    private Throwable failure;
    private volatile Thread loop;

    private FcgiAcceptor(PlainCgiRequest cgi) {
        this.cgi = cgi;
        this.server = null;
    }

    private FcgiAcceptor(Listener listener, Options options) {
        Responder unused = request -> { };
        options.responder = unused;
        options.authorizer = request -> null;
        options.filter = unused::respond;
        options.executor = this::enqueue;
        options.maxRequestsPerConnection = 1;
        options.oneAtATime = true;
        this.cgi = null;
        this.server = new Server(options, List.of(listener));
        server.holdAccepting(true);
        server.start(this::lost);
    }

    private void lost(IOException why) {
        listenerLost = why;
        ready.add(END);
    }

    /**
     * Listens on an address given in writing, see {@link FcgiServer.Builder#listen(String)}.
     *
     * @param address the address, or {@code fd:0} for {@link #inherited()}
     * @return the acceptor
     * @throws IOException when the address cannot be bound
     * @throws IllegalArgumentException when it has none of the forms
     */
    public static FcgiAcceptor open(String address) throws IOException {
        return address.equals("fd:0") ? inherited() : bind(Address.parse(address));
    }

    /**
     * Listens on an address.
     *
     * @param address a TCP or Unix address, see {@link FcgiServer.Builder#listen(SocketAddress)}
     * @return the acceptor
     * @throws IOException when the address cannot be bound
     * @throws IllegalArgumentException when the address means all interfaces; say {@code open("*:port")}
     */
    public static FcgiAcceptor open(SocketAddress address) throws IOException {
        if (address instanceof InetSocketAddress internet
                && !internet.isUnresolved() && internet.getAddress().isAnyLocalAddress()) {
            throw new IllegalArgumentException(
                    address + " means all interfaces; that is \"*:" + internet.getPort() + '"');
        }
        return bind(address);
    }

    private static FcgiAcceptor bind(SocketAddress address) throws IOException {
        return open(address, DEFAULT_BACKLOG, null);
    }

    /**
     * Listens on an address, all interfaces included.
     *
     * @param address a TCP or Unix address
     * @param backlog how many connections the kernel holds for us before they are accepted
     * @param mode the permissions of the socket file; null for those of the umask
     * @return the acceptor
     * @throws IOException when the address cannot be bound
     */
    public static FcgiAcceptor open(SocketAddress address, int backlog, Set<PosixFilePermission> mode)
            throws IOException {
        Options options = options();
        return new FcgiAcceptor(Listener.bind(address, backlog, new Listener.UnixOptions(mode, null)), options);
    }

    /**
     * Takes the listening socket on file descriptor 0, which a process manager has left there (FastCGI 2.2). Where that
     * is something else the program was started as plain CGI: there is one request, made of the environment, standard
     * input and standard output.
     *
     * @return the acceptor
     * @throws IOException when the descriptor cannot be examined
     */
    public static FcgiAcceptor inherited() throws IOException {
        Options options = options();
        Listener listener = Listener.inherited();
        return listener == null
                ? new FcgiAcceptor(PlainCgiRequest.fromEnvironment())
                : new FcgiAcceptor(listener, options);
    }

    private static Options options() {
        Options options = new Options();
        String allowed = System.getenv("FCGI_WEB_SERVER_ADDRS");
        if (allowed != null) {
            options.allowedPeers = new AllowedPeers(allowed);
        }
        return options;
    }

    /** {@return whether this is the one request of a plain CGI program} */
    public boolean isCgi() {
        return server == null;
    }

    /**
     * {@return the address that requests come from; null for plain CGI}
     */
    public SocketAddress address() {
        return server == null ? null : server.addresses().get(0);
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
     * Ends the previous request, sending what is left of its output, and waits for the next one.
     *
     * @return the next request, whose parameters are complete; null when the acceptor was closed, and after the one
     *     request of plain CGI
     * @throws IOException when the output of a plain CGI program cannot be written, or no connection can be accepted
     *     any more because the socket on file descriptor 0 does not listen, or was shut down by a process that shares
     *     it. A web server that is gone is no error: the next request comes
     * @throws InterruptedException when the thread was interrupted while waiting; the acceptor goes on
     */
    public Request accept() throws IOException, InterruptedException {
        loop = Thread.currentThread();
        if (server == null) {
            return acceptCgi();
        }
        finishCurrent();
        while (true) {
            ServerRequest next = take();
            if (next == null || next.beginIfOpen()) {
                current = next;
                return next;
            }
            next.complete(null); // cancelled while it waited
        }
    }

    /**
     * The whole loop: has a responder answer requests, on the calling thread and one at a time, until the acceptor is
     * closed. Whatever the responder throws ends its own request only, as in a {@link FcgiServer}: with status 500, or
     * by breaking off a response that was under way.
     *
     * @param responder what answers
     * @throws IOException as {@link #accept()}; for plain CGI also when the responder has failed: the web server has the
     *     answer to that
     * @throws InterruptedException when the thread was interrupted while waiting for a request; the acceptor goes on
     */
    public void serve(Responder responder) throws IOException, InterruptedException {
        for (Request request; (request = accept()) != null; ) {
            try {
                responder.respond(request);
            } catch (Throwable e) { // an Error, too, costs its own request only
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
            return cgi;
        }
        cgiEnded = true;
        if (failure != null) {
            throw new IOException("the request could not be answered", failure);
        }
        cgi.end();
        return null;
    }

    private ServerRequest take() throws IOException, InterruptedException {
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
            ready.add(END); // for whoever asks again
            IOException lost = listenerLost;
            if (lost != null) {
                throw new IOException(lost.getMessage(), lost);
            }
            return null;
        }
        return (ServerRequest) next; // the server gives nothing else to its executor
    }

    private void finishCurrent() {
        ServerRequest request = current;
        Throwable failed = failure;
        current = null;
        failure = null;
        if (request != null) {
            request.complete(failed);
        }
    }

    /**
     * Ends the loop. Called by another thread, a shutdown hook say: no new connection is taken, requests that have
     * arrived are still handed out, then {@link #accept()} returns null; blocks until then, for 10 seconds at most.
     * Called by the thread of the loop, or after that has ended: ends the previous request, and answers 503 to those
     * not taken yet. Without effect when called again.
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
            if (waiting instanceof ServerRequest request) {
                request.reject();
            }
        }
    }
}
