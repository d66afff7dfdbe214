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
 * HttpServer} answer what a web server asks by FastCGI. For existing programs there is {@link FcgiHttpServerProvider};
 * a new one has the choice:
 *
 * {@snippet :
 * HttpServer server = FcgiHttpServer.create(FcgiServer.builder().listen("unix:/run/app.sock"));
 * server.createContext("/", new App());
 * server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
 * server.start();
 * Runtime.getRuntime().addShutdownHook(new Thread(() -> server.stop(10)));
 * }
 *
 * <p>It behaves like the server of the JDK that it runs on; docs/httpserver.md of the project lists the differences.
 * The most important are:
 *
 * <ul>
 * <li>The address of the other end is the browser's (REMOTE_ADDR). An exchange is an {@link
 * com.sun.net.httpserver.HttpsExchange} when the browser has come to the web server by TLS (HTTPS); its session knows
 * SSL_PROTOCOL and SSL_CIPHER, if the web server sends them.
 * <li>Header fields of the connection, and Date, are the web server's.
 * <li>A handler that throws, or closes an exchange without an answer, is answered 500 with a line in the log of
 * {@link FcgiServer}; a response that has begun ends so that the web server can tell that it is incomplete.
 * <li>Limits, timeouts and aborts are those of {@link FcgiServer}. When the browser goes away, streams fail.
 * </ul>
 *
 * <p>Without an executor, handlers run one at a time, as with the JDK's server, though not on the same thread. With
 * one, they run in its tasks. An exchange that its handler leaves open waits for the thread that will close it, and
 * counts as a request in flight; it ends with the last byte of the length that was announced, or when the web server
 * gives up. All methods may be called from any thread; exchanges and their streams belong to one at a time.
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
     * Makes a server that listens where a builder says, with the limits that it has then. A shutdown hook is the
     * program's to add.
     *
     * @param builder addresses and limits; used when the server starts, which sets its responder. An executor of its
     *     own would be blocked by exchanges that are open: {@link #setExecutor} is for handlers
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
     * {@return the counters of the FastCGI server at this moment}
     *
     * @throws IllegalStateException when it was not started
     */
    public ServerStats stats() {
        return core.runningServer().stats();
    }

    /**
     * Binds the server, if that was not done when it was made, as {@link FcgiHttpServerProvider} says.
     *
     * @param address where the program wants it
     * @param backlog how many connections may wait in the kernel; 0 or less for 1024
     * @throws IOException when it is bound already, the address cannot be bound, or a property cannot be read
     */
    @Override
    public void bind(InetSocketAddress address, int backlog) throws IOException {
        core.bind(address, backlog);
    }

    /**
     * Starts to accept connections, and keeps the JVM alive until the server has stopped.
     *
     * @throws IllegalStateException when it is not bound, or was started or stopped before
     * @throws java.io.UncheckedIOException when an address cannot be bound that is not one of this machine's interfaces
     */
    @Override
    public void start() {
        core.start();
    }

    /**
     * Stops as {@link FcgiServer#shutdown} does, and blocks like it. Not to be waited for by a handler: it would be one
     * of those that are waited for.
     *
     * @param seconds how long exchanges may take to end by themselves, at least 0
     */
    @Override
    public void stop(int seconds) {
        core.stop(seconds);
    }

    /**
     * Sets where handlers run. It is the caller's to shut down.
     *
     * @param executor what runs them; null for one at a time, the default
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
     * @param handler what answers below it
     * @return the context
     * @throws IllegalArgumentException when there is one for the path, or it does not begin with a slash
     */
    @Override
    public HttpContext createContext(String path, HttpHandler handler) {
        return core.createContext(path, handler);
    }

    /**
     * Adds a context that is answered with 500 until its handler is set.
     *
     * @param path begins with a slash
     * @return the context
     * @throws IllegalArgumentException when there is one for the path, or it does not begin with a slash
     */
    @Override
    public HttpContext createContext(String path) {
        return core.createContext(path);
    }

    /**
     * Removes a context; exchanges that have begun go on.
     *
     * @param path its path
     * @throws IllegalArgumentException when there is none
     */
    @Override
    public void removeContext(String path) {
        core.removeContext(path);
    }

    /**
     * Removes a context; exchanges that have begun go on.
     *
     * @param context the context
     * @throws IllegalArgumentException when it is not one of this server's
     */
    @Override
    public void removeContext(HttpContext context) {
        core.removeContext(context);
    }

    /**
     * {@return where the program sees the server} It is null before it is bound; where a property or a builder has
     * chosen a Unix socket, it is what the program has asked for, or port 0 of loopback.
     */
    @Override
    public InetSocketAddress getAddress() {
        return core.getAddress();
    }
}
