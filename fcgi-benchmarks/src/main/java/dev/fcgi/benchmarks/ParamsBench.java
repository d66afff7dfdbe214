package dev.fcgi.benchmarks;

import dev.fcgi.FcgiProtocolException;
import dev.fcgi.Params;
import dev.fcgi.internal.wire.EncodedParams;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** The parameters of a small request, and some lookups. The baseline puts all into a map of strings, as most do. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class ParamsBench {
    private static final String[] NAMES = {
        "REQUEST_METHOD", "SCRIPT_NAME", "QUERY_STRING", "HTTP_COOKIE", "HTTP_AUTHORIZATION", "CONTENT_TYPE"
    };

    @Param({"1", "6"})
    int lookups;

    private final byte[] block = Messages.pairs();

    @Benchmark
    public int library() throws FcgiProtocolException {
        Params params = EncodedParams.decode(block, block.length);
        int found = 0;
        for (int i = 0; i < lookups; i++) {
            found += params.get(NAMES[i]) == null ? 0 : 1;
        }
        return found;
    }

    @Benchmark
    public int baseline() {
        Map<String, String> params = new HashMap<>();
        int at = 0;
        while (at < block.length) {
            int name = block[at++]; // all lengths of these parameters have one byte
            int value = block[at++];
            params.put(new String(block, at, name, StandardCharsets.UTF_8),
                    new String(block, at + name, value, StandardCharsets.UTF_8));
            at += name + value;
        }
        int found = 0;
        for (int i = 0; i < lookups; i++) {
            found += params.get(NAMES[i]) == null ? 0 : 1;
        }
        return found;
    }
}
