package dev.fcgi;

import static dev.fcgi.ScriptedPeer.AUTHORIZER;
import static dev.fcgi.ScriptedPeer.KEEP_CONN;
import static dev.fcgi.ScriptedPeer.RESPONDER;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What the web server gets when a handler fails; no other request is affected. */
@ParameterizedClass
@EnumSource(Mode.class)
final class OutcomeTest extends ServerTest {
    private final Mode mode;

    OutcomeTest(Mode mode) {
        this.mode = mode;
    }

    @Override
    FcgiServer.Builder settings(FcgiServer.Builder builder) {
        return mode.apply(builder);
    }

    private static int recurse(int depth) {
        return recurse(depth + 1) + 1;
    }

    /** Fails in the way that the path selects, after output if the path starts with /late. */
    private static void failing(Request request) throws Exception {
        String path = request.meta("SCRIPT_NAME");
        print(request, "\r\npart");
        if (path.startsWith("/late")) {
            request.stdout().flush();
        }
        switch (path.substring(path.lastIndexOf('/'))) {
            case "/exception" -> throw new Exception("secret");
            case "/io" -> throw new IOException("secret");
            case "/error" -> throw new Error("secret");
            case "/assertion" -> throw new AssertionError("secret");
            case "/stack" -> recurse(0);
            case "/memory" -> throw new OutOfMemoryError("secret");
            case "/interrupted" -> throw new InterruptedException("secret");
            default -> { }
        }
    }

    @Test
    void aFailureBeforeOutputIsA500WithoutItsText() throws Exception {
        serve(OutcomeTest::failing);
        ScriptedPeer peer = peer();
        List<String> ways =
                List.of("/exception", "/io", "/error", "/assertion", "/stack", "/memory", "/interrupted");
        for (String way : ways) {
            String answer = peer.request(1, way).stdout(1);
            assertTrue(answer.startsWith("Status: 500 Internal Server Error\r\n"), answer);
            assertTrue(answer.endsWith("\r\n\r\n500 Internal Server Error\n"), answer);
            assertFalse(answer.contains("secret") || answer.contains("part"), answer);
            peer.expectEnd(1, 1, ProtocolStatus.REQUEST_COMPLETE);
            peer.request(1, "/fine").expectAnswer(1, "\r\npart");
        }
        assertEquals(ways.size(), server.stats().handlersFailed());
        until("all failures are logged", () -> log.lines().size() == ways.size());
        assertTrue(log.lines().get(0).contains("java.lang.Exception: secret"), log.lines().toString());
        peer.request(1, 0, "/error").expectStatus(1, 500, 1, ProtocolStatus.REQUEST_COMPLETE).expectClosed();
    }

    @Test
    void aRequestCannotForgeLinesOfTheLog() throws Exception { // CVE-2024-9026
        serve(request -> {
            throw new IllegalStateException("as a test");
        });
        peer().request(1, "/a\r\nWARNING forged\u001b[2J").expectStatus(1, 500, 1, ProtocolStatus.REQUEST_COMPLETE);
        until("the failure is logged", () -> log.has(line -> line.contains("forged")));
        assertTrue(log.lines().stream().noneMatch(line -> line.matches("(?s).*\\p{Cntrl}.*")), log.lines().toString());
    }

    @Test
    void aHeadRequestGetsNoBodyWithIts500() throws Exception {
        serve(OutcomeTest::failing);
        String answer = peer().begin(1, RESPONDER, 0).params(1, "REQUEST_METHOD", "HEAD", "SCRIPT_NAME", "/error")
                .endParams(1).endStdin(1).stdout(1);
        assertTrue(answer.endsWith("Content-Length: 26\r\n\r\n"), answer);
    }

    @Test
    void aFailureAfterOutputClosesTheConnectionWithoutEnd() throws Exception {
        serve(OutcomeTest::failing);
        for (String way : List.of("/late/exception", "/late/stack", "/late/memory")) {
            peer().request(1, KEEP_CONN, way).expectStdoutPart(1, "\r\npart").expectCut(1);
        }
        peer().request(1, KEEP_CONN, "/alive").expectAnswer(1, "\r\npart").expectQuiet();
    }

