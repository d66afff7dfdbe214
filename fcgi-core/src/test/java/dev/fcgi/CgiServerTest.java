package dev.fcgi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fcgi.cgi.CgiException;
import dev.fcgi.cgi.CgiHandler;
import dev.fcgi.cgi.CgiOptions;
import dev.fcgi.cgi.EventStream;
import dev.fcgi.cgi.Router;
import dev.fcgi.internal.wire.Fcgi;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** CGI handlers behind a server, record by record. */
final class CgiServerTest extends ServerTest {
    private static final String TEXT = "Content-Type: text/plain; charset=utf-8\r\n\r\n";

    private FcgiServer serveCgi(CgiHandler handler) throws IOException {
        return serve(handler.toResponder());
    }

    private static String answer(String body) {
        return "Status: 200 OK\r\nContent-Length: " + body.length() + "\r\n" + TEXT + body;
    }

    @Test
    void theHeadAndAShortBodyAreOneRecord() throws Exception {
        serveCgi(q -> q.out().print("hello"));
        ScriptedPeer peer = peer().request(1, "/");
        assertEquals(answer("hello"), peer.next(Fcgi.STDOUT, 1).text());
        peer.expectStdout(1, "").expectEnd(1, 0, ProtocolStatus.REQUEST_COMPLETE);
    }

    @Test
    void headHasNoBody() throws Exception { // RFC 3875 4.3.3
        serveCgi(Router.builder().get("/", q -> q.out().print("hello")).build());
        peer().begin(1, ScriptedPeer.RESPONDER, 1).params(1, "REQUEST_METHOD", "HEAD", "SCRIPT_NAME", "/").endParams(1)
                .endStdin(1).expectAnswer(1, "Status: 200 OK\r\nContent-Length: 5\r\n" + TEXT);
    }

    @Test
    void repeatedHeadersAreMergedAndProxyIsNone() throws Exception { // RFC 3875 4.1.18
        serveCgi(q -> q.out().print(q.header("X-A") + '|' + q.cookie("a") + q.cookie("b") + '|' + q.header("Proxy")));
        peer().begin(1, ScriptedPeer.RESPONDER, 1)
                .params(1, "HTTP_X_A", "1", "HTTP_COOKIE", "a=1", "HTTP_PROXY", "evil", "HTTP_X_A", "2",
                        "HTTP_COOKIE", "b=2")
                .endParams(1).endStdin(1).expectAnswer(1, answer("1, 2|12|null"));
    }

    @Test
    void aBodyThatSaysItIsTooLongIsRefusedBeforeItComes() throws Exception { // RFC 3875 3.4
        CgiHandler handler = q -> q.out().print(q.param("a"));
        serve(handler.toResponder(CgiOptions.builder().maxBodyLength(10).build()));
        peer().begin(1, ScriptedPeer.RESPONDER, 1)
                .params(1, "REQUEST_METHOD", "POST", "CONTENT_TYPE", "application/x-www-form-urlencoded",
                        "CONTENT_LENGTH", "11")
                .endParams(1).expectStatus(1, 413, 0, ProtocolStatus.REQUEST_COMPLETE);
    }

    @ParameterizedTest
    @CsvSource({"'', 5, true", "-1, 5, true", "5, 5, true", "6, 5, false", "4, 5, false", "0, 0, true", "'', 0, true"})
    void theBodyEndsWhereTheWebServerEndsIt(String promised, int sent, boolean complete) throws Exception {
        serveCgi(q -> q.out().print(q.bodyBytes().length + " " + q.isBodyComplete()));
        peer().begin(1, ScriptedPeer.RESPONDER, 1).params(1, "REQUEST_METHOD", "POST", "CONTENT_LENGTH", promised)
                .endParams(1).stdin(1, "x".repeat(sent)).endStdin(1).expectAnswer(1, answer(sent + " " + complete));
    }

    @Test
    void aFailureBeforeTheHeadIsA500WithoutItsText() throws Exception {
        serveCgi(q -> {
            q.setHeader("X-Secret", "1").out().print("secret");
            throw new IllegalStateException("secret");
        });
        ScriptedPeer peer = peer().request(1, "/");
        String answer = peer.stdout(1);
        assertTrue(answer.startsWith("Status: 500 "), answer);
        assertFalse(answer.toLowerCase(Locale.ROOT).contains("secret"), answer);
        assertTrue(log.has(line -> line.startsWith("WARNING handler failed") && line.contains("secret")));
    }

    @Test
    void aFailureAfterTheHeadIsSeenByTheWebServer() throws Exception {
        serveCgi(q -> {
            q.out().print("partly");
            q.flush();
            throw new CgiException(400, "late");
        });
        peer().request(1, "/").expectStdoutPart(1, "Status: 200 OK\r\n" + TEXT + "partly").expectCut(1);
    }

    // ---- after the response

