package dev.fcgi.internal.ops;

import dev.fcgi.Outcome;
import dev.fcgi.ServerStats;
import java.util.Locale;

/** The page for Prometheus and similar tools: OpenMetrics 1.0, with our own families. */
final class OpenMetrics {
    static final String TYPE = "application/openmetrics-text; version=1.0.0; charset=utf-8";

    private final StringBuilder page;
    private final String pool;

    private OpenMetrics(StringBuilder page, String pool) {
        this.page = page;
        this.pool = "pool=\"" + pool.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + '"';
    }

    static void write(StringBuilder page, String pool, StatusData data, long listenQueue, Tally tally) {
        OpenMetrics metrics = new OpenMetrics(page, pool);
        ServerStats stats = data.stats();
        metrics.gauge("fcgi_start_time_seconds", "When the server was started, in seconds since 1970.",
                stats.startTime().toEpochMilli() / 1000.0);
        metrics.gauge("fcgi_connections", "Open connections.", stats.connections());
        metrics.counter("fcgi_connections_accepted", "Connections accepted.", stats.connectionsAccepted());
        metrics.counter("fcgi_connections_multiplexed", "Connections that became multiplexed.",
                stats.connectionsMultiplexed());
        metrics.counter("fcgi_protocol_errors", "Connections closed because the peer violated the protocol.",
                stats.protocolErrors());
        metrics.gauge("fcgi_listen_queue", "TCP connections waiting to be accepted.", listenQueue);
        metrics.gauge("fcgi_active_requests", "Requests in flight.", StatusData.inFlight(stats));
        metrics.gauge("fcgi_incomplete_heads", "Requests whose head is awaited.", stats.incompleteHeads());
        metrics.gauge("fcgi_max_active_requests", "The largest number of requests in flight at the same time.",
                stats.maxActiveRequests());
        metrics.gauge("fcgi_max_requests", "How many requests may be in flight.", stats.maxRequests());
        metrics.counter("fcgi_requests_started", "Requests given to a handler.", stats.requestsStarted());
        metrics.counter("fcgi_slow_requests", "Requests that took longer than the limit for slow ones.",
                stats.requestsSlow());
        metrics.counter("fcgi_handlers_failed", "Handlers that threw.", stats.handlersFailed());
        metrics.counter("fcgi_received_bytes", "Bytes of STDIN and DATA received.", tally.bytesIn());
        metrics.counter("fcgi_sent_bytes", "Bytes of STDOUT sent.", tally.bytesOut());
        metrics.outcomes(tally);
        metrics.durations(tally);
        page.append("# EOF\n");
    }

    private void head(String name, String type, String help) {
        page.append("# HELP ").append(name).append(' ').append(help).append('\n');
        page.append("# TYPE ").append(name).append(' ').append(type).append('\n');
        for (String unit : new String[] {"seconds", "bytes"}) {
            if (name.endsWith('_' + unit)) {
                page.append("# UNIT ").append(name).append(' ').append(unit).append('\n');
            }
        }
    }

    private void sample(String name, String labels, Object value) {
        page.append(name).append('{').append(pool).append(labels).append("} ").append(value).append('\n');
    }

    private void gauge(String name, String help, double value) {
        head(name, "gauge", help);
        sample(name, "", String.format(Locale.ROOT, value == Math.rint(value) ? "%.0f" : "%.3f", value));
    }

    private void counter(String name, String help, long value) {
        head(name, "counter", help);
        sample(name + "_total", "", value);
    }

    private void outcomes(Tally tally) {
        head("fcgi_requests", "counter", "Requests that have ended, by outcome.");
        for (Outcome outcome : Outcome.values()) {
            sample("fcgi_requests_total", ",kind=\"" + outcome.kind().name().toLowerCase(Locale.ROOT) + "\",outcome=\""
                    + outcome.name().toLowerCase(Locale.ROOT) + '"', tally.count(outcome));
        }
    }

    private void durations(Tally tally) {
        String name = "fcgi_request_duration_seconds";
        head(name, "histogram", "Time from BEGIN_REQUEST until the handler returned.");
        long count = 0;
        for (int i = 0; i <= Tally.BOUNDS.length; i++) {
            count += tally.inBucket(i);
            String bound = i == Tally.BOUNDS.length ? "+Inf" : Double.toString(Tally.BOUNDS[i] / 1000);
            sample(name + "_bucket", ",le=\"" + bound + '"', count);
        }
        sample(name + "_sum", "", tally.nanos() / 1e9);
        sample(name + "_count", "", count);
    }
}
