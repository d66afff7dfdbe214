package dev.fcgi.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fcgi.FcgiServer;
import dev.fcgi.OfflineCall;
import dev.fcgi.OfflineRequest;
import dev.fcgi.OfflineResponse;
import dev.fcgi.Responder;
import dev.fcgi.Role;
import dev.fcgi.cgi.Router;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Shows how to test the handlers of an application without a web server and a socket. */
final class HandlersTest {
    private final CountDownLatch waiting = new CountDownLatch(1);
    private final CountDownLatch cancelled = new CountDownLatch(1);
    private Responder app;

    @BeforeEach
    void start(@TempDir Path directory) {
        Router router = Router.builder()
                .prefix("/guestbook", Guestbook.in(directory))
                .get("/fail", q -> {
                    throw new IllegalStateException("no such table");
                })
                .get("/wait", q -> {
                    waiting.countDown();
                    try {
                        new CountDownLatch(1).await(); // an abort interrupts it
                    } finally {
                        cancelled.countDown();
                    }
                })
                .build();
        app = router.toResponder(Guestbook.OPTIONS);
    }

    @Test
    void aForm() throws Exception {
        OfflineResponse signed = OfflineRequest.builder("POST", "/guestbook")
                .field("name", "Jane")
                .field("message", "1 < 2")
                .build()
                .respond(app);
        assertEquals(303, signed.status());
        assertEquals("http://localhost/guestbook", signed.header("Location"));
        assertTrue(OfflineRequest.get("/guestbook").respond(app).text().contains("<p><b>Jane</b>: 1 &lt; 2</p>"));
    }

    @Test
    void aFormThatIsNotComplete() throws Exception {
        OfflineResponse response = OfflineRequest.builder("POST", "/guestbook")
                .field("name", "Jane")
                .build()
                .respond(app);
        assertEquals(400, response.status());
        assertEquals("400 Bad Request\nmessage must have 1 to 2000 characters\n", response.text());
    }

    @Test
    void anUpload() throws Exception {
        byte[] picture = "GIF89a".getBytes(StandardCharsets.US_ASCII);
        OfflineRequest.Builder form = OfflineRequest.builder("POST", "/guestbook")
                .field("name", "Jane")
                .field("message", "me");
        assertEquals(303, form.file("picture", "me.gif", "image/gif", picture).build().respond(app).status());
        String page = OfflineRequest.get("/guestbook").respond(app).text();
        String link = page.replaceFirst("(?s).*src=\"([^\"]+)\".*", "$1");
        OfflineResponse sent = OfflineRequest.get("/guestbook" + link).respond(app);
        assertEquals("image/gif", sent.header("Content-Type"));
        assertEquals("GIF89a", sent.text());
    }

    @Test
    void anUploadThatIsTooLarge() throws Exception {
        OfflineRequest request = OfflineRequest.builder("POST", "/guestbook")
                .file("picture", "me.gif", "image/gif", new byte[6_000_000])
                .build();
        assertEquals(413, request.respond(app).status());
    }

    @Test
    void aCookieIsSetAndComesBack() throws Exception {
        OfflineResponse signed = OfflineRequest.builder("POST", "/guestbook")
                .field("name", "Jane Doe")
                .field("message", "hello")
                .build()
                .respond(app);
        String cookie = signed.header("Set-Cookie");
        assertEquals("name=Jane%20Doe; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax", cookie);
        OfflineRequest next = OfflineRequest.builder("GET", "/guestbook")
                .header("Cookie", cookie.substring(0, cookie.indexOf(';')))
                .build();
        assertTrue(next.respond(app).text().contains("value=\"Jane Doe\""));
    }

    @Test
    void anExceptionIsA500ThatTellsNothing() throws Exception {
        OfflineResponse response = OfflineRequest.get("/fail").respond(app);
        assertEquals(500, response.status());
        assertEquals("500 Internal Server Error\n", response.text());
        assertInstanceOf(IllegalStateException.class, response.failure()); // available to the test
    }

    @Test
    void anAbortInterruptsTheHandler() throws Exception {
        OfflineCall call = OfflineRequest.get("/wait").start(FcgiServer.builder().responder(app), Role.RESPONDER);
        waiting.await();
        call.disconnect(); // as most web servers do when the browser has disconnected
        cancelled.await();
        assertNull(call.response().protocolStatus()); // nobody can receive a response
    }

    @Test
    void aPathWithoutARoute() throws IOException, InterruptedException {
        assertEquals(404, OfflineRequest.get("/other").respond(app).status());
    }
}
