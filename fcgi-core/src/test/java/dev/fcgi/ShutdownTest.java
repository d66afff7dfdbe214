package dev.fcgi;

import static dev.fcgi.ScriptedPeer.KEEP_CONN;
import static dev.fcgi.ScriptedPeer.RESPONDER;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** The graceful stop: no accepted request is lost, and nothing lasts forever. */
@ParameterizedClass
@EnumSource(Mode.class)
final class ShutdownTest extends ServerTest {
    private static final Duration LONG = Duration.ofSeconds(10);

    private final Mode mode;

    ShutdownTest(Mode mode) {
        this.mode = mode;
    }

    @Override
    FcgiServer.Builder settings(FcgiServer.Builder builder) {
        return mode.apply(builder);
    }

    private CompletableFuture<Boolean> stop(Duration grace) {
        return stop(server, grace);
    }

    /** Returns when the stop has begun, which removes the socket file. */
    private void awaitStopping() throws Exception {
        Path file = ((UnixDomainSocketAddress) server.addresses().get(0)).getPath();
        until("the server stops", () -> !Files.exists(file));
    }

    private static boolean get(CompletableFuture<Boolean> drained) throws Exception {
        return drained.get(10, TimeUnit.SECONDS);
    }

    @Test
    void anIdleKeptConnectionIsClosedAfterAMoment() throws Exception {
        serve(ServerTest::echoPath);
        ScriptedPeer idle = peer().request(1, "/").expectAnswer(1, "\r\n/");
        ScriptedPeer fresh = peer();
        CompletableFuture<Boolean> drained = stop(LONG);
        idle.expectClosed();
        fresh.expectClosed();
        assertTrue(get(drained));
        assertEquals(0, server.stats().connections());
    }

    @Test
    void aRunningRequestIsAnsweredAndItsConnectionClosedAfterIt() throws Exception {
        CountDownLatch goOn = gate();
        serve(request -> {
            echoPath(request);
            request.stdout().flush();
            await(goOn);
            print(request, new String(request.stdin().readAllBytes()));
        });
        ScriptedPeer peer = peer().head(1, KEEP_CONN, "/").expectStdoutPart(1, "\r\n/");
        CompletableFuture<Boolean> drained = stop(LONG);
        awaitStopping();
        // with HAProxy, refusing it would make the other one fail as well
        peer.request(2, "/late").expectStdoutPart(2, "\r\n/late");
        assertFalse(drained.isDone());
        goOn.countDown();
        peer.expectAnswer(2, "").stdin(1, "body").endStdin(1).expectAnswer(1, "body").expectClosed();
        assertTrue(get(drained));
    }

    @Test
    void aConnectionThatIsNeverIdleTakesNoMoreRequestsAfterHalfOfTheGracePeriod() throws Exception {
        holdTime();
        CountDownLatch goOn = gate();
        serve(request -> {
            await(goOn);
            echoPath(request);
        });
        ScriptedPeer peer = peer().request(1, "/").send();
        until("it runs", () -> server.stats().requestsStarted() == 1);
        CompletableFuture<Boolean> drained = stop(LONG);
        awaitStopping();
        clock.advance(Duration.ofSeconds(4));
        peer.request(2, "/in time").send();
        until("it runs", () -> server.stats().requestsStarted() == 2);
        clock.advance(Duration.ofSeconds(2));
        peer.request(3, "/late").expectStatus(3, 503, 0, ProtocolStatus.OVERLOADED);
        goOn.countDown();
        peer.expectAnswer(1, "\r\n/").expectAnswer(2, "\r\n/in time").expectClosed();
        assertTrue(get(drained));
        assertTrue(log.has(line -> line.matches(
                "INFO the server stops, refused: request 3 of .* \\(connection 1\\), role RESPONDER")), log.lines().toString());
    }

    @Test
    void aRequestThatCrossesTheStopOnAnIdleConnectionIsAnswered() throws Exception {
        CountDownLatch goOn = gate();
        serve(request -> {
            if (request.id() == 2) {
                await(goOn);
            }
            echoPath(request);
        });
        ScriptedPeer other = peer().request(2, "/2").send();
        ScriptedPeer peer = peer().request(1, "/1").expectAnswer(1, "\r\n/1");
        // until its handler has returned, the connection may still be closed immediately after the response
        until("the connection is idle", () -> server.stats().activeRequests() == 1);
        CompletableFuture<Boolean> drained = stop(LONG);
        awaitStopping();
        peer.request(1, "/crossed").expectAnswer(1, "\r\n/crossed").expectClosed();
        goOn.countDown();
        other.expectAnswer(2, "\r\n/2").expectClosed();
        assertTrue(get(drained));
    }

