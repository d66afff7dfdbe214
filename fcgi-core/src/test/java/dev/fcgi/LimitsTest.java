package dev.fcgi;

import static dev.fcgi.ScriptedPeer.AUTHORIZER;
import static dev.fcgi.ScriptedPeer.FILTER;
import static dev.fcgi.ScriptedPeer.KEEP_CONN;
import static dev.fcgi.ScriptedPeer.RESPONDER;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fcgi.RequestAbortedException.Reason;
import dev.fcgi.internal.wire.Fcgi;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Every limit of the builder: its effect, and that everything else continues (5.5-flood). */
@ParameterizedClass
@EnumSource(Mode.class)
final class LimitsTest extends ServerTest {
    /** Shorter than all other limits, which are half a minute and more. */
    private static final Duration SHORT = Duration.ofSeconds(2);

    private final Mode mode;
    private final BlockingQueue<Reason> reasons = new LinkedBlockingQueue<>();

    LimitsTest(Mode mode) {
        this.mode = mode;
    }

    @Override
    FcgiServer.Builder settings(FcgiServer.Builder builder) {
        return mode.apply(builder);
    }

    /** Advances the clock until a request is aborted. */
    private Reason reason() {
        clock.until("a request is aborted", () -> !reasons.isEmpty());
        return reasons.remove();
    }

    /** The same for one that must not be aborted before the limit. */
    private Reason reasonAfter(Duration limit) {
        Duration waited = clock.until("a request is aborted", () -> !reasons.isEmpty());
        assertTrue(waited.compareTo(limit) >= 0, "after " + waited);
        return reasons.remove();
    }

    /** Advances the clock until something arrives, or the connection ends. */
    private ScriptedPeer inTime(ScriptedPeer peer) {
        peer.send();
        clock.until("something comes", () -> peer.pending() > 0 || peer.hasEnded());
        return peer;
    }

    private void readUntilAborted(Request request) {
        reasons.add(assertThrows(RequestAbortedException.class, () -> request.stdin().readAllBytes()).reason());
    }

    // ---- numbers

    @Test
    void moreConnectionsWaitInTheKernel() throws Exception {
        start(b -> b.maxConnections(2).responder(ServerTest::echoPath));
        ScriptedPeer one = peer().request(1, "/1").expectAnswer(1, "\r\n/1");
        ScriptedPeer two = peer().request(1, "/2").expectAnswer(1, "\r\n/2");
        ScriptedPeer three = peer().request(1, "/3").send();
        one.expectQuiet();
        two.expectQuiet();
        assertEquals(2, server.stats().connections());
        assertEquals(0, three.pending());
        one.close();
        three.expectAnswer(1, "\r\n/3");
        assertEquals(3, server.stats().connectionsAccepted());
    }

    @Test
    void moreRequestsAreAnswered503() throws Exception { // 5.5-flood
        CountDownLatch goOn = gate();
        start(b -> b.maxRequests(2).responder(request -> {
            await(goOn);
            echoPath(request);
        }));
        ScriptedPeer one = peer().request(1, "/1").request(2, "/2").send();
        until("two requests run", () -> server.stats().requestsStarted() == 2);
        ScriptedPeer two = peer().request(1, "/no").expectStatus(1, 503, 0, ProtocolStatus.OVERLOADED);
        one.request(3, "/no").expectStatus(3, 503, 0, ProtocolStatus.OVERLOADED);
        goOn.countDown();
        one.expectAnswer(1, "\r\n/1").expectAnswer(2, "\r\n/2");
        until("no request runs", () -> server.stats().activeRequests() == 0);
        two.request(1, "/yes").expectAnswer(1, "\r\n/yes");
        assertEquals(2, server.stats().requestsRefused());
        assertTrue(log.has(line -> line.contains("maxRequests 2 reached, refused: request 3 of ")),
                log.lines().toString());
    }

    @Test
    void aRequestCountsUntilItsHandlerReturns() throws Exception {
        CountDownLatch goOn = gate();
        start(b -> b.maxRequests(1).responder(request -> {
            request.finish();
            awaitStubbornly(goOn);
        }));
        ScriptedPeer peer = peer().request(1, "/").expectAnswer(1, "");
        peer.request(1, "/").expectStatus(1, 503, 0, ProtocolStatus.OVERLOADED);
        goOn.countDown();
        until("no request runs", () -> server.stats().activeRequests() == 0);
        peer.request(1, "/").expectAnswer(1, "");
    }

