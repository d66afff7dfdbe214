package dev.fcgi;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fcgi.RequestAbortedException.Reason;
import dev.fcgi.cgi.CgiExchange;
import dev.fcgi.cgi.CgiHandler;
import dev.fcgi.internal.wire.LargeBuffers;
import dev.fcgi.internal.conn.ManualClock;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** Handlers without sockets behave as in a server. */
final class OfflineRequestTest {
    private static OfflineResponse respond(OfflineRequest request, CgiHandler handler) throws Exception {
        return request.respond(handler.toResponder());
    }

    private static void write(Request request, String text) throws IOException {
        request.stdout().write(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void aResponderSeesARequestAsFromAWebServer() throws Exception {
        OfflineResponse response = respond(
                OfflineRequest.builder("GET", "/a%20b?name=w%C3%B6rld").header("Cookie", "seen=1").meta("REMOTE_USER", "me")
                        .build(),
                q -> q.out().print(q.path() + " " + q.param("name") + " " + q.cookie("seen") + " " + q.remoteUser()));
        assertEquals(200, response.status());
        assertEquals("text/plain; charset=utf-8", response.header("content-type"));
        assertEquals("/a b wörld 1 me", response.text());
        assertEquals(ProtocolStatus.REQUEST_COMPLETE, response.protocolStatus());
        assertNull(response.failure());
    }

    @Test
    void aFormIsUrlencodedAndWithAFileMultipart() throws Exception {
        OfflineRequest.Builder builder = OfflineRequest.builder("POST", "/").field("a", "1 & 2").field("b", "ü");
        CgiHandler handler = q -> q.out().print(q.contentType().replaceAll(";.*", "") + " " + q.param("a") + " "
                + q.param("b") + " " + (q.upload("f") == null ? null : q.upload("f").fileName()));
        assertEquals("application/x-www-form-urlencoded 1 & 2 ü null", respond(builder.build(), handler).text());
        builder.file("f", "x (1).png", "image/png", new byte[] {1, 2});
        assertEquals("multipart/form-data 1 & 2 ü x (1).png", respond(builder.build(), handler).text());
    }

    @Test
    void anAuthorizerGetsNoBody() throws Exception {
        OfflineRequest request = OfflineRequest.builder("POST", "/").body("text/plain", "secret").build();
        OfflineResponse granted = request.authorize(asked -> {
            assertEquals(-1, asked.stdin().read());
            return Decision.granted();
        });
        assertEquals(200, granted.status());
        assertNull(granted.failure());
        assertEquals(403, request.authorize(asked -> Decision.denied(403)).status());
    }

    @Test
    void aFilterGetsItsFile() throws Exception {
        Instant changed = Instant.ofEpochSecond(1_000_000_000);
        OfflineResponse response = OfflineRequest.builder("GET", "/")
                .data("file".getBytes(StandardCharsets.UTF_8), changed).build()
                .filter(request -> write(request, "Content-Type: text/plain\r\n\r\n" + request.dataLength() + " "
                        + request.dataLastModified() + " " + new String(request.data().readAllBytes(),
                        StandardCharsets.UTF_8)));
        assertEquals("4 " + changed + " file", response.text());
    }

    @Test
    void aHandlerThatThrowsIsAnswered500() throws Exception {
        IllegalStateException thrown = new IllegalStateException("on purpose");
        OfflineResponse response = OfflineRequest.get("/").respond(request -> {
            write(request, "Content-Type: text/plain\r\n\r\nnever sent");
            throw thrown;
        });
        assertEquals(500, response.status());
        assertSame(thrown, response.failure());
        assertEquals(1, response.appStatus());
    }

    @Test
    void aResponseThatFailsHalfwayIsIncomplete() throws Exception {
        OfflineResponse response = OfflineRequest.get("/").respond(request -> {
            write(request, "Content-Type: text/plain\r\n\r\nhalf");
            request.stdout().flush();
            throw new IllegalStateException("on purpose");
        });
        assertEquals("half", response.text());
        assertNull(response.protocolStatus());
    }

    @Test
    void aBrokenFormIsAnswered400() throws Exception {
        OfflineRequest request = OfflineRequest.builder("POST", "/").body("multipart/form-data", "x").build();
        assertEquals(400, respond(request, q -> q.out().print(q.param("a"))).status());
    }

    @Test
    void aHeadRequestHasNoBody() throws Exception {
        OfflineResponse response = OfflineRequest.builder("HEAD", "/").build()
                .respond(request -> write(request, "Content-Type: text/plain\r\n\r\nbody"));
        assertEquals(200, response.status());
        assertEquals(0, response.body().length);
    }

    @Test
    void limitsAreThoseOfTheServer() throws Exception {
        OfflineRequest request = OfflineRequest.builder("GET", "/").meta("LONG", "x".repeat(5000)).build();
        OfflineResponse response = request.start(
                FcgiServer.builder().maxParamsLength(1024).responder(unused -> { }), Role.RESPONDER).response();
        assertEquals(503, response.status());
        assertEquals(ProtocolStatus.OVERLOADED, response.protocolStatus());

        ManualClock clock = new ManualClock();
        CountDownLatch asked = new CountDownLatch(1);
        OfflineCall call = OfflineRequest.get("/").start(
                FcgiServer.builder().clock(clock).handlerTimeout(Duration.ofSeconds(1)).responder(unused -> {
                    asked.countDown();
                    new CountDownLatch(1).await();
                }), Role.RESPONDER);
        asked.await();
        clock.advance(Duration.ofSeconds(2));
        OfflineResponse late = call.response();
        assertEquals(503, late.status());
        assertInstanceOf(InterruptedException.class, late.failure());
    }

    @Test
    void aRoleWithoutAHandlerIsUnknown() throws Exception {
        OfflineResponse response = OfflineRequest.get("/")
                .start(FcgiServer.builder().responder(unused -> { }), Role.AUTHORIZER).response();
        assertEquals(ProtocolStatus.UNKNOWN_ROLE, response.protocolStatus());
    }

    @Test
    void anAbortReachesTheHandler() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CompletableFuture<Boolean> told = new CompletableFuture<>();
        OfflineCall call = OfflineRequest.get("/").start(FcgiServer.builder().responder(request -> {
            request.onAbort(() -> told.complete(request.isAborted()));
            begun.countDown();
            request.stdin().transferTo(request.stdout());
            new CountDownLatch(1).await();
        }), Role.RESPONDER);
        begun.await();
        call.abort();
        OfflineResponse response = call.response();
        assertTrue(told.get());
        assertInstanceOf(InterruptedException.class, response.failure());
        assertEquals(ProtocolStatus.REQUEST_COMPLETE, response.protocolStatus());
    }

    @Test
    void aPeerThatGoesAwayMakesTheStreamsFail() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        OfflineCall call = OfflineRequest.get("/").start(FcgiServer.builder().abortPolicy(AbortPolicy.SIGNAL)
                .responder(request -> {
                    CountDownLatch aborted = new CountDownLatch(1);
                    request.onAbort(aborted::countDown);
                    begun.countDown();
                    aborted.await();
                    write(request, "Content-Type: text/plain\r\n\r\n");
                }), Role.RESPONDER);
        begun.await();
        call.disconnect();
        OfflineResponse response = call.response();
        RequestAbortedException failure = assertInstanceOf(RequestAbortedException.class, response.failure());
        assertEquals(Reason.CONNECTION_LOST, failure.reason());
        assertNull(response.protocolStatus());
        assertThrows(IllegalStateException.class, response::status);
    }