    @Test
    void whatTheKernelHasTakenInIsAnswered() throws Exception {
        CountDownLatch goOn = gate();
        start(b -> b.maxConnections(1).responder(request -> {
            await(goOn);
            echoPath(request);
        }));
        ScriptedPeer first = peer().request(1, 0, "/first").send();
        until("it runs", () -> server.stats().requestsStarted() == 1);
        List<ScriptedPeer> waiting = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            waiting.add(peer().request(1, "/" + i).send()); // in the backlog: no connection is free
        }
        CompletableFuture<Boolean> drained = stop(LONG);
        goOn.countDown();
        first.expectAnswer(1, "\r\n/first").expectClosed();
        for (int i = 0; i < 20; i++) {
            waiting.get(i).expectAnswer(1, "\r\n/" + i).expectClosed();
        }
        assertTrue(get(drained));
        assertEquals(21, server.stats().connectionsAccepted());
    }

    @Test
    void theSameHoldsForTcp() throws Exception {
        startTcp(b -> b.responder(ServerTest::echoPath));
        List<ScriptedPeer> peers = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            peers.add(peer().request(1, "/" + i).send());
        }
        CompletableFuture<Boolean> drained = stop(LONG);
        for (int i = 0; i < 20; i++) {
            peers.get(i).expectAnswer(1, "\r\n/" + i).expectClosed();
        }
        assertTrue(get(drained));
        SocketAddress address = server.addresses().get(0);
        assertThrows(IOException.class, () -> peer(address));
    }

    @Test
    void theSocketFileOfASuccessorStays() throws Exception {
        serve(ServerTest::echoPath);
        Path file = ((UnixDomainSocketAddress) server.addresses().get(0)).getPath();
        ScriptedPeer old = peer().request(1, "/").expectAnswer(1, "\r\n/");
        Files.delete(file);
        try (ServerSocketChannel successor = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            successor.bind(UnixDomainSocketAddress.of(file));
            CompletableFuture<Boolean> drained = stop(Duration.ofSeconds(5));
            old.expectClosed();
            assertTrue(get(drained), "the whole grace went by");
            assertTrue(Files.exists(file));
            successor.configureBlocking(false);
            assertEquals(null, successor.accept(), "the successor got a connection");
        }
    }

    @Test
    void aStopNeedsNoFile() throws Exception {
        String temporary = System.setProperty("java.io.tmpdir", directory.resolve("missing").toString());
        try {
            whatTheKernelHasTakenInIsAnswered();
            theSameHoldsForTcp();
        } finally {
            System.setProperty("java.io.tmpdir", temporary);
        }
    }

    /** The socket file is removed or moved after peers have connected. */
    @Test
    void whatTheKernelHasTakenInIsAnsweredAlsoWithoutTheSocketFile() throws Exception {
        CountDownLatch goOn = gate();
        start(b -> b.maxConnections(1).responder(request -> {
            await(goOn);
            echoPath(request);
        }));
        ScriptedPeer first = peer().request(1, 0, "/first").send();
        until("it runs", () -> server.stats().requestsStarted() == 1);
        List<ScriptedPeer> waiting = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            waiting.add(peer().request(1, "/" + i).send());
        }
        Files.delete(((UnixDomainSocketAddress) server.addresses().get(0)).getPath());
        CompletableFuture<Boolean> drained = stop(LONG);
        goOn.countDown();
        first.expectAnswer(1, "\r\n/first").expectClosed();
        for (int i = 0; i < 20; i++) {
            waiting.get(i).expectAnswer(1, "\r\n/" + i).expectClosed();
        }
        assertTrue(get(drained));
    }

    @Test
    void aSocketFileThatIsGoneDoesNotHinderTheStop() throws Exception {
        serve(ServerTest::echoPath);
        Files.delete(((UnixDomainSocketAddress) server.addresses().get(0)).getPath());
        assertTrue(get(stop(Duration.ofSeconds(5))));
    }

    @Test
    void afterTheGracePeriodWhatRunsIsAborted() throws Exception {
        BlockingQueue<Object> seen = new LinkedBlockingQueue<>();
        holdTime();
        serve(request -> {
            request.onAbort(() -> seen.add("onAbort"));
            print(request, "begun");
            try {
                request.stdout().flush();
                new CountDownLatch(1).await();
            } catch (InterruptedException | RequestAbortedException e) { // the grace period may end before flush() returns
                seen.add(assertThrows(RequestAbortedException.class, () -> request.stdin().read()).reason());
            }
        });
        ScriptedPeer partly = peer().request(1, "/").expectStdoutPart(1, "begun");
        ScriptedPeer begun = peer().begin(1, RESPONDER, KEEP_CONN).send();
        until("it has begun", () -> server.stats().activeRequests() == 2);
        CompletableFuture<Boolean> drained = stop(LONG);
        awaitStopping();
        clock.advance(LONG.minusSeconds(1));
        assertEquals(2, server.stats().activeRequests());
        clock.until("all of the grace is over", drained::isDone);
        assertFalse(get(drained));
        begun.expectStatus(1, 503, 1, ProtocolStatus.REQUEST_COMPLETE).expectGone();
        partly.expectCut(1); // no END_REQUEST: an incomplete response must not pass for a complete one
        assertEquals(Set.of("onAbort", RequestAbortedException.Reason.SHUTDOWN), Set.of(
                seen.poll(10, TimeUnit.SECONDS), seen.poll(10, TimeUnit.SECONDS)));
        assertEquals(0, server.stats().connections());
    }

    @Test
    void whatTheStopAbortsIsLoggedRequestByRequest() throws Exception {
        serve(request -> request.stdin().readAllBytes());
        peer().head(1, KEEP_CONN, "/one").head(2, KEEP_CONN, "/two").begin(3, RESPONDER, KEEP_CONN).send();
        peer().request(1, "/done").expectAnswer(1, "");
        until("they run", () -> server.stats().requestsStarted() == 3 && server.stats().activeRequests() == 3);
        assertFalse(server.shutdown(Duration.ZERO));
        assertEquals(List.of("1 of connection 1, GET /one", "2 of connection 1, GET /two",
                "3 of connection 1, head not complete"), abortedByTheStop().stream().map(line ->
                        line.replaceAll(".*: request (\\d+) of .*\\((connection \\d+)\\)", "$1 of $2")).sorted().toList());
        assertTrue(log.has(line -> line.contains("3 requests were aborted at the end of the grace period")));
    }

    @Test
    void ofManyThatTheStopAbortsSomeAreLoggedAndTheRestIsCounted() throws Exception {
        serve(request -> request.stdin().readAllBytes());
        ScriptedPeer peer = peer();
        for (int id = 1; id <= 30; id++) {
            peer.head(id, KEEP_CONN, "/");
        }
        peer.send();
        until("they run", () -> server.stats().requestsStarted() == 30);
        assertFalse(server.shutdown(Duration.ZERO));
        assertEquals(10, abortedByTheStop().size(), log.lines().toString());
        assertTrue(log.has(line -> line.matches("WARNING 20 more in the last \\d+ s: aborted at the end of the grace .*")),
                log.lines().toString());
    }

    private List<String> abortedByTheStop() {
        return log.lines().stream().filter(line -> line.startsWith("WARNING aborted at the end of the grace period: "))
                .toList();
    }

    @Test
    void aHandlerThatIgnoresEverythingIsLeftBehind() throws Exception {
        CountDownLatch goOn = gate();
        serve(request -> awaitStubbornly(goOn));
        peer().request(1, "/").send();
        until("it runs", () -> server.stats().requestsStarted() == 1);
        long before = System.nanoTime(); // in real time, for a program that is to end
        assertFalse(server.shutdown(Duration.ZERO));
        assertTrue(System.nanoTime() - before < TimeUnit.SECONDS.toNanos(4), "about two seconds at most");
    }

    @Test
    void anInterruptEndsTheGracePeriod() throws Exception {
        Set<Thread> earlier = clocks(); // of other tests; they may end meanwhile
        holdTime();
        serve(request -> {
            print(request, "begun");
            request.stdout().flush();
            new CountDownLatch(1).await();
        });
        ScriptedPeer peer = peer().request(1, "/").expectStdoutPart(1, "begun");
        CompletableFuture<Boolean> drained = new CompletableFuture<>();
        Thread stopping = Thread.startVirtualThread(() -> {
            try {
                drained.complete(server.shutdown(LONG));
            } catch (Throwable e) {
                drained.completeExceptionally(e);
            }
        });
        stopping.interrupt();
        clock.until("the stop is over", drained::isDone);
        assertInstanceOf(InterruptedException.class, drained.exceptionNow());
        peer.expectGone();
        until("the clock stands still", () -> earlier.containsAll(clocks()));
        Thread.currentThread().interrupt();
        server.close();
        assertTrue(Thread.interrupted(), "close() keeps the flag");
    }

    private static Set<Thread> clocks() {
        return Thread.getAllStackTraces().keySet().stream().filter(t -> t.getName().equals("fcgi-ticker"))
                .collect(Collectors.toSet());
    }

    @Test
    void stoppingAgainWaitsForTheSameEnd() throws Exception {
        CountDownLatch goOn = gate();
        serve(request -> await(goOn));
        ScriptedPeer peer = peer().request(1, "/").send();
        until("it runs", () -> server.stats().requestsStarted() == 1);
        CompletableFuture<Boolean> one = stop(LONG);
        CompletableFuture<Boolean> two = stop(LONG);
        goOn.countDown();
        peer.expectAnswer(1, "").expectClosed();
        assertTrue(get(one) && get(two));
        assertTrue(server.shutdown(Duration.ZERO));
    }

    @Test
    void serveLastsUntilTheStop() throws Exception {
        serve(ServerTest::echoPath);
        FcgiServer served = server;
        CompletableFuture<Boolean> ended = new CompletableFuture<>();
        Thread.startVirtualThread(() -> {
            try {
                served.serve();
                ended.complete(true);
            } catch (Exception e) {
                ended.completeExceptionally(e);
            }
        });
        peer().request(1, 0, "/").expectAnswer(1, "\r\n/").expectClosed();
        assertFalse(ended.isDone());
        server.close();
        assertTrue(get(ended));
        assertThrows(IllegalStateException.class, server::start);
    }

    @Test
    void aServerThatWasNotStartedHasNothing() throws Exception {
        FcgiServer idle = FcgiServer.builder().listen(0).responder(request -> { }).build();
        assertThrows(IllegalStateException.class, idle::stats);
        assertThrows(IllegalStateException.class, idle::addresses);
        assertTrue(idle.shutdown(LONG));
        assertThrows(IllegalStateException.class, idle::start);
    }

    @Test
    void theCountersTellWhatHappened() throws Exception {
        serve(request -> {
            if (request.id() == 9) {
                throw new IllegalStateException("failed");
            }
            request.stdin().readAllBytes();
        });
        peer().request(1, 0, "/").expectAnswer(1, "").expectClosed();
        ScriptedPeer peer = peer().head(1, KEEP_CONN, "/").head(2, KEEP_CONN, "/").send();
        until("both handlers run", () -> server.stats().requestsStarted() == 3);
        peer.abort(2).expectAnswer(2, "");
        peer.request(9, "/").expectStatus(9, 500, 1, ProtocolStatus.REQUEST_COMPLETE);
        peer.begin(3, 7, KEEP_CONN).expectEnd(3, 0, ProtocolStatus.UNKNOWN_ROLE);
        peer().bytes("FF").bytes(new byte[7]).expectClosed();
        until("handlers have returned", () -> server.stats().activeRequests() == 1);
        until("closed connections are gone", () -> server.stats().connections() == 1);
        ServerStats stats = server.stats();
        assertEquals(List.of(1, 1, 3L, 4L, 1L, 1L, 1L, 1L, 1L), List.of(stats.connections(), stats.activeRequests(),
                stats.connectionsAccepted(), stats.requestsStarted(), stats.requestsAborted(), stats.requestsRefused(),
                stats.handlersFailed(), stats.protocolErrors(), stats.connectionsMultiplexed()));
        peer.endStdin(1).expectAnswer(1, "");
    }
}
