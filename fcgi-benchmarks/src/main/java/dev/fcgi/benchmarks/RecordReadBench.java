package dev.fcgi.benchmarks;

import dev.fcgi.internal.wire.RecordReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.util.Arrays;
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

/**
 * Records from memory: the four of a small request, or a stream in records of 32 KiB. The baseline reads the same bytes
 * from the same channel and copies them once.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class RecordReadBench {
    /** Gives the same bytes again and again, never more than one message in a read. */
    private static final class Endless implements ReadableByteChannel {
        private final byte[] message;
        private int position;

        Endless(byte[] message) {
            this.message = message;
        }

        @Override
        public int read(ByteBuffer target) {
            int count = Math.min(target.remaining(), message.length - position);
            target.put(message, position, count);
            position = position + count == message.length ? 0 : position + count;
            return count;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }

    @Param({"request", "stream"})
    String content;

    private final byte[] target = new byte[64 * 1024];
    private final ByteBuffer buffer = ByteBuffer.allocate(64 * 1024);
    private int records;
    private int length;
    private Endless channel;
    private RecordReader reader;

    @Setup
    public void setUp() {
        byte[] message = content.equals("request")
                ? Messages.request(1, true)
                : Arrays.copyOf(new byte[] {1, 5, 0, 1, (byte) 0x80, 0, 0, 0}, 8 + 32 * 1024);
        records = content.equals("request") ? 4 : 1;
        length = message.length;
        channel = new Endless(message);
        reader = new RecordReader(channel);
    }

    @Benchmark
    public int library() throws IOException {
        int sum = 0;
        for (int i = 0; i < records; i++) {
            reader.next();
            for (int count; (count = reader.read(target, 0, target.length)) > 0; ) {
                sum += count;
            }
        }
        return sum;
    }

    @Benchmark
    public int baseline() {
        int left = length;
        while (left > 0) {
            int count = channel.read(buffer.clear());
            System.arraycopy(buffer.array(), 0, target, 0, count);
            left -= count;
        }
        return target[0];
    }
}
