package dev.fcgi;

import static dev.fcgi.ScriptedPeer.KEEP_CONN;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whatever the logger does, the server serves, its ticker continues, and it stops. */
final class EvilLoggerTest extends ServerTest {
    private interface Action {
        void run() throws Exception;
    }

    private final AtomicInteger said = new AtomicInteger();
    private final List<String> lines = new CopyOnWriteArrayList<>();
    /** Requests that their handlers do not end. */
    private final List<Request> lasting = new CopyOnWriteArrayList<>();
    private volatile Action habit = () -> { };
    private LogCapture evil;

    @BeforeEach
    void replaceLogger() {
        evil = new LogCapture("dev.fcgi.server", (line, thrown) -> {
            if (line.startsWith("INFO server ")) { // that it has started, and stops
                return;
            }
            said.incrementAndGet();
            lines.add(line);
            try {
                habit.run();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
    }

    @AfterEach
    void restoreLogger() {
        habit = () -> { };
        evil.close();
    }

    /** Logs each kind of line once: failures, refusals, and timeouts found by the ticker. */
    private void makeItTalk(Action meanwhile) throws Exception {
        CountDownLatch gate = gate();
        holdTime();
        start(b -> b.handlerTimeout(Duration.ofSeconds(10)).headTimeout(Duration.ofSeconds(10)).maxStderrLength(1)
                .maxParamsLength(1024).abortPolicy(AbortPolicy.SIGNAL).responder(request -> {
                    switch (request.meta("SCRIPT_NAME")) {
                        case "/fail" -> throw new Exception("as a test");
                        case "/stderr" -> request.stderr().write(new byte[100]);
                        case "/last" -> {
                            lasting.add(request);
                            awaitStubbornly(gate);
                        }
                        default -> { }
                    }
                    echoPath(request);
                }));
        ScriptedPeer shared = peer().head(9, KEEP_CONN, "/last").send();
        until("the handler runs", () -> lasting.size() == 1);
        for (int i = 0; i < 2; i++) {
            shared.request(1, "/fail").expectStatus(1, 500, 1, ProtocolStatus.REQUEST_COMPLETE);
            shared.request(1, "/stderr").expectStdout(1, "\r\n/stderr").expectStderr(1, "\0")
                    .expectEnd(1, 0, ProtocolStatus.REQUEST_COMPLETE);
            shared.begin(1, 1, KEEP_CONN).params(1, "A", "x".repeat(2000)).endParams(1)
                    .expectStatus(1, 503, 0, ProtocolStatus.OVERLOADED).endStdin(1);
            peer().bytes("02 01 0001 0000 00 00").expectClosed();
            meanwhile.run();
        }
        clock.advance(Duration.ofSeconds(11));
        shared.expectStatus(9, 503, 1, ProtocolStatus.REQUEST_COMPLETE); // the ticker continues
        ScriptedPeer late = peer().begin(1, 1, KEEP_CONN).send();
        clock.until("the head is refused", () -> late.pending() > 0);
        late.expectStatus(1, 503, 1, ProtocolStatus.REQUEST_COMPLETE).expectClosed();
        shared.request(1, "/fine").expectAnswer(1, "\r\n/fine").expectQuiet();
        peer().request(1, 0, "/fine").expectAnswer(1, "\r\n/fine").expectClosed();
        gate.countDown();
        until("all requests are given back", () -> server.stats().activeRequests() == 0);
    }

    @Test
    void oneThatBlocksKeepsNobodyWaiting() throws Exception {
        CountDownLatch gate = gate();
        habit = () -> awaitStubbornly(gate);
        makeItTalk(() -> until("the logger blocks", () -> said.get() == 1));
        CompletableFuture<Boolean> drained = stop(server, Duration.ofSeconds(5));
        clock.until("it stops", drained::isDone);
        assertTrue(drained.join());
        assertEquals(1, said.get());
        gate.countDown();
        until("what has waited is said", () -> lines.stream().anyMatch(line -> line.contains("request head timeout")));
    }

    @Test
    void oneThatThrowsGetsTheRest() throws Exception {
        habit = () -> {
            throw new IOException("of the logger");
        };
        makeItTalk(() -> { });
        LogCapture.flush();
        for (String event : List.of("handler failed", "STDERR", "maxParamsCount", "protocol error", "handler timeout",
                "request head timeout")) {
            assertTrue(lines.stream().anyMatch(line -> line.contains(event)), event + " in " + lines);
        }
    }

    @Test
    void oneMayCallBack() throws Exception {
        habit = () -> {
            server.stats();
            for (Request request : lasting) {
                request.isAborted();
                request.stderr();
                request.stdout().write("of the logger".getBytes(StandardCharsets.UTF_8)); // fails once it has ended
            }
        };
        makeItTalk(() -> { });
    }

    @Test
    void oneMayStopTheServer() throws Exception {
        serve(request -> {
            throw new Exception("as a test");
        });
        CountDownLatch stopped = gate();
        habit = () -> {
            server.close();
            stopped.countDown();
        };
        peer().request(1, 0, "/").expectStatus(1, 500, 1, ProtocolStatus.REQUEST_COMPLETE).expectClosed();
        await(stopped);
    }

    @Test
    void aFloodOfFailuresIsTenLinesAndACount() throws Exception {
        serve(request -> {
            throw new Exception("as a test");
        });
        ScriptedPeer peer = peer();
        for (int i = 0; i < 100; i++) {
            peer.request(1, "/").expectStatus(1, 500, 1, ProtocolStatus.REQUEST_COMPLETE);
        }
        server.shutdown(Duration.ofSeconds(5));
        LogCapture.flush();
        assertEquals(11, lines.size(), lines.toString());
        assertTrue(lines.get(10).matches("WARNING 90 more in the last \\d+ s: handler failed: \\.\\.\\."), lines.get(10));
    }
}
