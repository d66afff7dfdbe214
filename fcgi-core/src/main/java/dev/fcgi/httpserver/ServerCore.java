package dev.fcgi.httpserver;

import com.sun.net.httpserver.HttpContext;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import dev.fcgi.FcgiServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Executor;

/** The implementation of both kinds of server. Its methods are those of {@link HttpServer} and thread-safe. */
final class ServerCore {
    private final HttpServer visible;
    private final boolean secureOnly;
    private final Contexts contexts = new Contexts();

    // guarded by this
    private FcgiServer.Builder builder; // null before it is bound
    private InetSocketAddress address;
    private ServerSocketChannel channel;
    private Executor executor;
    private FcgiServer server;
    private boolean stopped;
    /** Null for a program that uses this server on purpose and stops it itself. */
    private Thread hook;

    /** @param visible the server object that the program has */
    ServerCore(HttpServer visible, boolean secureOnly) {
        this.visible = visible;
        this.secureOnly = secureOnly;
    }

    /** Creates a server that listens at the addresses of a builder. */
    static ServerCore of(HttpServer visible, FcgiServer.Builder builder) {
        ServerCore core = new ServerCore(visible, false);
        core.builder = builder;
        core.address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        return core;
    }

    synchronized void bind(InetSocketAddress wanted, int backlog) throws IOException {
        Objects.requireNonNull(wanted, "address");
        if (builder != null) {
            throw new BindException("the server is already bound");
        }
        ListenProperties.Bound bound = ListenProperties.bind(wanted, backlog);
        builder = bound.builder();
        address = bound.address();
        channel = bound.channel();
        hook = new Thread(() -> runningServer().close(), "fcgi-httpserver-stop");
    }

    synchronized void start() {
        if (builder == null || server != null || stopped) {
            throw new IllegalStateException(
                    builder == null ? "the server is not bound" : "the server was already started");
        }
        server = builder.responder(new ExchangeResponder(contexts, secureOnly, executor)).build();
        try {
            server.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
        for (var real : server.addresses()) {
            if (real instanceof InetSocketAddress internet && channel == null && address.getPort() == 0) {
                address = internet;
                break;
            }
        }
        if (hook != null) {
            Runtime.getRuntime().addShutdownHook(hook);
        }
        // the program may have no other non-daemon thread
        Thread.ofPlatform().name("fcgi-httpserver").daemon(false).start(() -> await(runningServer()));
    }

    private static void await(FcgiServer server) {
        try {
            server.serve();
        } catch (IOException e) {
            System.getLogger("dev.fcgi.server").log(Level.ERROR, "the server has stopped: " + e.getMessage());
        } catch (InterruptedException ignored) { // no other code knows this thread
        }
    }

    synchronized FcgiServer runningServer() {
        if (server == null) {
            throw new IllegalStateException("not started");
        }
        return server;
    }

    void stop(int seconds) {
        if (seconds < 0) {
            throw new IllegalArgumentException("seconds must be at least 0, was " + seconds);
        }
        FcgiServer running;
        synchronized (this) {
            stopped = true;
            running = server;
        }
        try {
            if (running != null) {
                running.shutdown(Duration.ofSeconds(seconds));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            release();
        }
    }

    private synchronized void release() {
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException ignored) { // the FastCGI server has closed it, or nobody needs it
        }
        try {
            if (hook != null) {
                Runtime.getRuntime().removeShutdownHook(hook);
            }
        } catch (IllegalStateException ignored) { // already started
        }
    }

    synchronized void setExecutor(Executor wanted) {
        if (server != null) {
            throw new IllegalStateException("the executor must be set before the server is started");
        }
        executor = wanted;
    }

    synchronized Executor getExecutor() {
        return executor;
    }

    synchronized InetSocketAddress getAddress() {
        return address;
    }

    HttpContext createContext(String path) {
        Objects.requireNonNull(path, "path");
        return add(new FcgiHttpContext(visible, path, null));
    }

    HttpContext createContext(String path, HttpHandler handler) {
        Objects.requireNonNull(path, "path");
        return add(new FcgiHttpContext(visible, path, Objects.requireNonNull(handler, "handler")));
    }

    private HttpContext add(FcgiHttpContext context) {
        contexts.add(context);
        return context;
    }

    void removeContext(String path) {
        contexts.remove(Objects.requireNonNull(path, "path"));
    }

    void removeContext(HttpContext context) {
        contexts.remove(Objects.requireNonNull(context, "context"));
    }
}
