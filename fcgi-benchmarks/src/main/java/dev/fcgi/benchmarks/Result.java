package dev.fcgi.benchmarks;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * One result of JMH.
 *
 * @param benchmark its class and method
 * @param score operations per time, or time per operation
 * @param isRate whether more is better
 * @param bytes what was allocated per operation, rounded down to 0 where it is less than a byte
 */
record Result(String benchmark, Map<String, String> parameters, double score, boolean isRate, long bytes) {
    static List<Result> read(Path file) throws IOException {
        List<Result> results = new ArrayList<>();
        for (JsonElement element : JsonParser.parseString(Files.readString(file)).getAsJsonArray()) {
            results.add(of(element.getAsJsonObject()));
        }
        return results;
    }

    private static Result of(JsonObject json) {
        Map<String, String> parameters = new TreeMap<>();
        if (json.has("params")) {
            json.getAsJsonObject("params").asMap().forEach((name, value) -> parameters.put(name, value.getAsString()));
        }
        String name = json.get("benchmark").getAsString();
        JsonObject allocated = json.getAsJsonObject("secondaryMetrics").getAsJsonObject("gc.alloc.rate.norm");
        return new Result(
                name.substring(name.lastIndexOf('.', name.lastIndexOf('.') - 1) + 1),
                parameters,
                json.getAsJsonObject("primaryMetric").get("score").getAsDouble(),
                json.get("mode").getAsString().equals("thrpt"),
                allocated == null ? -1 : allocated.get("score").getAsLong());
    }

    /** {@return which result this one is compared with, as that one's {@link #key}} */
    String baselineKey() {
        Map<String, String> bare = new TreeMap<>(parameters);
        bare.computeIfPresent("client", (name, value) -> "bare");
        bare.computeIfPresent("server", (name, value) -> "bare");
        return benchmark.replace(".library", ".baseline") + bare;
    }

    String key() {
        return benchmark + parameters;
    }

    /** {@return how many times as fast as the baseline this is} */
    double ratio(Map<String, Result> all) {
        Result baseline = all.get(baselineKey());
        if (baseline == null) {
            return Double.NaN; // it was not run
        }
        return isRate ? score / baseline.score : baseline.score / score;
    }

    String describe() {
        return parameters.entrySet().stream()
                .map(e -> e.getKey() + " " + e.getValue())
                .collect(Collectors.joining(", "));
    }
}
