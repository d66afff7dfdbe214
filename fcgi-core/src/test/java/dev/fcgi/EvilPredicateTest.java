package dev.fcgi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever the predicate of allowedPeers does affects only the connection in question. */
final class EvilPredicateTest extends ServerTest {
    private final AtomicInteger asked = new AtomicInteger();

    /** Starts a server whose predicate misbehaves for the first peer only. */
    private void startWith(Predicate<SocketAddress> first) throws IOException {
        start(b -> b.allowedPeers(peer -> asked.incrementAndGet() > 1 || first.test(peer))
                .responder(ServerTest::echoPath));
    }

    private void expectNothingLeft() throws InterruptedException {
        until("all connections are given back", () -> server.stats().connections() == 0);
        assertEquals(0, server.stats().activeRequests());
    }

    @Test
    void oneThatBlocksKeepsNobodyElseWaiting() throws Exception {
        CountDownLatch gate = gate();
        startWith(peer -> {
            awaitStubbornly(gate);
            return true;
        });
        ScriptedPeer first = peer().request(1, 0, "/first").send();
        until("the predicate is asked", () -> asked.get() == 1);
        for (int i = 0; i < 3; i++) {
            peer().request(1, 0, "/others").expectAnswer(1, "\r\n/others").expectClosed();
        }
        gate.countDown();
        first.expectAnswer(1, "\r\n/first").expectClosed();
        expectNothingLeft();
    }

    @Test
    void oneThatBlocksDoesNotKeepTheStopWaiting() throws Exception {
        CountDownLatch gate = gate();
        holdTime();
        startWith(peer -> {
            awaitStubbornly(gate);
            return true;
        });
        ScriptedPeer first = peer().request(1, 0, "/first").send();
        until("the predicate is asked", () -> asked.get() == 1);
        clock.until("it stops", stop(server, Duration.ofSeconds(1))::isDone);
        first.expectGone();
        gate.countDown();
        expectNothingLeft();
    }

    static List<Throwable> all() {
        return List.of(new IllegalStateException("broken"), new OutOfMemoryError("broken"), new AssertionError("broken"));
    }

    @ParameterizedTest
    @MethodSource("all")
    void oneThatThrowsRefuses(Throwable thrown) throws Exception {
        startWith(peer -> {
            throw sneaky(thrown);
        });
        peer().expectClosed();
        peer().request(1, 0, "/other").expectAnswer(1, "\r\n/other").expectClosed();
        assertTrue(log.has(line -> line.contains("broken")), log.lines().toString());
        assertEquals(1, server.stats().connectionsAccepted());
        expectNothingLeft();
    }

    @Test
    void oneThatLeavesAnInterruptHasItsPeerServed() throws Exception {
        startWith(peer -> {
            Thread.currentThread().interrupt();
            return true;
        });
        peer().request(1, 0, "/").expectAnswer(1, "\r\n/").expectClosed();
        expectNothingLeft();
    }

    @Test
    void oneMayAskTheServer() throws Exception {
        startWith(peer -> server.stats().connections() == 1 && server.addresses().size() == 1);
        peer().request(1, 0, "/").expectAnswer(1, "\r\n/").expectClosed();
        expectNothingLeft();
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> T sneaky(Throwable e) throws T {
        throw (T) e;
    }
}
