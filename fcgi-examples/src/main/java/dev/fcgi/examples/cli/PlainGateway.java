package dev.fcgi.examples.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import dev.fcgi.client.CgiHead;
import dev.fcgi.client.CgiParams;
import dev.fcgi.client.ClientRequest;
import dev.fcgi.client.ClientResponse;
import dev.fcgi.client.FcgiClient;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Path;

/** Passes requests of HTTP on to a FastCGI server; the plainest way, until the library's own gateway is there. */
final class PlainGateway implements HttpHandler {
    private final FcgiClient client;
    private final Path root;

    PlainGateway(FcgiClient client, Path root) {
        this.client = client;
        this.root = root;
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        try (exchange; ClientResponse response = client.send(request(exchange))) {
            CgiHead head = response.head();
            head.headers().forEach(exchange.getResponseHeaders()::put);
            boolean bodiless = exchange.getRequestMethod().equals("HEAD") || head.status() == 204
                    || head.status() == 304;
            exchange.sendResponseHeaders(head.status(), bodiless ? -1 : Math.max(0, head.contentLength()));
            if (!bodiless) {
                OutputStream out = exchange.getResponseBody();
                byte[] piece = new byte[32 * 1024];
                for (int count; (count = response.body().read(piece)) >= 0; ) {
                    out.write(piece, 0, count);
                    out.flush();
                }
            }
            response.end();
        } catch (IOException e) {
            if (exchange.getResponseCode() < 0) {
                exchange.sendResponseHeaders(502, -1);
            }
            throw e;
        }
    }

    private ClientRequest request(HttpExchange exchange) {
        URI uri = exchange.getRequestURI();
        CgiParams params = CgiParams.of(exchange.getRequestMethod(), uri.getPath());
        params.set("REQUEST_URI", uri.getRawPath()).query(uri.getRawQuery() == null ? "" : uri.getRawQuery());
        params.remote(exchange.getRemoteAddress().getAddress().getHostAddress(), exchange.getRemoteAddress().getPort());
        params.server(exchange.getLocalAddress().getHostString(), exchange.getLocalAddress().getPort());
        exchange.getRequestHeaders().forEach((name, values) ->
                values.forEach(value -> params.header(name, value)));
        if (root != null) {
            params.set("DOCUMENT_ROOT", root.toString()).scriptFilename(root + uri.getPath());
        }
        String length = exchange.getRequestHeaders().getFirst("Content-Length");
        return ClientRequest.responder().params(params)
                .body(exchange.getRequestBody(), length == null ? 0 : Long.parseLong(length))
                .build();
    }
}
