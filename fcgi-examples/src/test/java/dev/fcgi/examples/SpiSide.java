package dev.fcgi.examples;

import com.sun.net.httpserver.HttpContext;
import com.sun.net.httpserver.HttpServer;
import dev.fcgi.httpserver.FcgiHttpServerProvider;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** One of the two servers with the same program, and what the program has seen on it. */
final class SpiSide implements AutoCloseable {
    /** Makes servers of one implementation. */
    private final boolean ours;
    private final HttpServer server;
    private final List<HttpContext> contexts = new ArrayList<>();
    private final List<String> seen = new ArrayList<>();
    private final AtomicInteger working = new AtomicInteger();
    private final ExecutorService threads = Executors.newCachedThreadPool();

    /**
     * Starts one.
     *
     * @param port for the JDK's; ours has a property for it
     * @param executor null for none
     */
    SpiSide(boolean ours, int port, Executor executor) throws IOException {
        this.ours = ours;
        server = create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        server.setExecutor(executor);
        server.start();
    }

    /** {@return a server of this side, not started; bound if there is an address} */
    HttpServer create(InetSocketAddress address) throws IOException {
        return ours ? new FcgiHttpServerProvider().createHttpServer(address, 0) : HttpServer.create(address, 0);
    }

    HttpServer server() {
        return server;
    }

    /** Adds a context whose handler counts as working until it returns. */
    HttpContext context(String path, SpiCase.Handler handler) {
        return add(server.createContext(path, exchange -> working(() -> handler.handle(exchange, this))));
    }

    /** What may fail. */
    @FunctionalInterface
    interface Work {
        void run() throws Exception;
    }

    /** Runs an action that must end before the next request. */
    void working(Work work) throws IOException {
        working.incrementAndGet();
        try {
            work.run();
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException(e);
        } finally {
            working.decrementAndGet();
        }
    }

    HttpContext add(HttpContext context) {
        contexts.add(context);
        return context;
    }

    /** Does something on another thread, which counts as working. */
    void later(Callable<?> work) {
        working.incrementAndGet();
        threads.execute(() -> {
            try {
                work.call();
            } catch (Exception e) {
                see("later: " + e.getClass().getSimpleName());
            } finally {
                working.decrementAndGet();
            }
        });
    }

    /** Records what the program sees. */
    void see(Object what) {
        synchronized (seen) {
            seen.add(String.valueOf(what));
        }
    }

    /** Records whether a call fails, and with which exception; messages are not part of the contract. */
    void attempt(String what, Callable<?> call) {
        try {
            see(what + " gives " + call.call());
        } catch (Exception e) {
            Class<?> kind = e.getClass();
            while (!kind.getName().startsWith("java.")) { // some are of the implementation's own
                kind = kind.getSuperclass();
            }
            see(what + " throws " + (kind.getName().equals("java.io.EOFException") ? "IOException"
                    : kind.getSimpleName()));
        }
    }

    /** Waits for the work on the request, and resets. */
    String takeSeen() throws Exception {
        Await.until("the handlers of " + server + " have returned", () -> working.get() == 0);
        for (HttpContext context : contexts) {
            attemptRemoval(context);
        }
        contexts.clear();
        synchronized (seen) {
            String all = String.join("\n", seen);
            seen.clear();
            return all;
        }
    }

    private void attemptRemoval(HttpContext context) {
        try {
            server.removeContext(context);
        } catch (IllegalArgumentException removed) {
            // by the case itself
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
