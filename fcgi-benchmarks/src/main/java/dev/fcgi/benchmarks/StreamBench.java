package dev.fcgi.benchmarks;

import dev.fcgi.internal.conn.StreamInput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
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

/** Content through the queue of an input stream, as on a multiplexed connection. The baseline copies it in and out. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class StreamBench {
    @Param({"128", "8192"})
    int length;

    private final ReentrantLock lock = new ReentrantLock();
    private final byte[] queue = new byte[64 * 1024];
    private byte[] content;
    private ByteBuffer received;
    private byte[] target;
    private StreamInput stream;

    @Setup
    public void setUp() {
        content = new byte[length];
        received = ByteBuffer.wrap(content);
        target = new byte[length];
        stream = new StreamInput(
                new StreamInput.Source() {
                    @Override
                    public int pull(StreamInput stream, byte[] target, int offset, int length) {
                        throw new IllegalStateException("nothing queued");
                    }

                    @Override
                    public void roomMade(StreamInput stream) {}
                },
                lock,
                queue.length);
    }

    @Benchmark
    public int library() throws IOException {
        lock.lock();
        try {
            stream.offer(received, 0, content.length);
        } finally {
            lock.unlock();
        }
        return stream.read(target, 0, target.length);
    }

    @Benchmark
    public byte[] baseline() {
        System.arraycopy(content, 0, queue, 0, content.length);
        System.arraycopy(queue, 0, target, 0, target.length);
        return target;
    }
}
