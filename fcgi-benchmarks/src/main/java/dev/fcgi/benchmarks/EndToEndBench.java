package dev.fcgi.benchmarks;

import dev.fcgi.FcgiServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.BenchmarkParams;

/**
 * Requests over Unix sockets, from one thread: it sends them all, then it takes all responses. Client and server are
 * each the library's or the bare one; two bare ones are the baseline. With a bare client, what is allocated per
 * operation ({@code -prof gc}) is what the server allocates per request.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 4, time = 1)
@Fork(2)
public class EndToEndBench {
    private static final int BIG = 1024 * 1024;

    /** The kinds of load; each is the name of a benchmark. */
    enum Load {
        KEPT(32, 1, true, 0), FRESH(32, 1, false, 0), MULTIPLEXED(4, 8, true, 0), BIG(4, 1, true, 0),
        UPLOAD(4, 1, true, EndToEndBench.BIG);

        final int connections;
        final int requestsEach;
        final boolean keep;
        final int bodyLength;

        Load(int connections, int requestsEach, boolean keep, int bodyLength) {
            this.connections = connections;
            this.requestsEach = requestsEach;
            this.keep = keep;
            this.bodyLength = bodyLength;
        }
    }

    @Param({"bare", "fcgi"})
    String client;

    @Param({"bare", "fcgi"})
    String server;

    private Path directory;
    private AutoCloseable running;
    private LoadClient requests;

    @Setup
    public void open(BenchmarkParams params) throws IOException {
        String name = params.getBenchmark();
        Load load = Load.valueOf(name.substring(name.lastIndexOf('.') + 1).toUpperCase(Locale.ROOT));
        byte[] stdout = load == Load.BIG ? Messages.big(BIG) : Messages.HELLO;
        directory = Files.createTempDirectory("fcgi");
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(directory.resolve("s"));
        running = server.equals("bare") ? new BareServer(address, stdout, load.keep) : serve(address, load, stdout);
        requests = client.equals("bare") ? new BareClient(address, load) : new LibraryClient(address, load);
    }

    private static FcgiServer serve(UnixDomainSocketAddress address, Load load, byte[] stdout) throws IOException {
        return FcgiServer.builder()
                .listen(address)
                .responder(request -> {
                    if (load == Load.UPLOAD) {
                        request.stdin().transferTo(OutputStream.nullOutputStream());
                    }
                    if (request.meta("SCRIPT_NAME").equals("/hello")) {
                        request.stdout().write(stdout);
                    }
                })
                .build()
                .start();
    }

    @TearDown
    public void close() throws Exception {
        requests.close();
        running.close();
        Files.deleteIfExists(directory.resolve("s"));
        Files.delete(directory);
    }

    @Benchmark
    @OperationsPerInvocation(32)
    public void kept() throws IOException {
        requests.exchange();
    }

    @Benchmark
    @OperationsPerInvocation(32)
    public void fresh() throws IOException {
        requests.exchange();
    }

    @Benchmark
    @OperationsPerInvocation(32)
    public void multiplexed() throws IOException {
        requests.exchange();
    }

    @Benchmark
    @OperationsPerInvocation(4)
    public void big() throws IOException {
        requests.exchange();
    }

    @Benchmark
    @OperationsPerInvocation(4)
    public void upload() throws IOException {
        requests.exchange();
    }
}
