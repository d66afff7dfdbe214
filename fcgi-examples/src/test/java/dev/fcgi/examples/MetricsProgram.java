package dev.fcgi.examples;

import io.prometheus.metrics.exporter.httpserver.HTTPServer;
import io.prometheus.metrics.model.registry.Collector;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;

/** A program with the exporter of Prometheus, as its documentation shows one. */
public final class MetricsProgram {
    private MetricsProgram() {}

    public static void main(String[] arguments) throws Exception {
        PrometheusRegistry.defaultRegistry.register((Collector) () -> CounterSnapshot.builder().name("visits")
                .help("how often").dataPoint(CounterDataPointSnapshot.builder().value(42).build()).build());
        HTTPServer server = HTTPServer.builder().port(Integer.parseInt(arguments[0])).buildAndStart();
        System.out.println("exports on port " + server.getPort());
    }
}