    @Test
    void tasksRunAfterTheEndOfTheRequest() throws Exception {
        CountDownLatch answered = gate();
        CountDownLatch ran = new CountDownLatch(1);
        serveCgi(q -> {
            Thread handler = Thread.currentThread();
            q.out().print("x");
            q.afterResponse(() -> {
                awaitStubbornly(answered);
                if (Thread.currentThread() == handler) {
                    ran.countDown();
                }
            });
        });
        ScriptedPeer peer = peer().request(1, "/").expectAnswer(1, answer("x"));
        peer.request(1, "/").expectAnswer(1, answer("x")); // the id is free
        answered.countDown();
        await(ran);
    }

    @Test
    void aTaskThatThrowsIsLoggedAndNothingElseHappens() throws Exception {
        CountDownLatch last = new CountDownLatch(1);
        serveCgi(q -> {
            q.out().print("x");
            q.afterResponse(() -> {
                throw new IllegalStateException("in a task");
            });
            q.afterResponse(last::countDown);
        });
        ScriptedPeer peer = peer().request(1, "/").expectAnswer(1, answer("x"));
        await(last);
        assertTrue(log.has(line -> line.startsWith("WARNING an afterResponse task failed: request 1 of ")
                && line.contains(" (connection 1), GET /") && line.contains("in a task")), log.lines().toString());
        peer.request(1, "/").expectAnswer(1, answer("x"));
    }

    @Test
    void ofManyTasksThatThrowSomeAreLoggedAndTheRestIsCounted() throws Exception {
        serveCgi(q -> q.afterResponse(() -> {
            throw new IllegalStateException("in a task");
        }));
        ScriptedPeer peer = peer();
        for (int i = 0; i < 30; i++) {
            peer.request(1, "/").stdout(1);
            peer.expectEnd(1, 0, ProtocolStatus.REQUEST_COMPLETE);
        }
        server.close();
        assertEquals(10, log.lines().stream().filter(line -> line.startsWith("WARNING an afterResponse task failed: ")).count());
        assertTrue(log.has(line -> line.matches("WARNING 20 more in the last \\d+ s: an afterResponse task failed: .*")),
                log.lines().toString());
    }

    @Test
    void aGracefulStopWaitsForTasks() throws Exception {
        CountDownLatch gate = gate();
        AtomicBoolean done = new AtomicBoolean();
        FcgiServer stopped = serveCgi(q -> q.afterResponse(() -> {
            awaitStubbornly(gate);
            done.set(true);
        }));
        peer().request(1, 0, "/").expectAnswer(1,
                "Status: 200 OK\r\nContent-Length: 0\r\nContent-Type: text/plain\r\n\r\n");
        AtomicBoolean doneAtStop = new AtomicBoolean();
        Thread stopping = Thread.startVirtualThread(() -> {
            try {
                stopped.shutdown(Duration.ofSeconds(10));
                doneAtStop.set(done.get());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        until("shutdown waits", () -> stopping.getState() == Thread.State.WAITING
                || stopping.getState() == Thread.State.TIMED_WAITING || !stopping.isAlive());
        gate.countDown();
        stopping.join();
        assertTrue(doneAtStop.get());
    }

    // ---- events

    private static final String EVENTS = "Status: 200 OK\r\nContent-Type: text/event-stream\r\n"
            + "Cache-Control: no-cache\r\nX-Accel-Buffering: no\r\n\r\n";

    @Test
    void aHeartbeatBeatsUntilTheHandlerReturns() throws Exception {
        CountDownLatch gate = gate();
        serveCgi(q -> {
            EventStream events = q.events(); // not closed: the end of the exchange does it
            events.send("a");
            events.heartbeat(Duration.ofMillis(1));
            awaitStubbornly(gate);
        });
        ScriptedPeer peer = peer().request(1, "/").expectStdoutPart(1, EVENTS + "data: a\n\n")
                .expectStdoutPart(1, ":\n\n").expectStdoutPart(1, ":\n\n");
        gate.countDown();
        String rest = peer.stdout(1);
        assertEquals("", rest.replace(":\n\n", ""));
        peer.expectEnd(1, 0, ProtocolStatus.REQUEST_COMPLETE).expectQuiet();
        peer.request(2, "/").expectStdoutPart(2, EVENTS + "data: a\n\n");
    }

    @Test
    void sendingFailsOnceTheBrowserHasDisconnected() throws Exception {
        CountDownLatch failed = new CountDownLatch(1);
        serveCgi(q -> {
            EventStream events = q.events();
            events.heartbeat(Duration.ofMillis(1));
            try {
                while (true) {
                    events.send("x");
                }
            } catch (IOException e) {
                failed.countDown();
                throw e;
            }
        });
        ScriptedPeer peer = peer().request(1, "/");
        peer.next(1);
        peer.close();
        await(failed);
    }
}
