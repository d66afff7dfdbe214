package dev.fcgi.examples.cli;

import dev.fcgi.client.ClientStats;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * The result of a load.
 *
 * @param seconds the duration of the measurement
 * @param requests how many were answered
 * @param bytes the number of bytes of STDOUT
 * @param latencies in nanoseconds
 * @param connections what became of connections
 * @param errors how many of each kind
 */
record LoadReport(double seconds, long requests, long bytes, Histogram latencies, Connections connections,
        Map<String, Long> errors) {
    /**
     * Connections, while it was measured.
     *
     * @param opened how many were made
     * @param reused how many requests were sent on one that was there
     * @param retried how many of those had to be sent again, since it was closed
     */
    record Connections(long opened, long reused, long retried) {
        static Connections between(ClientStats before, ClientStats after) {
            return new Connections(after.connectionsOpened() - before.connectionsOpened(),
                    after.callsReused() - before.callsReused(), after.callsRetried() - before.callsRetried());
        }
    }

    private static final double[] PERCENTILES = {50, 90, 99, 99.9};

    String toText() {
        StringBuilder text = new StringBuilder();
        text.append(String.format(Locale.ROOT, "%.0f requests/s, %.1f MB/s (%d requests in %.1f s)%n",
                requests / seconds, bytes / seconds / 1e6, requests, seconds));
        text.append("latency:");
        if (requests == 0) {
            text.append(" none, because no request succeeded");
        } else {
            for (double percentile : PERCENTILES) {
                text.append(String.format(Locale.ROOT, "  %s%% %s", name(percentile),
                        time(latencies.getValueAtPercentile(percentile))));
            }
            text.append("  max ").append(time(latencies.getMaxValue()));
        }
        text.append(String.format(Locale.ROOT, "%nconnections: %d opened, %d requests on kept ones, %d sent again%n",
                connections.opened, connections.reused, connections.retried));
        text.append("errors: ");
        if (errors.isEmpty()) {
            text.append("none");
        }
        String separator = "";
        for (Map.Entry<String, Long> error : errors.entrySet()) {
            text.append(separator).append(error.getValue()).append(" x ").append(error.getKey());
            separator = ", ";
        }
        return text.toString();
    }

    Map<String, Object> toMap() {
        Map<String, Object> latency = new LinkedHashMap<>();
        latency.put("mean", micros(latencies.getMean()));
        for (double percentile : PERCENTILES) {
            latency.put("p" + name(percentile), micros(latencies.getValueAtPercentile(percentile)));
        }
        latency.put("max", micros(latencies.getMaxValue()));
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("requestsPerSecond", Math.round(requests / seconds));
        map.put("requests", requests);
        map.put("seconds", Math.round(seconds * 1000) / 1000.0);
        map.put("bytes", bytes);
        map.put("latencyMicros", requests == 0 ? null : latency);
        map.put("connectionsOpened", connections.opened);
        map.put("requestsOnKept", connections.reused);
        map.put("requestsSentAgain", connections.retried);
        map.put("errors", errors);
        return map;
    }

    private static String name(double percentile) {
        return percentile == Math.rint(percentile) ? Long.toString((long) percentile) : Double.toString(percentile);
    }

    private static double micros(double nanos) {
        return Math.round(nanos / 100) / 10.0;
    }

    private static String time(double nanos) {
        if (nanos < 1e6) {
            return Math.round(nanos / 1e3) + " us";
        }
        return nanos < 1e9
                ? String.format(Locale.ROOT, "%.2f ms", nanos / 1e6)
                : String.format(Locale.ROOT, "%.2f s", nanos / 1e9);
    }
}