    @Test
    void aPeerThatOnlyBeginsRequestsTakesNoneFromOthers() throws Exception {
        start(b -> b.maxRequests(4).responder(ServerTest::echoPath));
        List<ScriptedPeer> peers = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            ScriptedPeer peer = peer();
            peers.add(peer);
            for (int id = 1; id <= 10; id++) {
                peer.begin(id, RESPONDER, KEEP_CONN);
            }
            peer.getValues("FCGI_MAX_CONNS").next(Fcgi.GET_VALUES_RESULT, 0); // all of it was read
        }
        // one head each, and of the 4 shared ones: 2 for the first, 1 for the second, 1 for the third
        assertEquals(9, server.stats().activeRequests());
        assertEquals(41, server.stats().requestsRefused());
        peer().request(1, "/one").request(2, "/two").expectAnswer(1, "\r\n/one").expectAnswer(2, "\r\n/two");
        peers.get(2).params(2, "SCRIPT_NAME", "/share").endParams(2).endStdin(2).expectAnswer(2, "\r\n/share");
        peers.get(0).params(1, "SCRIPT_NAME", "/late").endParams(1).endStdin(1).expectAnswer(1, "\r\n/late");
        for (ScriptedPeer peer : peers) {
            peer.close();
        }
        until("nothing is left of them", () -> server.stats().activeRequests() == 0);
        ScriptedPeer last = peer(); // all shared places are free again
        for (int id = 1; id <= 3; id++) {
            last.begin(id, RESPONDER, KEEP_CONN);
        }
        last.getValues("FCGI_MAX_CONNS").next(Fcgi.GET_VALUES_RESULT, 0);
        assertEquals(3, server.stats().activeRequests());
    }

    /** Answers to aborts wait in memory, so reading stops while the peer does not accept them. */
    @Test
    void aPeerThatAbortsAndReadsNoAnswerIsHeldBack() throws Exception {
        start(b -> b.responder(ServerTest::echoPath));
        ScriptedPeer peer = peer();
        byte[] pair = new byte[24]; // BEGIN_REQUEST and ABORT_REQUEST
        System.arraycopy(ScriptedPeer.recordBytes(Fcgi.BEGIN_REQUEST, 1, ScriptedPeer.beginBody(RESPONDER, KEEP_CONN), 0),
                0, pair, 0, 16);
        System.arraycopy(ScriptedPeer.recordBytes(Fcgi.ABORT_REQUEST, 1, new byte[0], 0), 0, pair, 16, 8);
        int sent = 0;
        int blocked = 0;
        while (blocked < 30) {
            int count = peer.sendWhatFits(tail(pair, sent % pair.length));
            sent += count;
            blocked = count == 0 ? blocked + 1 : 0;
            assertTrue(sent < 500_000, "the server takes more and more");
            if (count == 0) {
                TimeUnit.MILLISECONDS.sleep(10); // waits for the absence of reading
            }
        }
        peer().request(1, "/other").expectAnswer(1, "\r\n/other");
    }

    @Test
    void moreRequestsOfOneConnectionAreAnswered503() throws Exception { // 5.5-flood
        start(b -> b.maxRequestsPerConnection(2).responder(request -> request.stdin().readAllBytes()));
        ScriptedPeer peer = peer().head(1, KEEP_CONN, "/").head(2, KEEP_CONN, "/").request(3, "/")
                .expectStatus(3, 503, 0, ProtocolStatus.OVERLOADED);
        peer().request(3, "/").expectAnswer(3, "");
        peer.endStdin(1).expectAnswer(1, "").request(3, "/").expectAnswer(3, "").endStdin(2).expectAnswer(2, "");
        expectRefusals("WARNING maxRequestsPerConnection 2 reached, refused: request 3 of CONNECTION 1, role RESPONDER");
    }

    /** Compares all lines about requests that were refused at their beginning. */
    private void expectRefusals(String... lines) {
        assertEquals(List.of(lines), log.lines().stream().filter(line -> line.contains("refused: request"))
                .map(line -> line.replaceAll(" of [^,]*\\(connection (\\d+)\\)", " of CONNECTION $1")).toList());
    }

    @Test
    void aSecondRequestOfAConnectionForOneIsRefusedAndLogged() throws Exception {
        start(b -> b.maxRequestsPerConnection(1).responder(request -> request.stdin().readAllBytes()));
        peer().head(1, KEEP_CONN, "/").begin(7, RESPONDER, KEEP_CONN).expectEnd(7, 0, ProtocolStatus.CANT_MPX_CONN)
                .endStdin(1).expectAnswer(1, "");
        expectRefusals("WARNING a connection has one request at a time (maxRequestsPerConnection 1), refused: "
                + "request 7 of CONNECTION 1, role RESPONDER");
    }

    @Test
    void aHeadTooManyIsRefusedAndLogged() throws Exception {
        start(b -> b.maxRequests(2).responder(ServerTest::echoPath));
        peer().begin(1, RESPONDER, KEEP_CONN).begin(2, RESPONDER, KEEP_CONN).begin(3, RESPONDER, KEEP_CONN)
                .expectStatus(3, 503, 0, ProtocolStatus.OVERLOADED);
        expectRefusals("WARNING too many incomplete request heads, refused: request 3 of CONNECTION 1, role RESPONDER");
    }

    @Test
    void aRoleWithoutHandlerIsRefusedAndLogged() throws Exception {
        start(b -> b.responder(ServerTest::echoPath));
        peer().request(1, "/").expectAnswer(1, "\r\n/");
        peer().begin(3, AUTHORIZER, KEEP_CONN).expectEnd(3, 0, ProtocolStatus.UNKNOWN_ROLE)
                .begin(4, 9, KEEP_CONN).expectEnd(4, 0, ProtocolStatus.UNKNOWN_ROLE);
        expectRefusals("WARNING no handler for this role, refused: request 3 of CONNECTION 2, role AUTHORIZER",
                "WARNING no handler for this role, refused: request 4 of CONNECTION 2, role unknown");
    }

    @Test
    void ofManyRefusalsSomeAreLoggedAndTheRestIsCounted() throws Exception {
        start(b -> b.responder(ServerTest::echoPath));
        ScriptedPeer peer = peer();
        for (int i = 0; i < 30; i++) {
            peer.begin(1, AUTHORIZER, KEEP_CONN).expectEnd(1, 0, ProtocolStatus.UNKNOWN_ROLE);
        }
        server.close();
        assertEquals(10, log.lines().stream().filter(line -> line.contains("no handler for this role, refused: request 1 ")).count());
        assertTrue(log.has(line -> line.matches("WARNING 20 more in the last \\d+ s: no handler for this role, .*")),
                log.lines().toString());
    }

    @Test
    void aRequestRefusedAtItsBeginningIsNotPromisedABody() throws Exception {
        start(b -> b.maxRequestsPerConnection(2).responder(request -> request.stdin().readAllBytes()));
        ScriptedPeer peer = peer().head(1, KEEP_CONN, "/").head(2, KEEP_CONN, "/").request(3, "/");
        assertTrue(peer.stdout(3).endsWith("\r\nContent-Length: 0\r\n\r\n"));
        peer.expectEnd(3, 0, ProtocolStatus.OVERLOADED);
    }

    @Test
    void abandonedHandlersOfOneConnectionAreLimited() throws Exception { // BEGIN/ABORT churn
        CountDownLatch goOn = gate();
        AtomicInteger running = new AtomicInteger();
        start(b -> b.maxRequestsPerConnection(1).responder(request -> {
            running.incrementAndGet();
            awaitStubbornly(goOn);
        }));
        ScriptedPeer peer = peer();
        int begun = 0;
        for (String answer = ""; answer.isEmpty(); begun++) {
            peer.request(1, "/").send();
            int now = begun + 1;
            until("it runs or was refused", () -> running.get() == now || peer.pending() > 0);
            peer.abort(1);
            answer = peer.stdout(1);
            peer.next(1);
            assertTrue(begun < 100, "no limit");
        }
        assertEquals(65, begun - 1);
    }

    @Test
    void longerParametersAreAnswered503() throws Exception {
        start(b -> b.maxParamsLength(1024).responder(request -> print(request, "" + request.meta("A").length())));
        ScriptedPeer peer = peer().begin(1, RESPONDER, KEEP_CONN).params(1, "A", "x".repeat(1018)).endParams(1)
                .endStdin(1).expectAnswer(1, "1018");
        peer.begin(1, RESPONDER, KEEP_CONN).params(1, "A", "x".repeat(1019))
                .expectStatus(1, 503, 0, ProtocolStatus.OVERLOADED);
        peer.endParams(1).endStdin(1).begin(1, RESPONDER, KEEP_CONN).params(1, "A", "x").endParams(1).endStdin(1)
                .expectAnswer(1, "1").expectQuiet();
        until("no request is in flight", () -> server.stats().activeRequests() == 0);
    }

    @Test
    void moreParametersAreAnswered503() throws Exception {
        start(b -> b.maxParamsCount(2).responder(request -> print(request, "" + request.params().size())));
        ScriptedPeer peer = peer().begin(1, RESPONDER, KEEP_CONN).params(1, "A", "1", "B", "2").endParams(1)
                .endStdin(1).expectAnswer(1, "2");
        peer.begin(1, RESPONDER, KEEP_CONN).params(1, "A", "1", "B", "2", "A", "3").endParams(1).endStdin(1)
                .expectStatus(1, 503, 0, ProtocolStatus.OVERLOADED).expectQuiet();
    }

    @Test
    void aHandlerThatDoesNotReadHoldsThePeerBack() throws Exception {
        CountDownLatch goOn = gate();
        BlockingQueue<InputStream> streams = new LinkedBlockingQueue<>();
        start(b -> b.inputBuffer(4096).responder(request -> {
            streams.add(request.stdin());
            await(goOn);
            print(request, "" + request.stdin().readAllBytes().length);
        }));
        ScriptedPeer peer = peer().head(1, KEEP_CONN, "/");
        peer.stdin(1, new byte[4000]).send();
        InputStream stdin = streams.poll(10, TimeUnit.SECONDS);
        until("the input is queued", () -> available(stdin) == 4000);
        byte[] rest = ScriptedPeer.recordBytes(5, 1, new byte[64_000], 0);
        int sent = 0;
        int blocked = 0;
        while (blocked < 5) { // a Unix socket holds some 200 kB
            int count = peer.sendWhatFits(sent % rest.length == 0 ? rest : tail(rest, sent % rest.length));
            sent += count;
            blocked = count == 0 ? blocked + 1 : 0;
            assertTrue(sent < 4_000_000, "the server takes more and more");
            if (count == 0) {
                TimeUnit.MILLISECONDS.sleep(10); // waits for the absence of reading
            }
        }
        assertEquals(4096, available(stdin));
        peer().request(1, "/other").send(); // other connections go on
        assertTrue(streams.poll(10, TimeUnit.SECONDS) != null);
        goOn.countDown();
        if (sent % rest.length != 0) {
            peer.bytes(tail(rest, sent % rest.length));
            sent += rest.length - sent % rest.length;
        }
        peer.endStdin(1).expectAnswer(1, "" + (4000 + sent / rest.length * 64_000)).expectQuiet();
    }

    private static byte[] tail(byte[] all, int from) {
        return java.util.Arrays.copyOfRange(all, from, all.length);
    }

    private static int available(InputStream stream) {
        try {
            return stream.available();
        } catch (java.io.IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aSlowReaderDoesNotHinderOthersWhileItsInputFits() throws Exception {
        CountDownLatch goOn = gate();
        start(b -> b.inputBuffer(4096).responder(request -> {
            if (request.id() == 1) {
                await(goOn);
            }
            print(request, "" + request.stdin().readAllBytes().length);
        }));
        ScriptedPeer peer = peer().head(1, KEEP_CONN, "/").stdin(1, new byte[4096])
                .head(2, KEEP_CONN, "/").stdin(2, new byte[10]).endStdin(2).expectAnswer(2, "10");
        goOn.countDown();
        peer.endStdin(1).expectAnswer(1, "4096");
    }

    // ---- times

    @Test
    void aSlowReaderAmongOthersIsAbortedAfterTheStallTimeout() throws Exception {
        holdTime();
        CountDownLatch stalled = gate();
        start(b -> b.inputBuffer(1024).stallTimeout(SHORT).responder(request -> {
            if (request.id() == 1) {
                request.onAbort(stalled::countDown);
                awaitStubbornly(stalled);
                readUntilAborted(request);
                return;
            }
            print(request, "" + request.stdin().readAllBytes().length);
        }));
        ScriptedPeer peer = peer().head(1, KEEP_CONN, "/").head(2, KEEP_CONN, "/").stdin(1, new byte[5000])
                .stdin(2, new byte[10]).endStdin(2).send();
        assertEquals(Reason.INPUT_STALLED, reasonAfter(SHORT));
        peer.expectStatus(1, 503, 1, ProtocolStatus.REQUEST_COMPLETE).expectAnswer(2, "10");
        peer.stdin(1, "skipped").endStdin(1).request(3, "/").expectAnswer(3, "0").expectQuiet();
    }

    @Test
    void aSlowReaderAloneMayTakeItsTime() throws Exception {
        holdTime();
        CountDownLatch goOn = gate();
        start(b -> b.inputBuffer(1024).stallTimeout(Duration.ofNanos(1)).responder(request -> {
            await(goOn);
            print(request, "" + request.stdin().readAllBytes().length);
        }));
        ScriptedPeer peer = peer().head(1, KEEP_CONN, "/").stdin(1, new byte[5000]).endStdin(1).send();
        until("it runs", () -> server.stats().requestsStarted() == 1);
        clock.advance(SHORT.multipliedBy(10));
        goOn.countDown();
        peer.expectAnswer(1, "5000");
    }

    /** What it has sent in time is in the kernel: nothing is read while the handler of another request lets its body wait. */
    @Test
    void whoWaitsBehindAnUnreadBodyIsNotLate() throws Exception {
        holdTime();
        CountDownLatch goOn = gate();
        CompletableFuture<Request> first = new CompletableFuture<>();
        start(b -> b.inputBuffer(1024).headTimeout(SHORT).readTimeout(SHORT).responder(request -> {
            if (request.id() == 1) {
                first.complete(request);
                await(goOn);
            }
            print(request, request.id() + " " + request.stdin().readAllBytes().length);
        }));
        ScriptedPeer peer = peer().head(1, KEEP_CONN, "/").begin(2, RESPONDER, KEEP_CONN).head(3, KEEP_CONN, "/").send();
        until("two run", () -> server.stats().requestsStarted() == 2);
        peer.stdin(1, new byte[5000]).params(2, "A", "b").endParams(2).stdin(2, "in").endStdin(2).endStdin(3).endStdin(1).send();
        until("reading has stopped", () -> available(first.join()) == 1024);
        clock.advance(SHORT.multipliedBy(5));
        goOn.countDown();
        peer.expectAnswer(1, "1 5000").expectAnswer(2, "2 2").expectAnswer(3, "3 0");
    }

    /** A queue that is full now and then gives no other request more time. */
    @Test
    void whoIsLateIsLateHoweverOftenReadingStops() throws Exception {
        holdTime();
        Semaphore read = new Semaphore(0);
        CompletableFuture<Request> first = new CompletableFuture<>();
        start(b -> b.inputBuffer(1024).headTimeout(SHORT).responder(request -> {
            first.complete(request);
            for (boolean more = true; more; ) {
                read.acquire();
                more = request.stdin().readNBytes(1500).length > 0;
            }
        }));
        ScriptedPeer peer = peer().head(1, KEEP_CONN, "/").begin(2, RESPONDER, KEEP_CONN).send();
        until("they have begun", () -> server.stats().activeRequests() == 2);
        for (int i = 0; i < 6; i++) {
            peer.stdin(1, new byte[1500]).send();
            until("reading has stopped", () -> available(first.join()) == 1024);
            read.release();
            until("reading goes on", () -> available(first.join()) == 0);
            clock.advance(SHORT.dividedBy(2));
        }
        peer.expectStatus(2, 503, 1, ProtocolStatus.REQUEST_COMPLETE);
        read.release();
        peer.endStdin(1).expectAnswer(1, "").expectClosed();
    }

    /** The reader waits for the handler, the handler for the peer, and that perhaps for the reader. */
    @Test
    void aResponseThatNobodyTakesHasItsTimeoutAlsoWhileTheBodyIsUnread() throws Exception {
        holdTime();
        CompletableFuture<Request> first = new CompletableFuture<>();
        start(b -> b.inputBuffer(1024).writeTimeout(SHORT).readTimeout(Duration.ZERO).stallTimeout(Duration.ZERO)
                .responder(request -> {
                    first.complete(request);
                    reasons.add(assertThrows(RequestAbortedException.class,
                            () -> request.stdout().write(new byte[10_000_000])).reason());
                }));
        peer().head(1, KEEP_CONN, "/").stdin(1, new byte[5000]).send();
        until("reading has stopped", () -> available(first.join()) == 1024);
        assertEquals(Reason.WRITE_TIMEOUT, reasonAfter(SHORT));
    }

    private static int available(Request request) {
        try {
            return request.stdin().available();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void whatFollowsAnUnreadBodyIsSeen() throws Exception {
        holdTime();
        CountDownLatch goOn = gate();
        start(b -> b.inputBuffer(1024).stallTimeout(SHORT).responder(request -> {
            if (request.id() == 1) {
                awaitStubbornly(goOn);
            }
            print(request, "" + request.stdin().readAllBytes().length);
        }));
        ScriptedPeer peer = peer().head(1, KEEP_CONN, "/").stdin(1, new byte[100_000]).send();
        until("the handler of 1 runs", () -> server.stats().requestsStarted() == 1);
        inTime(peer.getValues("FCGI_MAX_CONNS").request(2, "/")).expectAnswer(2, "0");
        peer.next(Fcgi.GET_VALUES_RESULT, 0);
        goOn.countDown();
        peer.endStdin(1).expectAnswer(1, "100000").expectQuiet();
    }

    @Test
    void aPeerThatGoesAwayAfterAnUnreadBodyIsNoticed() throws Exception {
        holdTime();
        CountDownLatch gone = gate();
        start(b -> b.inputBuffer(1024).stallTimeout(SHORT).responder(request -> {
            request.onAbort(gone::countDown);
            awaitStubbornly(gone);
            readUntilAborted(request);
        }));
        ScriptedPeer peer = peer().head(1, KEEP_CONN, "/").stdin(1, new byte[100_000]).send();
        peer.close();
        assertEquals(Reason.CONNECTION_LOST, reason());
    }

    @Test
    void aSlowReaderAloneHasTheReadTimeout() throws Exception {
        holdTime();
        CountDownLatch stalled = gate();
        start(b -> b.inputBuffer(1024).stallTimeout(SHORT).readTimeout(SHORT.multipliedBy(2)).responder(request -> {
            request.onAbort(stalled::countDown);
            awaitStubbornly(stalled);
            readUntilAborted(request);
        }));
        byte[] more = new byte[150_000]; // than the server reads ahead
        ScriptedPeer peer = peer().head(1, KEEP_CONN, "/").stdin(1, more).send();
        assertEquals(Reason.INPUT_STALLED, reasonAfter(SHORT.multipliedBy(2)));
        peer.expectStatus(1, 503, 1, ProtocolStatus.REQUEST_COMPLETE);
        peer.endStdin(1).getValues("FCGI_MAX_CONNS").next(Fcgi.GET_VALUES_RESULT, 0);
    }

    @Test
    void aSlowReaderOfASharedConnectionHasTheStallTimeout() throws Exception {
        holdTime();
        CountDownLatch stalled = gate();
        CountDownLatch both = new CountDownLatch(2);
        start(b -> b.inputBuffer(1024).stallTimeout(SHORT).responder(request -> {
            if (request.id() == 1) {
                request.onAbort(stalled::countDown);
                awaitStubbornly(stalled);
                readUntilAborted(request);
            } else {
                both.countDown();
                await(both);
            }
        }));
        ScriptedPeer peer = peer().request(2, "/").request(3, "/").expectAnswer(2, "").expectAnswer(3, "");
        peer.head(1, KEEP_CONN, "/").stdin(1, new byte[150_000]).send();
        assertEquals(Reason.INPUT_STALLED, reasonAfter(SHORT));
        peer.expectStatus(1, 503, 1, ProtocolStatus.REQUEST_COMPLETE);
    }

    @Test
    void anIdThatStaysInUseCostsTheConnection() throws Exception {
        holdTime();
        start(b -> b.responder(this::awaitAbort));
        ScriptedPeer peer = peer().request(1, "/").send();
        until("it runs", () -> server.stats().requestsStarted() == 1);
        peer.request(1, "/").request(2, "/").getValues("FCGI_MAX_CONNS").send();
        assertEquals(Reason.CONNECTION_LOST, reasonAfter(Duration.ofSeconds(1)));
        peer.expectClosed();
        assertTrue(log.has(line -> line.contains("BEGIN_REQUEST for request 1, which is active")));
    }

    private void awaitAbort(Request request) throws Exception {
        CountDownLatch aborted = gate();
        request.onAbort(aborted::countDown);
        awaitStubbornly(aborted);
        readUntilAborted(request);
    }

    @Test
    void aHeadThatDoesNotEndIsAnswered503AndTheConnectionClosed() throws Exception {
        holdTime();
        start(b -> b.headTimeout(SHORT).responder(ServerTest::echoPath));
        inTime(peer().begin(1, RESPONDER, KEEP_CONN).params(1, "A", "B"))
                .expectStatus(1, 503, 1, ProtocolStatus.REQUEST_COMPLETE).expectClosed();
        assertEquals(1, server.stats().requestsRefused());
        assertEquals(0, server.stats().requestsAborted(), "no handler, no abort");
        assertTrue(log.has(line -> line.contains("request head timeout")), log.lines().toString());
    }

    @Test
    void aSilentConnectionIsClosed() throws Exception { // 3.5-idle-close
        holdTime();
        start(b -> b.keepAliveTimeout(SHORT).responder(ServerTest::echoPath));
        inTime(peer()).expectClosed();
        inTime(peer().bytes("01 01 00")).expectClosed();
        inTime(peer().request(1, "/").expectAnswer(1, "\r\n/")).expectClosed();
    }

    @Test
    void aHandlerThatWaitsForInputIsAbortedAfterTheReadTimeout() throws Exception {
        holdTime();
        start(b -> b.readTimeout(SHORT).responder(this::readUntilAborted).filter(request -> {
            reasons.add(assertThrows(RequestAbortedException.class, () -> request.data().readAllBytes()).reason());
        }));
        ScriptedPeer peer = peer().head(1, KEEP_CONN, "/").stdin(1, "some").send();
        assertEquals(Reason.READ_TIMEOUT, reasonAfter(SHORT));
        peer.expectStatus(1, 503, 1, ProtocolStatus.REQUEST_COMPLETE);
        peer = peer().begin(1, FILTER, KEEP_CONN).endParams(1).endStdin(1).send();
        assertEquals(Reason.READ_TIMEOUT, reasonAfter(SHORT));
        peer.expectStatus(1, 503, 1, ProtocolStatus.REQUEST_COMPLETE);
    }

    @Test
    void aSilentConnectionDoesNotHaveTheReadTimeout() throws Exception {
        holdTime();
        start(b -> b.readTimeout(SHORT).responder(ServerTest::echoPath));
        ScriptedPeer peer = peer().request(1, "/").expectAnswer(1, "\r\n/");
        clock.advance(SHORT.multipliedBy(10));
        peer.request(1, "/again").expectAnswer(1, "\r\n/again");
    }

    @Test
    void aHandlerThatWaitsForInputDoesNotHaveTheKeepAliveTimeout() throws Exception {
        holdTime();
        start(b -> b.keepAliveTimeout(SHORT)
                .responder(request -> print(request, new String(request.stdin().readAllBytes()))));
        ScriptedPeer peer = peer().head(1, KEEP_CONN, "/").send();
        until("it runs", () -> server.stats().requestsStarted() == 1);
        clock.advance(SHORT.multipliedBy(10));
        peer.stdin(1, "waited").endStdin(1).expectAnswer(1, "waited");
    }

    @Test
    void aHandlerThatWaitsAmongOthersCostsOnlyItself() throws Exception {
        holdTime();
        CountDownLatch goOn = gate();
        start(b -> b.readTimeout(SHORT).responder(request -> {
            if (request.id() == 1) {
                readUntilAborted(request);
            } else {
                await(goOn);
                echoPath(request);
            }
        }));
        ScriptedPeer peer = inTime(peer().head(1, KEEP_CONN, "/").request(2, "/2"))
                .expectStatus(1, 503, 1, ProtocolStatus.REQUEST_COMPLETE);
        goOn.countDown();
        peer.expectAnswer(2, "\r\n/2");
    }

    @Test
    void zeroStandsForNoLimit() throws Exception {
        holdTime();
        start(b -> b.keepAliveTimeout(Duration.ZERO).readTimeout(Duration.ZERO).headTimeout(Duration.ZERO).writeTimeout(Duration.ZERO)
                .stallTimeout(Duration.ZERO).handlerTimeout(Duration.ZERO)
                .responder(request -> print(request, new String(request.stdin().readAllBytes()))));
        ScriptedPeer peer = peer().head(1, KEEP_CONN, "/").begin(2, RESPONDER, KEEP_CONN).send();
        ScriptedPeer idle = peer().expectQuiet();
        clock.advance(Duration.ofMinutes(10)); // longer than any default
        peer.stdin(1, "waited").endStdin(1).expectAnswer(1, "waited");
        peer.endParams(2).endStdin(2).expectAnswer(2, "");
        idle.expectQuiet();
    }

    @Test
    void aPeerThatTakesNoOutputIsClosedAfterTheWriteTimeout() throws Exception {
        holdTime();
        start(b -> b.writeTimeout(SHORT).responder(request -> reasons.add(assertThrows(RequestAbortedException.class,
                () -> request.stdout().write(new byte[10_000_000])).reason())));
        peer().request(1, "/").send();
        assertEquals(Reason.WRITE_TIMEOUT, reasonAfter(SHORT));
        until("the connection is gone", () -> server.stats().connections() == 0);
        peer().request(1, "/one").request(2, "/two").send();
        assertEquals(Reason.WRITE_TIMEOUT, reasonAfter(SHORT));
        assertEquals(Reason.WRITE_TIMEOUT, reason());
        until("the connection is gone", () -> server.stats().connections() == 0);
        assertEquals(List.of("1 of connection 1, GET /", "1 of connection 2, GET /one", "2 of connection 2, GET /two"),
                log.lines().stream().filter(line -> line.startsWith("WARNING write timeout: request "))
                        .map(line -> line.replaceAll(".*: request (\\d+) of .*\\((connection \\d+)\\)", "$1 of $2"))
                        .sorted().toList(), log.lines().toString());
    }

    @Test
    void aPeerThatTakesNoOutputOfTheLibraryIsClosedToo() throws Exception { // management answers queue
        holdTime();
        start(b -> b.writeTimeout(SHORT).responder(request -> { }));
        ScriptedPeer peer = peer();
        byte[] query = ScriptedPeer.recordBytes(9, 0, "\u000e\u0000FCGI_MAX_CONNS".getBytes(), 0);
        java.io.ByteArrayOutputStream flood = new java.io.ByteArrayOutputStream();
        for (int i = 0; i < 1000; i++) {
            flood.writeBytes(query);
        }
        clock.until("the server gives up", () -> {
            try {
                for (int i = 0; i < 100 && peer.sendWhatFits(flood.toByteArray()) == flood.size(); i++) {
                    Thread.onSpinWait();
                }
                return false;
            } catch (java.io.IOException e) {
                return true;
            }
        });
        until("the connection is gone", () -> server.stats().connections() == 0);
        assertTrue(log.has(line -> line.matches("WARNING write timeout: .*\\(connection 1\\)")), log.lines().toString());
    }

    @Test
    void aHandlerThatTakesTooLongIsAborted() throws Exception {
        holdTime();
        BlockingQueue<Boolean> interrupted = new LinkedBlockingQueue<>();
        start(b -> b.handlerTimeout(SHORT).responder(request -> {
            try {
                if (request.id() == 2) {
                    print(request, "part");
                    request.stdout().flush();
                }
                new CountDownLatch(1).await();
            } catch (InterruptedException | RequestAbortedException e) { // the timeout may expire before flush() returns
                interrupted.add(request.isAborted());
                readUntilAborted(request);
            }
        }));
        ScriptedPeer peer = peer().request(1, "/").send();
        assertEquals(Reason.HANDLER_TIMEOUT, reasonAfter(SHORT));
        assertEquals(true, interrupted.remove());
        peer.expectStatus(1, 503, 1, ProtocolStatus.REQUEST_COMPLETE).expectQuiet();
        peer = peer().request(2, "/").expectStdoutPart(2, "part");
        assertEquals(Reason.HANDLER_TIMEOUT, reasonAfter(SHORT));
        peer.expectCut(2); // an incomplete response must not pass for a complete one
        assertTrue(log.has(line -> line.contains("handler timeout")), log.lines().toString());
    }

    @Test
    void limitsThatMakeNoSenseAreRefused() {
        FcgiServer.Builder b = FcgiServer.builder();
        assertThrows(IllegalArgumentException.class, () -> b.maxConnections(0));
        assertThrows(IllegalArgumentException.class, () -> b.maxRequests(0));
        assertThrows(IllegalArgumentException.class, () -> b.maxRequestsPerConnection(0));
        assertThrows(IllegalArgumentException.class, () -> b.maxParamsLength(1023));
        assertThrows(IllegalArgumentException.class, () -> b.maxParamsCount(0));
        assertThrows(IllegalArgumentException.class, () -> b.inputBuffer(1023));
        assertThrows(IllegalArgumentException.class, () -> b.outputBuffer(63));
        assertThrows(IllegalArgumentException.class, () -> b.maxStderrLength(-1));
        assertThrows(IllegalArgumentException.class, () -> b.backlog(0));
        assertThrows(IllegalArgumentException.class, () -> b.keepAliveTimeout(Duration.ofNanos(-1)));
        assertThrows(IllegalArgumentException.class, () -> b.readTimeout(Duration.ofNanos(-1)));
        assertThrows(IllegalStateException.class, b::build, "no address");
        assertThrows(IllegalStateException.class, () -> b.listen(0).build(), "no handler");
        assertNull(server);
    }
}
