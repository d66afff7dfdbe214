package dev.fcgi;

import static dev.fcgi.ScriptedPeer.AUTHORIZER;
import static dev.fcgi.ScriptedPeer.KEEP_CONN;
import static dev.fcgi.ScriptedPeer.RESPONDER;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fcgi.Outcome.Kind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.function.UnaryOperator;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * However a request ends, counters, listener, access log, status page and flight recorder agree with what the peer saw.
 */
final class ObservedTest extends ServerTest {
    private static final Duration SHORT = Duration.ofSeconds(1);

    private final EventLog events = new EventLog();
    private final StatusPage page = StatusPage.of("test");
    private AccessLog access;
    private Recording recording;

    @BeforeEach
    void record() throws IOException {
        access = AccessLog.builder().format("%c %O %s %B").open(directory.resolve("access.log"));
        recording = new Recording();
        recording.enable("dev.fcgi.Request").withoutThreshold();
        recording.start();
    }

    @AfterEach
    void close() throws IOException {
        recording.close();
        access.close();
    }

    private void observe(UnaryOperator<FcgiServer.Builder> more) throws IOException {
        start(b -> more.apply(b.listener(events).listener(page).listener(access)));
    }

    private String metrics() throws Exception {
        return OfflineRequest.builder("GET", "/status?openmetrics").build().respond(page).text();
    }

    private List<RecordedEvent> recorded() throws IOException {
        Path file = directory.resolve("recording.jfr");
        recording.dump(file);
        return RecordingFile.readAllEvents(file).stream()
                .filter(event -> event.getEventType().getName().equals("dev.fcgi.Request"))
                .filter(event -> !"/status".equals(event.getString("uri").split("\\?")[0])).toList();
    }

