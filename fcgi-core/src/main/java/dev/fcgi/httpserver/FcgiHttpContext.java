package dev.fcgi.httpserver;

import com.sun.net.httpserver.Authenticator;
import com.sun.net.httpserver.Filter;
import com.sun.net.httpserver.HttpContext;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** The handler for a path and everything below it. Thread-safe. */
final class FcgiHttpContext extends HttpContext {
    private final HttpServer server;
    private final String path;
    private final Map<String, Object> attributes = new ConcurrentHashMap<>();
    private final List<Filter> filters = new CopyOnWriteArrayList<>();
    private volatile HttpHandler handler;
    private volatile Authenticator authenticator;

    FcgiHttpContext(HttpServer server, String path, HttpHandler handler) {
        if (!path.startsWith("/")) {
            throw new IllegalArgumentException("the path of a context must begin with a slash, was " + path);
        }
        this.server = server;
        this.path = path;
        this.handler = handler;
    }

    /** Passes an exchange to the filters, then to the authenticator, then to the handler. */
    void handle(Exchange exchange, HttpExchange visible) throws IOException {
        // in this order: programs rely on it, whatever the SPI may suggest
        new Filter.Chain(filters, filtered -> authenticate(exchange, filtered)).doFilter(visible);
    }

    private void authenticate(Exchange exchange, HttpExchange visible) throws IOException {
        Authenticator asked = authenticator;
        Authenticator.Result result = asked == null ? null : asked.authenticate(visible);
        if (result instanceof Authenticator.Retry retry) {
            refuse(visible, retry.getResponseCode());
        } else if (result instanceof Authenticator.Failure failure) {
            refuse(visible, failure.getResponseCode());
        } else {
            if (result instanceof Authenticator.Success success) {
                exchange.principal(success.getPrincipal());
            } else if (asked != null) {
                throw new IOException(asked.getClass().getName() + " returned null instead of a result");
            }
            handler.handle(visible);
        }
    }

    private static void refuse(HttpExchange exchange, int status) throws IOException {
        exchange.getRequestBody().close();
        exchange.sendResponseHeaders(status, -1);
    }

    @Override
    public HttpHandler getHandler() {
        return handler;
    }

    @Override
    public synchronized void setHandler(HttpHandler handler) {
        Objects.requireNonNull(handler, "handler");
        if (this.handler != null) {
            throw new IllegalArgumentException("the handler of this context was already set");
        }
        this.handler = handler;
    }

    @Override
    public String getPath() {
        return path;
    }

    @Override
    public HttpServer getServer() {
        return server;
    }

    @Override
    public Map<String, Object> getAttributes() {
        return attributes;
    }

    @Override
    public List<Filter> getFilters() {
        return filters;
    }

    @Override
    public synchronized Authenticator setAuthenticator(Authenticator authenticator) {
        Authenticator before = this.authenticator;
        this.authenticator = authenticator;
        return before;
    }

    @Override
    public Authenticator getAuthenticator() {
        return authenticator;
    }
}