    @Test
    void aFailureAfterOutputAmongOthersIsAnApplicationStatus() throws Exception {
        serve(request -> {
            if (request.id() == 2) {
                print(request, "" + request.stdin().readAllBytes().length);
                return;
            }
            if (request.id() == 3) {
                request.appStatus(77);
            }
            failing(request);
        });
        ScriptedPeer peer = peer().head(2, KEEP_CONN, "/").request(1, "/late/exception").request(3, "/late/error")
                .expectStdout(1, "\r\npart").expectEnd(1, 1, ProtocolStatus.REQUEST_COMPLETE)
                .expectStdout(3, "\r\npart").expectEnd(3, 77, ProtocolStatus.REQUEST_COMPLETE);
        peer.stdin(2, "intact").endStdin(2).expectAnswer(2, "6").expectQuiet();
    }

    @Test
    void whatAFailedHandlerSaidOnStderrIsSent() throws Exception {
        serve(request -> {
            request.stderr().write("diagnosis".getBytes(StandardCharsets.US_ASCII));
            throw new Exception("failed");
        });
        ScriptedPeer peer = peer().request(1, "/");
        assertTrue(peer.stdout(1).startsWith("Status: 500 "));
        peer.expectStderr(1, "diagnosis").expectEnd(1, 1, ProtocolStatus.REQUEST_COMPLETE).expectQuiet();
    }

    @Test
    void stderrIsKeptUpToItsLimit() throws Exception {
        start(b -> b.maxStderrLength(10).responder(request -> {
            request.stderr().write("0123456789abc".getBytes(StandardCharsets.US_ASCII));
            request.stderr().write('d');
        }));
        peer().request(1, "/").expectStdout(1, "").expectStderr(1, "0123456789")
                .expectEnd(1, 0, ProtocolStatus.REQUEST_COMPLETE);
        assertTrue(log.has(line -> line.contains("4 bytes of STDERR")), log.lines().toString());
        start(b -> b.maxStderrLength(0).responder(request -> request.stderr().write('d')));
        peer().request(1, "/").expectAnswer(1, "");
    }

    @Test
    void aFailedAuthorizerDenies() throws Exception {
        start(b -> b.authorizer(request -> {
            throw new IllegalStateException();
        }));
        peer().begin(1, AUTHORIZER, KEEP_CONN).endParams(1)
                .expectStatus(1, 500, 1, ProtocolStatus.REQUEST_COMPLETE).expectQuiet();
    }

    @Test
    void aRejectedTaskIsAnswered503() throws Exception {
        start(b -> b.responder(ServerTest::echoPath).executor(task -> {
            throw new RejectedExecutionException("full");
        }));
        ScriptedPeer peer = peer();
        peer.request(1, "/").expectStatus(1, 503, 0, ProtocolStatus.OVERLOADED);
        peer.request(1, "/").expectStatus(1, 503, 0, ProtocolStatus.OVERLOADED).expectQuiet();
        peer.request(1, 0, "/").expectStatus(1, 503, 0, ProtocolStatus.OVERLOADED).expectClosed();
        assertEquals(0, server.stats().activeRequests());
    }

    @Test
    void aBrokenExecutorCostsNoPermit() throws Exception {
        start(b -> b.responder(ServerTest::echoPath).executor(task -> {
            throw new IllegalStateException("broken");
        }));
        peer().request(1, "/").expectStatus(1, 503, 0, ProtocolStatus.OVERLOADED).expectQuiet();
        assertEquals(0, server.stats().activeRequests());
    }

    @Test
    void outputIsCollectedUpToTheBuffer() throws Exception {
        start(b -> b.outputBuffer(200_000).responder(request -> {
            print(request, "x".repeat(150_000));
            if (request.id() == 1) {
                throw new Exception("nothing was sent yet");
            }
        }));
        peer().request(1, "/").expectStatus(1, 500, 1, ProtocolStatus.REQUEST_COMPLETE)
                .request(2, "/").expectAnswer(2, "x".repeat(150_000)).expectQuiet();
        start(b -> b.outputBuffer(64).responder(request -> {
            print(request, "x".repeat(1000));
            throw new Exception("much was sent");
        }));
        peer().request(1, "/").expectStdoutPart(1, "x".repeat(56)).expectGone();
    }

    @Test
    void noResetDestroysAResponseWhoseRequestHasAnUnreadBody() throws Exception { // 3.5-unread-body
        String text = "0123456789".repeat(100_000);
        startTcp(b -> b.responder(request -> print(request, text)));
        for (int i = 0; i < 10; i++) {
            peer().head(1, 0, "/").stdin(1, new byte[100_000]).send().stdin(1, new byte[200_000]).endStdin(1)
                    .expectAnswer(1, text).expectClosed();
        }
    }
}