    private int recordedCount() {
        try {
            return recorded().size();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until the given ends are reported, in any order, and compares all five. */
    private void expect(String... lines) throws Exception {
        List<String> expected = List.of(lines).stream().sorted().toList();
        until("all have ended: " + events.ended(), () -> events.ended().size() == expected.size());
        until("the recorder, which is told last, has heard of it", () -> recordedCount() == expected.size());
        until("all have heard of it", () -> server.stats().requests().isEmpty() && server.stats().activeRequests() == 0);
        assertEquals(expected, events.ended().stream().map(one -> one.connection() + "/" + one.id() + ' ' + one.outcome()
                + ' ' + one.status()).sorted().toList());
        assertEquals(expected.stream().map(line -> line.replaceAll(" 0$", line.contains(" COMPLETED") ? " 200"
                        : line.contains("_PEER") || line.contains("_LOST") ? " 499" : " 503")).toList(),
                Files.readAllLines(directory.resolve("access.log")).stream()
                        .map(line -> line.substring(0, line.lastIndexOf(' '))).sorted().toList());
        assertEquals(expected, recorded().stream().map(one -> one.getLong("connection") + "/" + one.getInt("id") + ' '
                + one.getString("outcome") + ' ' + one.getInt("status")).sorted().toList());
        assertEquals(sorted(one -> one.bytesIn() + " " + one.bytesOut()), recorded().stream().map(one -> one.getLong("connection")
                + "/" + one.getInt("id") + ' ' + one.getLong("bytesIn") + ' ' + one.getLong("bytesOut")).sorted().toList());
        assertEquals(sorted(one -> Long.toString(one.bytesOut())), Files.readAllLines(directory.resolve("access.log")).stream()
                .map(line -> line.replaceAll(" .* ", " ")).sorted().toList());
        String metrics = metrics();
        for (Outcome outcome : Outcome.values()) {
            long count = expected.stream().filter(line -> line.contains(' ' + outcome.name() + ' ')).count();
            assertTrue(metrics.contains("outcome=\"" + outcome.name().toLowerCase(Locale.ROOT) + "\"} " + count
                    + '\n'), outcome + " " + count + "\n" + metrics);
        }
        assertEquals(sum(RequestEvent::bytesIn), number(metrics, "fcgi_received_bytes_total"));
        assertEquals(sum(RequestEvent::bytesOut), number(metrics, "fcgi_sent_bytes_total"));
        assertEquals(expected.size() - count(Kind.REFUSED), number(metrics, "fcgi_request_duration_seconds_count"));
        String status = OfflineRequest.builder("GET", "/status").build().respond(page).text();
        assertEquals(events.begun(), number(status, "accepted conn:"));
        assertEquals(sum(one -> one.outcome().name().startsWith("OVER_MAX_REQUESTS") ? 1 : 0),
                number(status, "max children reached:"));
        ServerStats stats = server.stats();
        assertEquals(count(Kind.ABORTED), stats.requestsAborted());
        assertEquals(count(Kind.REFUSED), stats.requestsRefused());
        assertEquals(count(Kind.FAILED), stats.handlersFailed());
        assertEquals(events.begun(), stats.requestsStarted());
        assertEquals(List.of(), stats.requests());
        assertEquals(0, stats.activeRequests());
    }

    /** What the listener was told, for each request. */
    private List<String> sorted(Function<RequestEvent, String> what) {
        return events.ended().stream().map(one -> one.connection() + "/" + one.id() + ' ' + what.apply(one)).sorted().toList();
    }

    private long sum(ToLongFunction<RequestEvent> number) {
        return events.ended().stream().mapToLong(number).sum();
    }

    /** {@return the last word of the line that begins with a name} */
    private static long number(String page, String name) {
        String line = page.lines().filter(one -> one.startsWith(name)).findFirst().orElseThrow();
        return Long.parseLong(line.substring(line.lastIndexOf(' ') + 1));
    }

    private long count(Kind kind) {
        return events.ended().stream().filter(one -> one.outcome().kind() == kind).count();
    }

    @Test
    void completed() throws Exception {
        observe(b -> b.responder(request -> {
            request.appStatus(3);
            print(request, "Status: 201 x\r\nX-A: b\r\n\r\n" + request.stdin().readAllBytes().length);
        }));
        peer().begin(1, RESPONDER, KEEP_CONN).params(1, "REQUEST_METHOD", "POST", "SCRIPT_NAME", "/a", "QUERY_STRING", "q")
                .endParams(1).stdin(1, "12345").send().stdin(1, "678").endStdin(1)
                .expectStdout(1, "Status: 201 x\r\nX-A: b\r\n\r\n8").expectEnd(1, 3, ProtocolStatus.REQUEST_COMPLETE);
        expect("1/1 COMPLETED 201");
        RequestEvent event = events.ended().get(0);
        assertEquals("POST /a?q", event.method() + ' ' + event.uri());
        assertEquals("8 26 3 b", event.bytesIn() + " " + event.bytesOut() + ' ' + event.appStatus() + ' '
                + event.responseHeader("x-a"));
        assertTrue(event.time().compareTo(event.handlerTime().plus(event.headTime())) >= 0);
        assertNull(event.failure());
        assertEquals(System.getProperty("user.name"), event.peerUser());
    }

    @Test
    void finishedBeforeTheHandlerIsDone() throws Exception {
        CountDownLatch goOn = gate();
        observe(b -> b.responder(request -> {
            print(request, "\r\n");
            request.finish();
            awaitStubbornly(goOn);
        }));
        peer().request(1, "/").expectAnswer(1, "\r\n");
        assertEquals(Outcome.COMPLETED, server.stats().requests().get(0).outcome());
        assertEquals(0, events.ended().size());
        goOn.countDown();
        expect("1/1 COMPLETED 200");
    }

    @Test
    void failedBeforeAndAfterOutput() throws Exception {
        observe(b -> b.responder(request -> {
            if (request.meta("SCRIPT_NAME").equals("/after")) {
                print(request, "\r\nhalf");
                request.stdout().flush();
            } else {
                print(request, "Status: 299 x\r\n\r\nnever sent");
            }
            throw new IllegalStateException("expected");
        }));
        peer().request(1, "/before").expectStatus(1, 500, 1, ProtocolStatus.REQUEST_COMPLETE);
        peer().request(1, "/after").expectStdoutPart(1, "\r\nhalf").expectCut(1);
        expect("1/1 FAILED 500", "2/1 FAILED_INCOMPLETE 200");
        assertEquals("expected", events.ended().get(0).failure().getMessage());
        assertEquals(6, sum(one -> one.connection() == 2 ? one.bytesOut() : 0));
    }

    @Test
    void abortedByThePeer() throws Exception {
        CountDownLatch begun = gate();
        observe(b -> b.responder(request -> {
            begun.countDown();
            request.stdin().readAllBytes();
        }));
        ScriptedPeer peer = peer().head(1, KEEP_CONN, "/");
        peer.send();
        await(begun);
        peer.abort(1).expectAnswer(1, "");
        ScriptedPeer gone = peer().head(1, KEEP_CONN, "/").send();
        until("it runs", () -> server.stats().requestsStarted() == 2);
        gone.close();
        ScriptedPeer headless = peer().begin(7, RESPONDER, KEEP_CONN).send();
        until("it has begun", () -> server.stats().activeRequests() > 0 && events.opened() == 3);
        headless.close();
        expect("1/1 ABORTED_BY_PEER 0", "2/1 CONNECTION_LOST 0", "3/7 CONNECTION_LOST 0");
    }

    @Test
    void abortedByTimeouts() throws Exception {
        holdTime();
        CountDownLatch never = gate();
        observe(b -> b.readTimeout(SHORT).handlerTimeout(SHORT.multipliedBy(3)).responder(request -> {
            if (request.meta("SCRIPT_NAME").equals("/read")) {
                request.stdin().readAllBytes();
            }
            awaitStubbornly(never);
        }));
        ScriptedPeer reading = peer().head(1, KEEP_CONN, "/read").send();
        ScriptedPeer working = peer().request(1, "/work").send();
        until("both run", () -> server.stats().requestsStarted() == 2);
        clock.until("both are aborted", () -> server.stats().requestsAborted() == 2);
        never.countDown();
        reading.expectStatus(1, 503, 1, ProtocolStatus.REQUEST_COMPLETE);
        working.expectStatus(1, 503, 1, ProtocolStatus.REQUEST_COMPLETE);
        expect("1/1 READ_TIMEOUT 503", "2/1 HANDLER_TIMEOUT 503");
    }

    @Test
    void abortedBecauseThePeerTakesNothing() throws Exception {
        holdTime();
        observe(b -> b.writeTimeout(SHORT).responder(request -> {
            print(request, "Status: 203 x\r\n\r\n");
            request.stdout().flush();
            for (byte[] much = new byte[100_000]; ; ) {
                request.stdout().write(much);
            }
        }));
        ScriptedPeer peer = peer().request(1, "/").send();
        until("it runs", () -> server.stats().requestsStarted() == 1);
        clock.until("it is aborted", () -> server.stats().requestsAborted() == 1);
        expect("1/1 WRITE_TIMEOUT 203");
        peer.expectStdoutPart(1, "Status: 203 x\r\n\r\n").expectGone();
    }

    private ScriptedPeer peerThatDoesNotRead() throws Exception {
        holdTime();
        String much = "\r\n" + "x".repeat(2_000_000);
        observe(b -> b.slowRequestTime(SHORT.dividedBy(4)).writeTimeout(SHORT).outputBuffer(2 * much.length())
                .responder(request -> print(request, much)));
        ScriptedPeer peer = peer().request(1, "/").send();
        until("all is being written at once", () -> server.stats().requests().stream().anyMatch(one -> one.outcome() != null));
        clock.advance(SHORT.dividedBy(2));
        return peer;
    }

    @Test
    void theTimeIsThatOfTheHandlerWithoutTheLastWrite() throws Exception {
        peerThatDoesNotRead().expectAnswer(1, "\r\n" + "x".repeat(2_000_000));
        expect("1/1 COMPLETED 200");
        assertEquals(Duration.ZERO, events.ended().get(0).handlerTime());
        assertEquals(Duration.ZERO, events.ended().get(0).time());
    }

    @Test
    void theTimeIsThatOfTheLastWriteWhereThatHasFailed() throws Exception {
        peerThatDoesNotRead();
        clock.until("it is aborted", () -> server.stats().requestsAborted() == 1);
        expect("1/1 WRITE_TIMEOUT 200");
        assertTrue(events.ended().get(0).time().compareTo(SHORT) >= 0, events.ended().get(0).time().toString());
        assertEquals(0, server.stats().requestsSlow(), "slow is the handler");
    }

    @Test
    void abortedBecauseItDoesNotRead() throws Exception {
        holdTime();
        CountDownLatch never = gate();
        observe(b -> b.inputBuffer(1024).stallTimeout(SHORT).responder(request -> {
            if (request.id() == 1) {
                awaitStubbornly(never);
            } else {
                request.stdin().readAllBytes();
            }
        }));
        ScriptedPeer peer = peer().head(1, KEEP_CONN, "/").head(2, KEEP_CONN, "/").stdin(1, new byte[5000])
                .stdin(2, new byte[10]).endStdin(2).send();
        clock.until("it is aborted", () -> server.stats().requestsAborted() == 1);
        never.countDown();
        peer.expectStatus(1, 503, 1, ProtocolStatus.REQUEST_COMPLETE).expectAnswer(2, "");
        expect("1/1 INPUT_STALLED 503", "1/2 COMPLETED 0");
    }

    @Test
    void abortedByTheStop() throws Exception {
        CountDownLatch begun = gate();
        observe(b -> b.responder(request -> {
            begun.countDown();
            request.stdin().readAllBytes();
        }));
        ScriptedPeer peer = peer().head(1, KEEP_CONN, "/").send();
        await(begun);
        assertFalse(server.shutdown(Duration.ofMillis(1)));
        peer.expectStatus(1, 503, 1, ProtocolStatus.REQUEST_COMPLETE);
        expect("1/1 SHUTDOWN 503");
        assertEquals(1, events.stopped(), "and all was told before");
    }

    /** The stop waits a moment for a listener that is still running, also if it is interrupted meanwhile. */
    @Test
    void anInterruptedStopWaitsForTheListenersAllTheSame() throws Exception {
        CountDownLatch goOn = gate();
        CountDownLatch entered = new CountDownLatch(1);
        List<String> order = new CopyOnWriteArrayList<>();
        observe(b -> b.responder(ServerTest::echoPath).listener(new ServerListener() {
            @Override
            public void requestEnded(RequestEvent request) {
                entered.countDown();
                try {
                    goOn.await();
                } catch (InterruptedException e) {
                    order.add("interrupted");
                }
                order.add("ended");
            }

            @Override
            public void stopped(ServerStats stats) {
                order.add("stopped");
            }
        }));
        peer().request(1, "/").expectAnswer(1, "\r\n/");
        await(entered);
        CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
        Thread stop = Thread.ofPlatform().start(() -> {
            try {
                server.shutdown(Duration.ofMillis(1));
                interrupted.complete(Thread.interrupted());
            } catch (InterruptedException e) {
                interrupted.completeExceptionally(e);
            }
        });
        until("it waits for the listener", () -> isIn(stop, "awaitLastWords"));
        stop.interrupt();
        until("it has noticed", () -> !stop.isInterrupted() || interrupted.isDone());
        goOn.countDown();
        assertTrue(interrupted.get(), "the interrupt is kept for the caller");
        assertEquals(List.of("ended", "stopped"), order);
    }

    private static boolean isIn(Thread thread, String method) {
        return Arrays.stream(thread.getStackTrace()).anyMatch(frame -> frame.getMethodName().equals(method));
    }

    @Test
    void refusedOverLimits() throws Exception {
        CountDownLatch goOn = gate();
        observe(b -> b.maxRequests(2).maxRequestsPerConnection(2).maxParamsLength(1024).responder(request -> await(goOn)));
        ScriptedPeer full = peer().request(1, "/").request(2, "/").send();
        until("they run", () -> server.stats().requestsStarted() == 2);
        full.request(3, "/").expectStatus(3, 503, 0, ProtocolStatus.OVERLOADED);
        peer().request(1, "/").expectStatus(1, 503, 0, ProtocolStatus.OVERLOADED);
        peer().begin(1, RESPONDER, KEEP_CONN).params(1, "A", "x".repeat(2000))
                .expectStatus(1, 503, 0, ProtocolStatus.OVERLOADED);
        peer().begin(1, AUTHORIZER, KEEP_CONN).expectEnd(1, 0, ProtocolStatus.UNKNOWN_ROLE);
        peer().begin(1, 9, KEEP_CONN).expectEnd(1, 0, ProtocolStatus.UNKNOWN_ROLE);
        goOn.countDown();
        full.expectAnswer(1, "").expectAnswer(2, "");
        expect("1/1 COMPLETED 0", "1/2 COMPLETED 0", "1/3 OVER_MAX_REQUESTS_PER_CONNECTION 503",
                "2/1 OVER_MAX_REQUESTS 503", "3/1 OVER_MAX_PARAMS 503", "4/1 UNKNOWN_ROLE 0", "5/1 UNKNOWN_ROLE 0");
        assertEquals(2, server.stats().requestsOverLimit());
        assertEquals(2, server.stats().maxActiveRequests());
    }

    @Test
    void refusedBecauseTheHeadTakesTooLong() throws Exception {
        holdTime();
        observe(b -> b.headTimeout(SHORT).responder(ServerTest::echoPath));
        ScriptedPeer peer = peer().begin(1, RESPONDER, KEEP_CONN).send();
        until("it has begun", () -> server.stats().activeRequests() == 1);
        clock.until("it is refused", () -> server.stats().requestsRefused() == 1);
        peer.expectStatus(1, 503, 1, ProtocolStatus.REQUEST_COMPLETE).expectClosed();
        expect("1/1 HEAD_TIMEOUT 503");
    }

    @Test
    void refusedByTheExecutor() throws Exception {
        observe(b -> b.responder(ServerTest::echoPath).executor(task -> {
            throw new RejectedExecutionException("expected");
        }));
        peer().request(1, "/").expectStatus(1, 503, 0, ProtocolStatus.OVERLOADED);
        expect("1/1 REJECTED_BY_EXECUTOR 503");
    }

    @Test
    void refusedBecauseTheConnectionCloses() throws Exception {
        CountDownLatch goOn = gate();
        observe(b -> b.responder(request -> await(goOn)));
        ScriptedPeer peer = peer().begin(1, RESPONDER, 0).endParams(1).endStdin(1).send();
        until("it runs", () -> server.stats().requestsStarted() == 1);
        peer.request(2, "/").expectStatus(2, 503, 0, ProtocolStatus.OVERLOADED);
        until("it is logged", () -> log.has(line ->
                line.matches("WARNING the connection is about to be closed, refused: request 2 of .*, role RESPONDER")));
        goOn.countDown();
        peer.expectAnswer(1, "").expectClosed();
        expect("1/1 COMPLETED 0", "1/2 DRAINING 503");
    }

    @Test
    void refusedBecauseTheServerStops() throws Exception {
        holdTime();
        CountDownLatch goOn = gate();
        observe(b -> b.responder(request -> await(goOn)));
        ScriptedPeer peer = peer().request(1, "/").send();
        until("it runs", () -> server.stats().requestsStarted() == 1);
        var stopped = stop(server, SHORT.multipliedBy(10));
        until("it stops", () -> log.has(line -> line.contains("server stops")));
        clock.advance(SHORT.multipliedBy(6)); // more than half of the grace period
        peer.request(2, "/").expectStatus(2, 503, 0, ProtocolStatus.OVERLOADED);
        goOn.countDown();
        peer.expectAnswer(1, "").expectClosed();
        assertTrue(stopped.get());
        expect("1/1 COMPLETED 0", "1/2 DRAINING 503");
    }

    @Test
    void connections() throws Exception {
        observe(b -> b.allowedPeers(peer -> events.opened() < 1).responder(ServerTest::echoPath));
        ScriptedPeer first = peer().request(1, "/").request(2, "/").expectAnswer(1, "\r\n/").expectAnswer(2, "\r\n/");
        peer().expectClosed();
        until("it is closed", () -> events.closed().size() == 1);
        assertEquals("by allowedPeers", events.closed().get(0).refusal());
        first.close();
        until("it is closed", () -> events.closed().size() == 2);
        assertEquals("1 2 null", events.closed().get(1).number() + " " + events.closed().get(1).requests() + ' '
                + events.closed().get(1).refusal());
        assertEquals(1, server.stats().connectionsAccepted());
    }

    @Test
    void aConnectionIsKnownWhenTheRecordingBeginsInTheMiddle() throws Exception {
        recording.stop();
        start(b -> b.responder(ServerTest::echoPath));
        ScriptedPeer early = peer().request(1, "/").expectAnswer(1, "\r\n/").request(1, "/").expectAnswer(1, "\r\n/");
        ScriptedPeer idle = peer().request(1, "/").expectAnswer(1, "\r\n/");
        Instant before = Instant.now();
        until("its time is over", () -> Instant.now().toEpochMilli() > before.toEpochMilli());
        try (Recording late = new Recording()) {
            late.enable("dev.fcgi.Connection").withoutThreshold();
            late.start();
            early.request(1, "/").expectAnswer(1, "\r\n/").close();
            idle.close();
            Path file = directory.resolve("late.jfr");
            List<RecordedEvent> closed = new ArrayList<>();
            until("both are recorded", () -> {
                try {
                    late.dump(file);
                    closed.clear();
                    closed.addAll(RecordingFile.readAllEvents(file));
                    closed.removeIf(one -> !one.getEventType().getName().equals("dev.fcgi.Connection"));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
                return closed.size() == 2;
            });
            assertEquals(List.of("1 3", "2 1"), closed.stream()
                    .map(one -> one.getLong("number") + " " + one.getLong("requests")).sorted().toList());
            for (RecordedEvent one : closed) {
                assertFalse(one.getInstant("opened").isAfter(before), one.toString());
                assertEquals(System.getProperty("user.name"), one.getString("user"));
            }
        }
    }

    @Test
    void slow() throws Exception {
        holdTime();
        CountDownLatch goOn = gate();
        observe(b -> b.slowRequestTime(SHORT).responder(request -> await(goOn)));
        List<String> entries = new ArrayList<>();
        try (LogCapture slow = new LogCapture("dev.fcgi.slow", (line, thrown) ->
                entries.add(line + List.of(thrown.getStackTrace())))) {
            ScriptedPeer peer = peer().request(1, "/slow").send();
            until("it runs", () -> server.stats().requestsStarted() == 1);
            clock.until("it is slow", () -> events.slow().size() == 1);
            clock.advance(SHORT.multipliedBy(3));
            goOn.countDown();
            peer.expectAnswer(1, "");
            assertEquals(List.of(), slow.lines(), "they went elsewhere");
            assertEquals(1, entries.size(), "once");
            assertTrue(entries.get(0).contains("request 1 of connection 1, ") && entries.get(0).contains("/slow"),
                    entries.toString());
            assertTrue(entries.get(0).contains("ServerTest.await("), entries.toString());
        }
        expect("1/1 COMPLETED 0");
        assertEquals(1, server.stats().requestsSlow());
        assertTrue(metrics().contains("fcgi_slow_requests_total{pool=\"test\"} 1\n"));
    }

    /** Slow is the handler; whether somebody still waits for it makes no difference. */
    @Test
    void slowAfterTheWebServerHasGone() throws Exception {
        holdTime();
        CountDownLatch goOn = gate();
        observe(b -> b.slowRequestTime(SHORT).responder(request -> awaitStubbornly(goOn)));
        ScriptedPeer peer = peer().request(1, "/").send();
        until("it runs", () -> server.stats().requestsStarted() == 1);
        peer.close();
        until("its connection is gone", () -> server.stats().connections() == 0);
        clock.until("it is slow", () -> events.slow().size() == 1);
        goOn.countDown();
        expect("1/1 CONNECTION_LOST 0");
    }

    @Test
    void onlyBytesThatWereReceivedCount() throws Exception {
        CountDownLatch goOn = gate();
        observe(b -> b.responder(request -> awaitStubbornly(goOn)));
        ScriptedPeer peer = peer().head(1, KEEP_CONN, "/").bytes("01 05 0001 8000 00 00" + "61 62 63").send(); // of 32 KiB
        until("it runs", () -> server.stats().requestsStarted() == 1);
        peer.close();
        until("it is lost", () -> server.stats().requestsAborted() == 1);
        goOn.countDown();
        expect("1/1 CONNECTION_LOST 0");
        assertEquals(3, events.ended().get(0).bytesIn());
    }

    @Test
    void aRequestWithoutItsHeadTakesNoPlace() throws Exception {
        observe(b -> b.maxRequests(2).responder(ServerTest::echoPath));
        ScriptedPeer peer = peer();
        for (int id = 1; id <= 3; id++) {
            peer().begin(1, RESPONDER, KEEP_CONN).send();
        }
        until("they have begun", () -> server.stats().incompleteHeads() == 3);
        assertEquals(3, server.stats().activeRequests());
        String text = OfflineRequest.builder("GET", "/status").build().respond(page).text();
        assertTrue(text.contains("idle processes:       2\nactive processes:     0\n"), text);
        assertTrue(metrics().contains("fcgi_active_requests{pool=\"test\"} 0\n"), metrics());
        assertTrue(metrics().contains("fcgi_incomplete_heads{pool=\"test\"} 3\n"), metrics());
        peer.request(1, "/").expectAnswer(1, "\r\n/");
    }

    @Test
    void whatAListenerThrowsIsLoggedAndCostsNothing() throws Exception {
        start(b -> b.listener(new ServerListener() {
            @Override
            public void requestBegun(RequestEvent request) {
                throw new IllegalStateException("begun");
            }

            @Override
            public void requestEnded(RequestEvent request) {
                throw new StackOverflowError("ended");
            }

            @Override
            public void connectionOpened(ConnectionEvent connection) {
                throw new OutOfMemoryError("opened");
            }
        }).listener(events).responder(ServerTest::echoPath));
        peer().request(1, "/").expectAnswer(1, "\r\n/").request(1, "/b").expectAnswer(1, "\r\n/b");
        until("the other one has heard of all", () -> events.ended().size() == 2 && events.opened() == 1);
        for (String what : List.of("opened", "begun", "ended")) {
            assertTrue(log.has(line -> line.contains("a listener failed") && line.contains(what)), what);
        }
    }

    @Test
    void anInterruptThatAListenerLeavesCostsNoConnection() throws Exception {
        start(b -> b.listener(new ServerListener() {
            @Override
            public void connectionOpened(ConnectionEvent connection) {
                Thread.currentThread().interrupt();
            }

            @Override
            public void requestEnded(RequestEvent request) {
                Thread.currentThread().interrupt();
            }
        }).responder(ServerTest::echoPath));
        ScriptedPeer peer = peer();
        for (int i = 0; i < 3; i++) {
            peer.request(1, KEEP_CONN, "/again").expectAnswer(1, "\r\n/again");
            peer.begin(2, 77, KEEP_CONN).expectEnd(2, 0, ProtocolStatus.UNKNOWN_ROLE);
        }
    }

    @Test
    void aListenerThatBlocksKeepsNobodyElseWaiting() throws Exception {
        CountDownLatch goOn = gate();
        start(b -> b.listener(new ServerListener() {
            @Override
            public void requestEnded(RequestEvent request) {
                if (request.uri().equals("/block")) {
                    awaitStubbornly(goOn);
                }
            }
        }).responder(ServerTest::echoPath));
        peer().request(1, "/block").expectAnswer(1, "\r\n/block");
        peer().request(1, "/").expectAnswer(1, "\r\n/");
        assertEquals(2, server.stats().requestsStarted());
    }

    @Test
    void withoutObserversNothingIsObserved() throws Exception {
        recording.stop();
        start(b -> b.responder(request -> print(request, "\r\n" + server.stats().requests().size())));
        peer().request(1, "/").expectAnswer(1, "\r\n0");
    }
}
