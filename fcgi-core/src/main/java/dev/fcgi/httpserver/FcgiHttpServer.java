package dev.fcgi.httpserver;

import com.sun.net.httpserver.HttpContext;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import dev.fcgi.FcgiServer;
import dev.fcgi.ServerStats;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executor;

/**
 * The JDK's HTTP server as a FastCGI application: handlers, contexts, filters and authenticators written for {@link
 * HttpServer} serve the requests that a web server sends over FastCGI. Existing programs use {@link
 * FcgiHttpServerProvider}; a new program can create the server itself:
 *
 * {@snippet :
 * HttpServer server = FcgiHttpServer.create(FcgiServer.builder().listen("unix:/run/app.sock"));
 * server.createContext("/", new App());
 * server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
 * server.start();
 * Runtime.getRuntime().addShutdownHook(new Thread(() -> server.stop(10)));
 * }
 *
 * <p>It behaves like the server of the JDK that it runs on; the project's docs/httpserver.md lists the differences. The
 * most important are:
 *
 * <ul>
 * <li>The remote address is the browser's (REMOTE_ADDR). An exchange is an {@link com.sun.net.httpserver.HttpsExchange}
 * when the browser has connected to the web server by TLS (HTTPS); its session has SSL_PROTOCOL and SSL_CIPHER, if the
 * web server sends them.
 * <li>Hop-by-hop header fields, and Date, are set by the web server.
 * <li>If a handler throws or closes an exchange without a response, the response has status 500 and the log of {@link
 * FcgiServer} an entry; a response that has begun ends in a way that tells the web server that it is incomplete.
 * <li>Limits, timeouts and aborts are those of {@link FcgiServer}. When the browser disconnects, streams fail.
 * </ul>
 *
 * <p>Without an executor, handlers run one at a time, as in the JDK's server, but not always on the same thread. With
 * one, they run in its tasks. An exchange that its handler leaves open remains a request in flight until another thread
 * closes it; it ends with the last byte of the announced length, or when the web server aborts it. All methods may be
 * called from any thread; exchanges and their streams belong to one thread at a time.
 */
@SuppressWarnings("exports") // not transitive: who uses it requires jdk.httpserver, else it is not there at run time
public final class FcgiHttpServer extends HttpServer {
    private final ServerCore core;

    FcgiHttpServer() {
        core = new ServerCore(this, false);
    }

    private FcgiHttpServer(FcgiServer.Builder builder) {
        core = ServerCore.of(this, builder);
    }

    /**
     * Creates a server with the addresses and limits of a builder. It has no shutdown hook; the program adds one.
     *
     * @param builder addresses and limits; used when the server starts, which sets its responder. Do not set an
     *     executor on it, because open exchanges would block its threads; use {@link #setExecutor} for handlers
     * @return a server that is not started
     */
    public static FcgiHttpServer create(FcgiServer.Builder builder) {
        return new FcgiHttpServer(Objects.requireNonNull(builder, "builder"));
    }

    /**
     * {@return the addresses that it listens on}
     *
     * @throws IllegalStateException when it was not started
     */
    public List<SocketAddress> addresses() {
        return core.runningServer().addresses();
    }

    /**
     * {@return the current counters of the FastCGI server}
     *
     * @throws IllegalStateException when it was not started
     */
    public ServerStats stats() {
        return core.runningServer().stats();
    }

    /**
     * Binds a server that was created without an address, as described for {@link FcgiHttpServerProvider}.
     *
     * @param address the address that the program asks for
     * @param backlog how many connections may wait in the kernel; 0 or less for 1024
     * @throws IOException when it is already bound, the address cannot be bound, or a property is malformed
     */
    @Override
    public void bind(InetSocketAddress address, int backlog) throws IOException {
        core.bind(address, backlog);
    }

    /**
     * Starts to accept connections, and keeps the JVM alive until the server has stopped.
     *
     * @throws IllegalStateException when it is not bound, or was started or stopped before
     * @throws java.io.UncheckedIOException when an address from a property or builder cannot be bound
     */
    @Override
    public void start() {
        core.start();
    }

    /**
     * Stops like {@link FcgiServer#shutdown}, and blocks like it. A handler must not wait for this method, because the
     * method waits for the handler.
     *
     * @param seconds how long exchanges may take before they are aborted, at least 0
     */
    @Override
    public void stop(int seconds) {
        core.stop(seconds);
    }

    /**
     * Sets where handlers run. The caller shuts down the executor.
     *
     * @param executor the executor; null, the default, runs one handler at a time
     * @throws IllegalStateException when the server was started before
     */
    @Override
    public void setExecutor(Executor executor) {
        core.setExecutor(executor);
    }

    /** {@return the executor that was set, or null} */
    @Override
    public Executor getExecutor() {
        return core.getExecutor();
    }

    /**
     * Adds a context.
     *
     * @param path begins with a slash
     * @param handler the handler for the path and everything below it
     * @return the context
     * @throws IllegalArgumentException when there is already a context for the path, or the path does not begin with a
     * slash
     */
    @Override
    public HttpContext createContext(String path, HttpHandler handler) {
        return core.createContext(path, handler);
    }

    /**
     * Adds a context without a handler; until that is set, the response is 500.
     *
     * @param path begins with a slash
     * @return the context
     * @throws IllegalArgumentException when there is already a context for the path, or the path does not begin with a
     * slash
     */
    @Override
    public HttpContext createContext(String path) {
        return core.createContext(path);
    }

    /**
     * Removes a context; exchanges that have begun continue.
     *
     * @param path its path
     * @throws IllegalArgumentException when there is none
     */
    @Override
    public void removeContext(String path) {
        core.removeContext(path);
    }

    /**
     * Removes a context; exchanges that have begun continue.
     *
     * @param context the context
     * @throws IllegalArgumentException when it is not one of this server's
     */
    @Override
    public void removeContext(HttpContext context) {
        core.removeContext(context);
    }

    /**
     * {@return the address of the server as the program sees it} It is null before the server is bound. If a property
     * or a builder has chosen a Unix socket, it is the address that the program has asked for, or port 0 of loopback.
     */
    @Override
    public InetSocketAddress getAddress() {
        return core.getAddress();
    }
}
