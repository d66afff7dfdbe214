package dev.fcgi.internal.ops;

import dev.fcgi.Request;
import dev.fcgi.RequestEvent;
import dev.fcgi.ServerStats;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Serves requests for the status of a server. Thread-safe. */
public final class StatusPages {
    private static final String NOT_KEPT = "Expires: Thu, 01 Jan 1970 00:00:00 GMT\r\n"
            + "Cache-Control: no-cache, no-store, must-revalidate, max-age=0\r\n";

    private final String pool;
    private final Tally tally = new Tally();
    private final AtomicInteger maxListenQueue = new AtomicInteger();
    private volatile Supplier<ServerStats> source;

    public StatusPages(String pool) {
        this.pool = pool;
    }

    public void started(Supplier<ServerStats> stats) {
        source = stats;
    }

    public void requestEnded(RequestEvent request) {
        if (request instanceof EndTime end) {
            tally.add(request, end.nanos(), end.endedAt());
        } else {
            tally.add(request, request.time().toNanos(), System.nanoTime());
        }
    }

    public void respond(Request request) throws IOException {
        Supplier<ServerStats> stats = source;
        if (stats == null) {
            throw new IllegalStateException("a StatusPage must be a listener of the server: call listener(page) on its builder");
        }
        Set<String> words = words(request.meta("QUERY_STRING", ""));
        StringBuilder page = new StringBuilder();
        String type = write(page, stats.get(), words);
        String name = type.startsWith("application/") ? "Content-Type: " : "Content-type: "; // as PHP-FPM spells it
        send(request, NOT_KEPT + name + type + "\r\n\r\n", page.toString());
    }

    /** {@return the names in a query} Their values are ignored: {@code full=0} means full, as in PHP-FPM. */
    private static Set<String> words(String query) {
        return Arrays.stream(query.split("&")).map(pair -> pair.split("=", 2)[0]).collect(Collectors.toSet());
    }

    /** {@return the type of the page} */
    private String write(StringBuilder page, ServerStats stats, Set<String> words) {
        int queue = stats.listenQueue();
        int max = maxListenQueue.accumulateAndGet(queue, Math::max);
        StatusData data = new StatusData(LogFormat.escaped(pool), stats, max, queue, Instant.now());
        boolean full = words.contains("full");
        if (words.contains("html")) {
            StatusHtml.write(page, pool, data, tally, System.nanoTime(), full);
            return StatusHtml.TYPE;
        }
        if (words.contains("openmetrics")) {
            OpenMetrics.write(page, pool, data, queue, tally);
            return OpenMetrics.TYPE;
        }
        StatusFormat format = words.contains("xml") ? StatusFormat.XML
                : words.contains("json") ? StatusFormat.JSON : StatusFormat.TEXT;
        format.write(page, data, full);
        return format.type();
    }

    /** Answers {@code pong}. */
    public static void ping(Request request) throws IOException {
        send(request, "Content-type: text/plain;charset=UTF-8\r\n" + NOT_KEPT + "\r\n", "pong");
    }

    private static void send(Request request, String head, String body) throws IOException {
        request.stdout().write(head.getBytes(StandardCharsets.US_ASCII));
        if (!"HEAD".equals(request.meta("REQUEST_METHOD"))) {
            request.stdout().write(body.getBytes(StandardCharsets.UTF_8));
        }
    }
}
