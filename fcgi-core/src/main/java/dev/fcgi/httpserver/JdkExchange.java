package dev.fcgi.httpserver;

import com.sun.net.httpserver.BasicAuthenticator;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpPrincipal;
import com.sun.net.httpserver.HttpsExchange;
import dev.fcgi.internal.text.Ascii;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;

/** An exchange of the JDK's HTTP server. */
record JdkExchange(HttpExchange exchange) implements GatewayExchange {
    @Override
    public String method() {
        return exchange.getRequestMethod();
    }

    @Override
    public String target() {
        return exchange.getRequestURI().toString();
    }

    @Override
    public String protocol() {
        return exchange.getProtocol();
    }

    @Override
    public Map<String, List<String>> headers() {
        return exchange.getRequestHeaders();
    }

    @Override
    public InputStream body() {
        return exchange.getRequestBody();
    }

    @Override
    public InetSocketAddress remoteAddress() {
        return exchange.getRemoteAddress();
    }

    @Override
    public InetSocketAddress localAddress() {
        return exchange.getLocalAddress();
    }

    @Override
    public boolean isSecure() {
        return exchange instanceof HttpsExchange;
    }

    @Override
    public String user() {
        HttpPrincipal principal = exchange.getPrincipal();
        return principal == null ? null : principal.getUsername();
    }

    @Override
    public String authType() {
        return exchange.getHttpContext().getAuthenticator() instanceof BasicAuthenticator ? "Basic" : null;
    }

    /** Keeps header fields that filters have set before, except those that may occur only once. */
    @Override
    public OutputStream respond(int status, Map<String, List<String>> headers, long length) throws IOException {
        Headers sent = exchange.getResponseHeaders();
        headers.forEach((name, values) -> {
            switch (Ascii.lower(name)) {
                case "content-type", "content-length", "last-modified", "location" -> sent.remove(name);
                default -> { }
            }
            values.forEach(value -> sent.add(name, value));
        });
        exchange.sendResponseHeaders(status, length < 0 ? 0 : length == 0 ? -1 : length);
        return exchange.getResponseBody();
    }
}
