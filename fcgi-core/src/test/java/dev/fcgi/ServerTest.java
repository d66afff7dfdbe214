package dev.fcgi;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.fcgi.internal.conn.LateThreads;
import dev.fcgi.internal.conn.ManualClock;
import dev.fcgi.internal.wire.LargeBuffers;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Base of tests of a whole server: servers and peers, which are closed afterwards, and a captured log. */
abstract class ServerTest {
    private static final int DEADLINE_SECONDS = 10;

    @TempDir
    Path directory;
    LogCapture log;
    FcgiServer server;
    /** Null for real time. */
    ManualClock clock;
    final int lentBefore = LargeBuffers.lent();
    private final List<FcgiServer> servers = new ArrayList<>();
    private final List<ScriptedPeer> peers = new ArrayList<>();
    private final List<CountDownLatch> latches = new ArrayList<>();

    @BeforeAll
    static void beLate() {
        LateThreads.install();
    }

    @BeforeEach
    void captureLog() {
        log = new LogCapture();
    }

    @AfterEach
    void closeAll() throws Exception {
        latches.forEach(CountDownLatch::countDown);
        for (ScriptedPeer peer : peers) {
            peer.close();
        }
        for (FcgiServer one : servers) {
            CompletableFuture<Boolean> stopped = stop(one, Duration.ofSeconds(1));
            if (clock != null) {
                clock.until("the server stops", stopped::isDone);
            }
            stopped.join();
        }
        log.close();
        until("all large buffers are given back", () -> LargeBuffers.lent() <= lentBefore);
    }

    /** Stops a server on another thread. */
    static CompletableFuture<Boolean> stop(FcgiServer server, Duration grace) {
        CompletableFuture<Boolean> drained = new CompletableFuture<>();
        Thread.startVirtualThread(() -> {
            try {
                drained.complete(server.shutdown(grace));
            } catch (Throwable e) {
                drained.completeExceptionally(e);
            }
        });
        return drained;
    }

    /** From now on servers use a clock that the test advances. */
    ManualClock holdTime() {
        clock = new ManualClock();
        return clock;
    }

    /** Settings that all servers of a class share. */
    FcgiServer.Builder settings(FcgiServer.Builder builder) {
        return builder;
    }

    Cutting cutting() {
        return Cutting.WHOLE;
    }

    /** Starts a server on a Unix socket. */
    FcgiServer start(UnaryOperator<FcgiServer.Builder> more) throws IOException {
        return launch(b -> more.apply(b.listen("unix:" + directory.resolve("s" + servers.size()))));
    }

    FcgiServer serve(Responder responder) throws IOException {
        return start(b -> b.responder(responder));
    }

    /** Starts a server on a port of the loopback interface. */
    FcgiServer startTcp(UnaryOperator<FcgiServer.Builder> more) throws IOException {
        return launch(b -> more.apply(b.listen(0)));
    }

    FcgiServer launch(UnaryOperator<FcgiServer.Builder> more) throws IOException {
        FcgiServer.Builder builder = settings(FcgiServer.builder());
        FcgiServer launched = more.apply(clock == null ? builder : builder.clock(clock)).build();
        servers.add(launched);
        server = launched;
        launched.start();
        log.forget(); // the line about its start
        return launched;
    }

    ScriptedPeer peer() throws IOException {
        return peer(server.addresses().get(0));
    }

    ScriptedPeer peer(SocketAddress address) throws IOException {
        ScriptedPeer peer = ScriptedPeer.connect(address, cutting());
        peers.add(peer);
        return peer;
    }

    /** A gate that opens at the end of the test at the latest, so that no handler stays blocked. */
    CountDownLatch gate() {
        CountDownLatch gate = new CountDownLatch(1);
        latches.add(gate);
        return gate;
    }

    static void print(Request request, String text) throws IOException {
        request.stdout().write(text.getBytes(StandardCharsets.UTF_8));
    }

    /** The output of {@link #print} for a request that says where it came from. */
    static void echoPath(Request request) throws IOException {
        print(request, "\r\n" + request.meta("SCRIPT_NAME"));
    }

    static void await(CountDownLatch latch) throws InterruptedException {
        assertTrue(latch.await(DEADLINE_SECONDS, TimeUnit.SECONDS), "a latch stayed closed");
    }

    /** Waits like {@link #await} without being interruptible: a handler that ignores everything. */
    static void awaitStubbornly(CountDownLatch latch) {
        boolean interrupted = false;
        while (true) {
            try {
                await(latch);
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Polls until a condition holds that nothing signals. */
    static void until(String what, BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_SECONDS);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                fail("did not come true: " + what);
            }
            TimeUnit.MILLISECONDS.sleep(2); // between polls
        }
    }
}
