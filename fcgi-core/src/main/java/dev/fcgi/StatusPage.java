package dev.fcgi;

import dev.fcgi.internal.ops.StatusPages;
import java.io.IOException;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * The status of a server, in the formats of PHP-FPM, for its dashboards, exporters and health checks. It is a listener,
 * registered with {@link FcgiServer.Builder#listener}, and a responder, which can be mounted in a router:
 *
 * {@snippet :
 * StatusPage status = StatusPage.of("shop");
 * Router router = Router.builder().get("/status", q -> status.respond(q.request())).build();
 * FcgiServer.builder().listener(status).responder(router.toResponder());
 * }
 *
 * <p>In a router it is served like any other request, so it is refused while {@link FcgiServer.Builder#maxRequests} are
 * in flight; {@link FcgiServer.Builder#statusListen} gives it a separate socket. Anyone who can reach the page sees
 * what clients request.
 *
 * <p>The query selects the format: text if it is empty, {@code json}, {@code xml}, {@code html} (a page that reloads
 * itself) or {@code openmetrics}; {@code full} adds all requests in flight. A request is what PHP-FPM calls a process:
 * {@code total processes} are {@link FcgiServer.Builder#maxRequests}, {@code max children reached} the number refused
 * because of it, and the {@code pid} of a request is its connection number, followed by five digits of its id. CPU and
 * memory are 0. The names of the OpenMetrics families begin with {@code fcgi_}.
 *
 * <p>Thread-safe.
 */
public final class StatusPage implements ServerListener, Responder {
    private final StatusPages pages;

    private StatusPage(String pool) {
        this.pages = new StatusPages(pool);
    }

    /**
     * Creates a page. Each server needs its own.
     *
     * @param pool what the page calls the server
     * @return the page
     */
    public static StatusPage of(String pool) {
        return new StatusPage(Objects.requireNonNull(pool, "pool"));
    }

    /** {@return a responder that answers {@code pong}, as PHP-FPM's ping.path does} */
    public static Responder ping() {
        return StatusPages::ping;
    }

    @Override
    public void started(Supplier<ServerStats> stats) {
        pages.started(Objects.requireNonNull(stats, "stats"));
    }

    @Override
    public void requestEnded(RequestEvent request) {
        pages.requestEnded(Objects.requireNonNull(request, "request"));
    }

    /**
     * Writes the page.
     *
     * @param request the request, whose QUERY_STRING selects the format
     * @throws IllegalStateException when this is not the listener of a server that has started
     */
    @Override
    public void respond(Request request) throws IOException {
        Objects.requireNonNull(request, "request");
        pages.respond(request);
    }
}
