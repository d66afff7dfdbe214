package dev.fcgi.benchmarks;

import dev.fcgi.Request;
import dev.fcgi.Responder;
import dev.fcgi.ServerListener;
import dev.fcgi.StatusPage;
import dev.fcgi.cgi.CgiHandler;
import dev.fcgi.internal.io.ChannelTransport;
import dev.fcgi.internal.server.Options;
import dev.fcgi.internal.server.Server;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.List;
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

/**
 * Small requests on a kept-alive connection in memory: the processor time, and the allocation, of the server alone, with
 * a responder, the conveniences of CGI, and a responder observed by a listener, or by that and a status page. The
 * baseline is a bare loop on a virtual thread, which reads a request as a whole and writes a prepared response.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 4, time = 1)
@Fork(2)
public class InMemoryBench {
    private static final int REQUESTS = 1000;

    @Param({"bare", "responder", "cgi", "listener", "status"})
    String server;

    private MemoryChannel channel;
    private AutoCloseable running;

    @Setup
    public void open() throws IOException {
        channel = new MemoryChannel(Messages.request(1, true));
        running = switch (server) {
            case "bare" -> bare();
            case "responder" -> serve(InMemoryBench::respond);
            case "listener" -> serve(InMemoryBench::respond, new ServerListener() { });
            case "status" -> serve(InMemoryBench::respond, new ServerListener() { }, StatusPage.of("benchmark"));
            default -> {
                CgiHandler handler = q -> {
                    if (q.path().equals("/hello")) {
                        q.stream().write(Messages.HELLO, Messages.HEAD.length(), 6);
                    }
                };
                yield serve(handler.toResponder());
            }
        };
    }

    private AutoCloseable bare() {
        byte[] response = Messages.response(1, Messages.HELLO);
        Thread.ofVirtual().start(() -> {
            ByteBuffer in = ByteBuffer.allocate(2048);
            ByteBuffer out = ByteBuffer.allocate(2048);
            while (channel.read(in.clear()) >= 0) {
                channel.write(out.clear().put(response).flip());
            }
        });
        return channel;
    }

    private static void respond(Request request) throws IOException {
        if (request.meta("SCRIPT_NAME").equals("/hello")) {
            request.stdout().write(Messages.HELLO);
        }
    }

    private AutoCloseable serve(Responder responder, ServerListener... listeners) throws IOException {
        Options options = new Options();
        options.listeners = List.of(listeners);
        options.responder = responder;
        Server server = new Server(options, List.of());
        server.start(lost -> { });
        server.serve(ChannelTransport.accepted(channel, channel.getLocalAddress()));
        return () -> server.shutdown(0);
    }

    @TearDown
    public void close() throws Exception {
        channel.close();
        running.close();
    }

    @Benchmark
    @OperationsPerInvocation(REQUESTS)
    public void kept() {
        channel.serve(REQUESTS);
    }
}
