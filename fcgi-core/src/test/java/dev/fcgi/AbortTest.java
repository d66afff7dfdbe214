package dev.fcgi;

import static dev.fcgi.ScriptedPeer.AUTHORIZER;
import static dev.fcgi.ScriptedPeer.KEEP_CONN;
import static dev.fcgi.ScriptedPeer.RESPONDER;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fcgi.RequestAbortedException.Reason;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Requests that end before their handler: by ABORT_REQUEST, by loss of the connection, by finish(). */
@ParameterizedClass
@EnumSource(Mode.class)
final class AbortTest extends ServerTest {
    private final Mode mode;
    /** The events that handlers have seen, in order. */
    private final BlockingQueue<Object> seen = new LinkedBlockingQueue<>();

    AbortTest(Mode mode) {
        this.mode = mode;
    }

    @Override
    FcgiServer.Builder settings(FcgiServer.Builder builder) {
        return mode.apply(builder);
    }

    private Object nextSeen() throws InterruptedException {
        Object next = seen.poll(10, TimeUnit.SECONDS);
        assertTrue(next != null, "the handler saw nothing");
        return next;
    }

    private static Reason reasonOf(ThrowingWrite write) {
        return assertThrows(RequestAbortedException.class, write::run).reason();
    }

    /** An action that uses a stream. */
    @FunctionalInterface
    private interface ThrowingWrite {
        void run() throws IOException;
    }

    private static void begun(Request request) throws IOException {
        print(request, "begun");
        try {
            request.stdout().flush();
        } catch (RequestAbortedException e) {
            assertTrue(request.isAborted()); // the peer has read it and aborted before flush() returned
        }
    }

