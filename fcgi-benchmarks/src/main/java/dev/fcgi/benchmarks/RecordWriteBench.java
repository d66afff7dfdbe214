package dev.fcgi.benchmarks;

import dev.fcgi.internal.wire.Fcgi;
import dev.fcgi.internal.wire.RecordBuffer;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** A response into a buffer: STDOUT, its end, END_REQUEST. The baseline copies the content and nothing else. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class RecordWriteBench {
    @Param({"34", "32768"})
    int length;

    private final RecordBuffer buffer = new RecordBuffer(64 * 1024, true);
    private final byte[] target = new byte[64 * 1024];
    private byte[] content;

    @Setup
    public void setUp() {
        content = new byte[length];
    }

    @Benchmark
    public RecordBuffer library() {
        buffer.clear();
        buffer.append(Fcgi.STDOUT, 1, content, 0, content.length);
        buffer.endStream(Fcgi.STDOUT, 1);
        buffer.endRequest(1, 0, 0);
        buffer.close();
        return buffer;
    }

    @Benchmark
    public byte[] baseline() {
        System.arraycopy(content, 0, target, 0, content.length);
        return target;
    }
}
