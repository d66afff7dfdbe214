package dev.fcgi.examples.cli;

import dev.fcgi.httpserver.GatewayExchange;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.io.EofException;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/**
 * The HTTP server in front of FastCGI servers: Jetty, with a virtual thread for each request. The JDK's server refuses
 * some URLs that browsers send, and delays the end of small responses by 40 ms.
 */
public final class HttpFront implements AutoCloseable {
    private static final int BACKLOG = 1024;
    private static final int PLATFORM_THREADS = 8; // they accept, select, and never block
    private static final int MAX_HEAD = 40 * 1024; // as in nginx: a line of 8 KiB, and fields of 32 KiB
    private static final Duration IDLE = Duration.ofMinutes(1);

    private final Server server;
    private final InetSocketAddress address;
    private final ServerConnector connector;
    private final Requests handler;
    private final ExecutorService requests;

    private HttpFront(Server server, ServerConnector connector, Requests handler, InetSocketAddress address,
            ExecutorService requests) {
        this.server = server;
        this.connector = connector;
        this.handler = handler;
        this.address = address;
        this.requests = requests;
    }

    /** Handles requests. */
    @FunctionalInterface
    public interface Answer {
        /**
         * Handles a request.
         *
         * @throws IOException when it fails; if the response has begun, the connection is closed
         */
        void to(GatewayExchange exchange) throws IOException;
    }

    /**
     * Starts the server.
     *
     * @param address the address to listen at
     * @param answer handles the requests
     * @return the server
     * @throws IOException when it cannot listen there
     */
    public static HttpFront start(InetSocketAddress address, Answer answer) throws IOException {
        return start(address, answer, IDLE);
    }

    /** @param idle how long to wait for a browser that neither sends nor accepts anything */
    static HttpFront start(InetSocketAddress address, Answer answer, Duration idle) throws IOException {
        ServerSocketChannel socket = ServerSocketChannel.open();
        try {
            socket.bind(address, BACKLOG);
        } catch (IOException e) {
            socket.close();
            String where = address.getHostString() + ':' + address.getPort();
            throw new IOException("cannot listen on " + where + ": " + e.getMessage(), e);
        }
        ExecutorService requests = Executors.newVirtualThreadPerTaskExecutor();
        QueuedThreadPool threads = new QueuedThreadPool(PLATFORM_THREADS);
        threads.setVirtualThreadsExecutor(requests);
        Server server = new Server(threads);
        ServerConnector connector = new ServerConnector(server, 1, 1, new HttpConnectionFactory(configuration()));
        connector.setIdleTimeout(idle.toMillis());
        server.addConnector(connector);
        Requests handler = new Requests(answer);
        server.setHandler(handler);
        HttpFront front = new HttpFront(server, connector, handler, (InetSocketAddress) socket.getLocalAddress(), requests);
        try {
            connector.open(socket);
            server.start();
            return front;
        } catch (Exception e) {
            front.close();
            throw new IOException("cannot start the HTTP server: " + e.getMessage(), e);
        }
    }

    private static HttpConfiguration configuration() {
        HttpConfiguration http = new HttpConfiguration();
        http.setUriCompliance(UriCompliance.UNSAFE); // passed on unchanged; the gateway checks it
        http.setRequestHeaderSize(MAX_HEAD);
        http.setMaxResponseHeaderSize(MAX_HEAD);
        http.setSendServerVersion(false);
        return http;
    }

    /** Runs each request on its virtual thread, which may block. */
    private static final class Requests extends Handler.Abstract {
        private final Answer answer;
        /** Each request has one. */
        private final Semaphore permits = new Semaphore(Integer.MAX_VALUE);
        private volatile boolean stopping;

        Requests(Answer answer) {
            this.answer = answer;
        }

        @Override
        public boolean handle(Request request, Response response, Callback callback) {
            if (stopping || !permits.tryAcquire()) {
                response.getHeaders().put(HttpHeader.CONNECTION, "close");
                Response.writeError(request, response, callback, HttpStatus.SERVICE_UNAVAILABLE_503);
                return true;
            }
            Request.addCompletionListener(request, failure -> permits.release());
            try {
                IdleLimit idle = IdleLimit.of(request);
                try {
                    answer.to(new JettyExchange(request, response, idle));
                } finally {
                    idle.on();
                }
                callback.succeeded();
            } catch (IOException | RuntimeException e) {
                request.getConnectionMetaData().getConnection().getEndPoint().close(e); // leaves the response incomplete
                callback.failed(new EofException(e)); // which Jetty does not log, because the gateway has
            }
            return true;
        }

        /** Begins no more requests, and waits for those that have begun; {@return whether all have ended} */
        boolean finish(Duration grace) throws InterruptedException {
            stopping = true;
            return permits.tryAcquire(Integer.MAX_VALUE, grace.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    /** {@return the address for a browser} */
    public String url() {
        String host = address.getAddress().isAnyLocalAddress() ? "localhost" : address.getAddress().getHostAddress();
        return "http://" + (host.indexOf(':') < 0 ? host : '[' + host + ']') + ':' + address.getPort() + '/';
    }

    /**
     * Stops listening, finishes running requests, and stops.
     *
     * @param grace how long to wait for requests
     * @return whether all were finished in that time; others were dropped
     */
    public boolean shutdown(Duration grace) throws InterruptedException {
        connector.close();
        boolean finished = handler.finish(grace);
        close();
        return finished;
    }

    /** Stops listening and drops running requests. */
    @Override
    public void close() {
        try {
            server.stop();
        } catch (Exception e) {
            throw new IllegalStateException("the HTTP server could not be stopped", e);
        } finally {
            requests.shutdownNow();
        }
    }
}