    /** Waits to be interrupted, as in a call to a database. */
    private void computeUntilInterrupted(Request request) throws IOException {
        request.onAbort(() -> seen.add("onAbort"));
        begun(request);
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            seen.add(request.isAborted());
            seen.add(reasonOf(() -> print(request, "late")));
            seen.add(reasonOf(() -> request.stdout().flush()));
            seen.add(reasonOf(() -> request.stdin().read()));
            seen.add(reasonOf(request::finish));
        }
    }

    private void expectSeen(Reason reason) throws InterruptedException {
        List<Object> all = new java.util.ArrayList<>();
        for (int i = 0; i < 6; i++) {
            all.add(nextSeen());
        }
        assertTrue(all.remove("onAbort"), all.toString());
        assertEquals(List.of(true, reason, reason, reason, reason), all);
    }

    @Test
    void abortRequestInterruptsTheHandlerAndIsAnsweredImmediately() throws Exception { // 5.4-in-stdin, 5.5-last
        serve(this::computeUntilInterrupted);
        ScriptedPeer peer = peer().request(1, "/").expectStdoutPart(1, "begun").abort(1).expectAnswer(1, "");
        expectSeen(Reason.ABORT_REQUEST);
        peer.expectQuiet();
        assertEquals(1, server.stats().requestsAborted());
    }

    @Test
    void aClosedConnectionInterruptsTheHandler() throws Exception { // 3.5-idle-close
        serve(this::computeUntilInterrupted);
        ScriptedPeer peer = peer().request(1, "/").expectStdoutPart(1, "begun");
        peer.close();
        expectSeen(Reason.CONNECTION_LOST);
        until("no connection is left", () -> server.stats().connections() == 0);
        until("the handler has returned", () -> server.stats().activeRequests() == 0);
        assertEquals(List.of(), log.lines()); // clients disconnect every day
    }

    @Test
    void aClosedConnectionAbortsAllItsRequests() throws Exception {
        serve(request -> {
            begun(request);
            seen.add(reasonOf(() -> request.stdin().readAllBytes()));
        });
        ScriptedPeer peer = peer().head(1, KEEP_CONN, "/").head(2, KEEP_CONN, "/").head(3, KEEP_CONN, "/")
                .expectStdoutPart(1, "begun").expectStdoutPart(2, "begun").expectStdoutPart(3, "begun");
        peer.close();
        for (int i = 0; i < 3; i++) {
            assertEquals(Reason.CONNECTION_LOST, nextSeen());
        }
        until("no connection is left", () -> server.stats().connections() == 0);
        assertEquals(3, server.stats().requestsAborted());
    }

    @Test
    void aConnectionCutWithinARecordAbortsItsRequest() throws Exception {
        serve(request -> {
            begun(request);
            seen.add(reasonOf(() -> request.stdin().readAllBytes()));
        });
        ScriptedPeer peer = peer().head(1, KEEP_CONN, "/").expectStdoutPart(1, "begun");
        peer.bytes("01 05 0001 0008 00 00  61 62").send().close();
        assertEquals(Reason.CONNECTION_LOST, nextSeen());
        assertEquals(0, server.stats().protocolErrors());
    }

    @Test
    void withPolicySignalTheHandlerIsNotInterrupted() throws Exception {
        CountDownLatch onAbort = gate();
        start(b -> b.abortPolicy(AbortPolicy.SIGNAL).responder(request -> {
            request.onAbort(onAbort::countDown);
            begun(request);
            await(onAbort);
            seen.add(request.isAborted());
        }));
        peer().request(1, "/").expectStdoutPart(1, "begun").abort(1).expectAnswer(1, "");
        assertEquals(true, nextSeen());
    }

    @Test
    void onAbortRunsForAbortedRequestsOnly() throws Exception {
        serve(request -> {
            request.onAbort(() -> seen.add("action of " + request.id()));
            if (request.id() == 1) {
                return;
            }
            request.onAbort(() -> {
                throw new IllegalStateException("broken action");
            });
            begun(request);
            reasonOf(() -> request.stdin().readAllBytes());
            request.onAbort(() -> seen.add("at once"));
        });
        ScriptedPeer peer = peer().request(1, "/").expectAnswer(1, "");
        peer.head(2, KEEP_CONN, "/").expectStdoutPart(2, "begun").abort(2).expectAnswer(2, "");
        assertEquals(java.util.Set.of("action of 2", "at once"), java.util.Set.of(nextSeen(), nextSeen()));
        until("the failure is logged", () -> log.has(line -> line.contains("broken action")));
        assertEquals(0, seen.size());
    }

    @Test
    void aStubbornHandlerReachesNothingAlsoWhenItsIdIsUsedAgain() throws Exception { // 5.5-last, 5.4-after-end
        CountDownLatch reused = gate();
        CountDownLatch first = gate();
        serve(request -> {
            if (first.getCount() == 0) {
                echoPath(request);
                request.stdout().flush();
                seen.add("second");
                reused.countDown();
                return;
            }
            first.countDown();
            begun(request);
            awaitStubbornly(reused);
            seen.add(reasonOf(() -> print(request, "late")));
            seen.add(reasonOf(request::finish));
        });
        ScriptedPeer peer = peer().request(1, "/").expectStdoutPart(1, "begun").abort(1).expectAnswer(1, "");
        peer.request(1, "/next").expectAnswer(1, "\r\n/next");
        peer.expectQuiet();
        assertEquals("second", nextSeen());
        assertEquals(Reason.ABORT_REQUEST, nextSeen());
        assertEquals(Reason.ABORT_REQUEST, nextSeen());
        peer.expectQuiet();
        until("both handlers have returned", () -> server.stats().activeRequests() == 0);
    }

    @Test
    void aLeakedStreamIsDeadAfterTheEnd() throws Exception { // 5.5-last
        AtomicReference<Request> leaked = new AtomicReference<>();
        CountDownLatch done = gate();
        serve(request -> {
            if (leaked.compareAndSet(null, request)) {
                echoPath(request);
                return;
            }
            begun(request);
            await(done);
        });
        ScriptedPeer peer = peer().request(1, "/1").expectAnswer(1, "\r\n/1");
        peer.request(1, "/2").expectStdoutPart(1, "begun");
        Request old = leaked.get();
        assertThrows(IOException.class, () -> print(old, "late"));
        assertThrows(IOException.class, () -> old.stdout().flush());
        assertThrows(IOException.class, () -> old.stdin().read());
        assertThrows(IOException.class, () -> old.stderr().write('x'));
        old.appStatus(9);
        old.finish(); // has no effect
        assertFalse(old.isAborted());
        done.countDown();
        peer.expectAnswer(1, "").expectQuiet();
    }

    @Test
    void finishAnswersAndTheHandlerGoesOn() throws Exception {
        CountDownLatch goOn = gate();
        serve(request -> {
            echoPath(request);
            if (request.meta("SCRIPT_NAME").equals("/finish")) {
                request.appStatus(5);
                request.finish();
                request.finish();
                assertThrows(IOException.class, () -> print(request, "late"));
                await(goOn);
                seen.add("went on, aborted " + request.isAborted());
            }
        });
        ScriptedPeer peer = peer().request(1, "/finish").expectStdout(1, "\r\n/finish")
                .expectEnd(1, 5, ProtocolStatus.REQUEST_COMPLETE);
        for (int i = 0; i < 3; i++) {
            peer.request(1, "/next").expectAnswer(1, "\r\n/next");
        }
        until("only the first handler runs", () -> server.stats().activeRequests() == 1);
        goOn.countDown();
        assertEquals("went on, aborted false", nextSeen());
        peer.request(1, 0, "/last").expectAnswer(1, "\r\n/last").expectClosed();
    }

    @Test
    void finishWithoutKeepConnClosesTheConnectionImmediately() throws Exception {
        CountDownLatch goOn = gate();
        serve(request -> {
            echoPath(request);
            request.finish();
            await(goOn);
            seen.add("went on, aborted " + request.isAborted());
        });
        peer().request(1, 0, "/").expectAnswer(1, "\r\n/").expectClosed();
        goOn.countDown();
        assertEquals("went on, aborted false", nextSeen());
    }

    @Test
    void anotherThreadMayFinishWhileTheHandlerReads() throws Exception {
        serve(request -> {
            echoPath(request);
            request.stdout().flush();
            Thread.startVirtualThread(() -> {
                try {
                    request.finish();
                } catch (IOException e) {
                    seen.add(e);
                }
            });
            assertThrows(IOException.class, () -> request.stdin().readAllBytes());
            seen.add("woken");
        });
        peer().head(1, KEEP_CONN, "/").expectStdoutPart(1, "\r\n/").expectAnswer(1, "");
        assertEquals("woken", nextSeen());
    }

    @Test
    void aHalfClosedConnectionCountsAsLost() throws Exception {
        serve(this::computeUntilInterrupted);
        peer().request(1, "/").expectStdoutPart(1, "begun").shutdownOutput().expectClosed();
        expectSeen(Reason.CONNECTION_LOST);
    }

    @Test
    void aHalfClosedConnectionWithHalfARequestIsLost() throws Exception {
        start(b -> b.responder(request -> {
            seen.add(reasonOf(() -> {
                begun(request); // the end may arrive while this is in transit
                request.stdin().readAllBytes();
            }));
        }));
        peer().head(1, KEEP_CONN, "/").stdin(1, "half").expectStdoutPart(1, "begun").shutdownOutput().expectClosed();
        assertEquals(Reason.CONNECTION_LOST, nextSeen());
        peer().begin(1, RESPONDER, KEEP_CONN).shutdownOutput().expectClosed();
    }

    @Test
    void anAbortWhileTheOutputIsStuckEndsTheHandler() throws Exception {
        serve(request -> {
            request.stdout().write(new byte[10_000_000]); // more than any socket takes
            seen.add("written");
        });
        ScriptedPeer peer = peer().request(1, "/").send();
        until("the handler runs", () -> server.stats().requestsStarted() == 1);
        peer.abort(1).send();
        until("the abort was seen", () -> server.stats().requestsAborted() == 1);
        peer.stdout(1);
        peer.expectEnd(1, 0, ProtocolStatus.REQUEST_COMPLETE).expectQuiet();
        until("the handler has returned", () -> server.stats().activeRequests() == 0);
        assertEquals(0, seen.size());
    }
}
