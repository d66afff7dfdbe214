package dev.fcgi;

import dev.fcgi.internal.ops.StatusPages;
import java.io.IOException;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * The status of a server, in the formats of PHP-FPM, for its dashboards, exporters and health checks. A listener, to be
 * given to {@link FcgiServer.Builder#listener}, and a responder, to be mounted where a router has its place for it:
 *
 * {@snippet :
 * StatusPage status = StatusPage.of("shop");
 * Router router = Router.builder().get("/status", q -> status.respond(q.request())).build();
 * FcgiServer.builder().listener(status).responder(router.toResponder());
 * }
 *
 * <p>It is a request like others there, and not answered while all permits are taken: {@link
 * FcgiServer.Builder#statusListen} has a socket of its own. Whoever can reach the page sees what clients ask for.
 *
 * <p>The query says what is wanted: nothing is text, {@code json}, {@code xml}, {@code html} (a page to look at, which
 * loads itself again) and {@code openmetrics} the other formats, {@code full} all requests in flight as well. A request
 * is what PHP-FPM calls a process: {@code total processes} are {@link FcgiServer.Builder#maxRequests}, {@code max
 * children reached} what was refused over it, and the {@code pid} of a request is its connection number, followed by
 * five digits of its id. CPU and memory are 0. The families of OpenMetrics are our own, {@code fcgi_*}.
 *
 * <p>Thread-safe.
 */
public final class StatusPage implements ServerListener, Responder {
    private final StatusPages pages;

    private StatusPage(String pool) {
        this.pages = new StatusPages(pool);
    }

    /**
     * Makes a page; one for each server.
     *
     * @param pool what the page calls the server
     * @return the page
     */
    public static StatusPage of(String pool) {
        return new StatusPage(Objects.requireNonNull(pool, "pool"));
    }

    /** {@return a responder that says {@code pong}, as PHP-FPM's ping.path does} */
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
     * @param request says which, by QUERY_STRING
     * @throws IllegalStateException when this is not the listener of a server that has started
     */
    @Override
    public void respond(Request request) throws IOException {
        Objects.requireNonNull(request, "request");
        pages.respond(request);
    }
}