    @Test
    void stderrAndStatusAreSeen() throws Exception {
        OfflineResponse response = OfflineRequest.get("/").respond(request -> {
            request.stderr().write("warning\n".getBytes(StandardCharsets.UTF_8));
            request.appStatus(7);
            write(request, "Status: 404\r\n\r\n");
        });
        assertEquals("warning\n", response.stderr());
        assertEquals(7, response.appStatus());
        assertEquals(404, response.status());
    }

    @Test
    void theSameRequestCanBeSentAgain() throws Exception {
        byte[] body = new byte[300_000];
        OfflineRequest request = OfflineRequest.builder("POST", "/").body("application/octet-stream", body).build();
        for (int i = 0; i < 3; i++) {
            OfflineResponse response = request.respond(asked -> {
                try (InputStream in = asked.stdin()) {
                    write(asked, "Content-Type: application/octet-stream\r\n\r\n");
                    in.transferTo(asked.stdout());
                }
            });
            assertArrayEquals(body, response.body());
        }
        assertEquals(0, LargeBuffers.lent());
    }

    @Test
    void anInterruptOfTheCallerAbortsTheRequest() throws Exception {
        CompletableFuture<Boolean> aborted = new CompletableFuture<>();
        Thread.currentThread().interrupt();
        assertThrows(InterruptedException.class, () -> OfflineRequest.get("/").respond(request -> {
            request.onAbort(() -> aborted.complete(true));
            new CountDownLatch(1).await();
        }));
        assertTrue(aborted.get());
        assertFalse(Thread.currentThread().isInterrupted());
    }

    /** For code that creates its own exchange. */
    @Test
    void anExchangeCanBeMadeInsideTheHandler() throws Exception {
        OfflineResponse response = OfflineRequest.get("/x").respond(request -> {
            CgiExchange q = CgiExchange.of(request, dev.fcgi.cgi.CgiOptions.DEFAULT);
            q.status(201).out().print(q.path());
            q.close();
        });
        assertEquals(201, response.status());
        assertEquals("/x", response.text());
    }
}
