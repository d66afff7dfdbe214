package dev.fcgi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fcgi.internal.wire.Fcgi;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Many peers that do everything at once: each request ends once with the right bytes, and nothing is left. */
@ParameterizedClass
@EnumSource(Mode.class)
final class StressTest extends ServerTest {
    private static final int PEERS = 8;
    private static final int ROUNDS = 60;

    private final Mode mode;

    StressTest(Mode mode) {
        this.mode = mode;
    }

    @Override
    FcgiServer.Builder settings(FcgiServer.Builder builder) {
        return mode.apply(builder).inputBuffer(2048).outputBuffer(4096);
    }

    /** Echoes its body, in one of several ways. */
    private static void echo(Request request) throws IOException {
        String path = request.param("SCRIPT_NAME");
        byte[] body = path.contains("lazy") ? new byte[0] : request.stdin().readAllBytes();
        print(request, path + ":");
        if (path.contains("flush")) {
            request.stdout().flush();
        }
        request.stdout().write(body);
        if (path.contains("finish")) {
            request.finish();
            Thread.yield();
        }
        if (path.contains("interrupt")) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void everyRequestEndsOnceAndNothingIsLeft() throws Exception {
        serve(StressTest::echo);
        long seed = System.nanoTime();
        AtomicInteger answered = new AtomicInteger();
        Map<Integer, Throwable> failures = new ConcurrentHashMap<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < PEERS; i++) {
                int number = i;
                all.add(threads.submit(() -> {
                    try {
                        for (Random random = new Random(seed + number); random.nextInt(ROUNDS) > 0; ) {
                            play(random, answered);
                        }
                    } catch (Throwable e) {
                        failures.put(number, e);
                    }
                }));
            }
            for (Future<?> one : all) {
                one.get(50, TimeUnit.SECONDS);
            }
        }
        failures.forEach((number, e) -> {
            throw new AssertionError("seed " + seed + ", peer " + number, e);
        });
        assertTrue(answered.get() > 0);
        until("no handler runs, seed " + seed, () -> server.stats().activeRequests() == 0);
        until("no connection is open, seed " + seed, () -> server.stats().connections() == 0);
        assertEquals(0, server.stats().protocolErrors(), "seed " + seed);
        assertEquals(0, server.stats().handlersFailed(), "seed " + seed + log.lines());
        assertTrue(server.shutdown(java.time.Duration.ofSeconds(5)));
    }

    /** One connection: some requests at once, some of them aborted, some rounds, perhaps a sudden end. */
    private void play(Random random, AtomicInteger answered) throws IOException {
        try (ScriptedPeer peer = ScriptedPeer.connect(server.addresses().get(0))) {
            for (int round = random.nextInt(4); round >= 0; round--) {
                int count = 1 + random.nextInt(4);
                Map<Integer, String> expected = new HashMap<>();
                for (int id = 1; id <= count; id++) {
                    String path = "/" + random.nextInt(1000) + List.of("", "flush", "lazy", "finish", "interrupt")
                            .get(random.nextInt(5));
                    String body = "x".repeat(random.nextInt(3) * random.nextInt(3000));
                    peer.head(id, ScriptedPeer.KEEP_CONN, path);
                    if (random.nextBoolean()) {
                        peer.send();
                    }
                    int half = body.length() / 2;
                    peer.stdin(id, body.substring(0, half));
                    if (random.nextInt(4) == 0) {
                        peer.abort(id);
                        expected.put(id, null);
                    } else {
                        expected.put(id, path + ":" + (path.contains("lazy") ? "" : body));
                    }
                    peer.stdin(id, body.substring(half)).endStdin(id);
                }
                if (random.nextInt(8) == 0) {
                    peer.send();
                    return; // and leaves all of them alone
                }
                expected.forEach((id, text) -> {
                    String answer = peer.stdout(id);
                    if (text != null) {
                        assertEquals(text, answer);
                    }
                    peer.next(Fcgi.END_REQUEST, id);
                    answered.incrementAndGet();
                });
                peer.expectQuiet();
            }
        }
    }
}
