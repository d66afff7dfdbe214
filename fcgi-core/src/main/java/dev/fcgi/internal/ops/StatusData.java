package dev.fcgi.internal.ops;

import dev.fcgi.Outcome;
import dev.fcgi.RequestEvent;
import dev.fcgi.ServerStats;
import dev.fcgi.internal.text.Ascii;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * The content of a status page: names and values, in PHP-FPM's order. A request in flight corresponds to an active
 * process there, and a free place for one to an idle process.
 */
final class StatusData {
    /** Keeps a page of many requests short; PHP-FPM truncates at 128 to 512 bytes. */
    private static final int MAX_LENGTH = 1024;
    /** A pid that differs from request to request, as exporters need it: 7 and 1 give 700001. */
    private static final long IDS = 100_000;

    /** A value is a String, a Long, a Double, or an Instant. */
    record Field(String name, Object value) {}

    private final Instant now;
    private final ServerStats stats;
    private final List<Field> pool;

    StatusData(String name, ServerStats stats, int maxListenQueue, int listenQueue, Instant now) {
        this.now = now;
        this.stats = stats;
        long active = Math.min(inFlight(stats), stats.maxRequests());
        this.pool = List.of(
                new Field("pool", name),
                new Field("process manager", "static"),
                new Field("start time", stats.startTime()),
                new Field("start since", since(stats.startTime())),
                new Field("accepted conn", stats.requestsStarted()),
                new Field("listen queue", (long) listenQueue),
                new Field("max listen queue", (long) Math.max(listenQueue, maxListenQueue)),
                new Field("listen queue len", (long) stats.listenQueueLength()),
                new Field("idle processes", stats.maxRequests() - active),
                new Field("active processes", active),
                new Field("total processes", (long) stats.maxRequests()),
                new Field("max active processes", (long) stats.maxActiveRequests()),
                new Field("max children reached", stats.requestsOverLimit()),
                new Field("slow requests", stats.requestsSlow()));
    }

    /** {@return the requests in flight that count towards the maximum} */
    static int inFlight(ServerStats stats) {
        return stats.activeRequests() - stats.incompleteHeads();
    }

    private long since(Instant start) {
        return Math.max(0, Duration.between(start, now).toSeconds());
    }

    ServerStats stats() {
        return stats;
    }

    List<Field> pool() {
        return pool;
    }

    /** {@return the requests in flight, each with its fields} */
    List<List<Field>> requests() {
        List<List<Field>> rows = new ArrayList<>();
        for (RequestEvent request : stats.requests()) {
            rows.add(fields(request));
        }
        return rows;
    }

    List<Field> fields(RequestEvent request) {
        String query = request.params().get("QUERY_STRING", "");
        return List.of(
                new Field("pid", request.connection() * IDS + request.id()),
                new Field("state", state(request)),
                new Field("start time", request.begun()),
                new Field("start since", since(request.begun())),
                new Field("requests", 1L),
                new Field("request duration", request.time().toNanos() / 1000),
                new Field("request method", text(request.method())),
                new Field("request uri", text(LogFormat.path(request) + (query.isEmpty() ? "" : "?" + query))),
                new Field("content length", Ascii.number(request.params().get("CONTENT_LENGTH"), 0)),
                new Field("user", text(request.params().get("REMOTE_USER", ""))),
                new Field("script", text(request.params().get("SCRIPT_FILENAME", ""))),
                new Field("last request cpu", 0.0),
                new Field("last request memory", 0L));
    }

    /** The state, in PHP-FPM's words. */
    static String state(RequestEvent request) {
        Outcome outcome = request.outcome();
        return outcome != null ? outcome.kind() == Outcome.Kind.ABORTED ? "Ending" : "Finishing"
                : request.params().size() == 0 ? "Reading headers" : "Running";
    }

    private static String text(String value) {
        if (value.isEmpty()) {
            return "-";
        }
        return LogFormat.escaped(shortened(value));
    }

    static String shortened(String value) {
        return value.length() > MAX_LENGTH ? value.substring(0, MAX_LENGTH) : value;
    }
}
