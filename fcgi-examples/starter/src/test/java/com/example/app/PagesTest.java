package com.example.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fcgi.OfflineRequest;
import dev.fcgi.OfflineResponse;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Requests without a web server and without sockets. */
class PagesTest {
    private static OfflineResponse send(OfflineRequest.Builder request) throws InterruptedException {
        return request.build().respond(Pages.RESPONDER);
    }

    @Test
    void theNameIsKeptInACookie() throws Exception {
        OfflineResponse answer = send(OfflineRequest.builder("POST", "/name").field("name", "Ada & <Bob>"));
        assertEquals(303, answer.status());
        assertEquals("/", answer.header("Location"));
        String cookie = answer.header("Set-Cookie").split(";")[0];

        OfflineResponse home = send(OfflineRequest.builder("GET", "/").header("Cookie", cookie));
        assertEquals(200, home.status());
        assertTrue(home.text().contains("Hello, Ada &amp; &lt;Bob&gt;"), home.text());
    }

    @Test
    void aFileIsWeighed() throws Exception {
        byte[] content = "12345".getBytes(StandardCharsets.US_ASCII);
        OfflineResponse answer = send(OfflineRequest.builder("POST", "/upload")
                .file("file", "a.txt", "text/plain", content));
        assertEquals("a.txt: 5 bytes\n", answer.text());
    }

    @Test
    void aFileThatIsTooLargeIsRefused() throws Exception {
        byte[] content = new byte[Pages.MAX_BODY_LENGTH + 1];
        OfflineResponse answer = send(OfflineRequest.builder("POST", "/upload")
                .file("file", "a", "text/plain", content));
        assertEquals(413, answer.status());
    }

    @Test
    void whatIsMissingIsSaid() throws Exception {
        OfflineResponse answer = send(OfflineRequest.builder("POST", "/name"));
        assertEquals(400, answer.status());
        assertTrue(answer.text().contains("name is missing"), answer.text());
    }

    @Test
    void eventsCome() throws Exception {
        OfflineResponse answer = send(OfflineRequest.builder("GET", "/events"));
        assertEquals("text/event-stream", answer.header("Content-Type"));
        assertTrue(answer.text().startsWith("data: 1\n\n"), answer.text());
        assertTrue(answer.text().endsWith("event: end\ndata: \n\n"), answer.text());
    }

    @Test
    void otherPathsAreNotFound() throws Exception {
        assertEquals(404, send(OfflineRequest.builder("GET", "/other")).status());
    }
}
