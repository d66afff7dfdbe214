package dev.fcgi.examples.cli;

import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.Executors;

/** The HTTP server of the JDK in front of FastCGI servers, with a virtual thread for each request. */
public final class HttpFront implements AutoCloseable {
    private static final int BACKLOG = 100;

    private final HttpServer server;

    private HttpFront(HttpServer server) {
        this.server = server;
    }

    /**
     * Starts the server.
     *
     * @param address where it listens
     * @param handler what answers
     * @return the server
     * @throws IOException when it cannot listen there
     */
    public static HttpFront start(InetSocketAddress address, HttpHandler handler) throws IOException {
        HttpServer server;
        try {
            server = HttpServer.create(address, BACKLOG);
        } catch (IOException e) {
            String where = address.getHostString() + ':' + address.getPort();
            throw new IOException("cannot listen on " + where + ": " + e.getMessage(), e);
        }
        server.createContext("/", handler);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
        return new HttpFront(server);
    }

    /** {@return the address for a browser} */
    public String url() {
        InetSocketAddress address = server.getAddress();
        String host = address.getAddress().isAnyLocalAddress() ? "localhost" : address.getAddress().getHostAddress();
        return "http://" + (host.indexOf(':') < 0 ? host : '[' + host + ']') + ':' + address.getPort() + '/';
    }

    /** Stops listening and drops what runs. */
    @Override
    public void close() {
        server.stop(0);
    }
}
