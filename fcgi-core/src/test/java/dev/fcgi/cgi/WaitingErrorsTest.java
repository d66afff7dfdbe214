package dev.fcgi.cgi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fcgi.FcgiServer;
import dev.fcgi.LogCapture;
import dev.fcgi.Responder;
import dev.fcgi.client.ClientRequest;
import dev.fcgi.client.ClientResponse;
import dev.fcgi.client.FcgiClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * In the loop of CgiFast, errors of a request are kept until the program asks for them; otherwise an error page is
 * sent.
 */
final class WaitingErrorsTest {
    private static final String BROKEN = "Status: 400 Bad Request\r\nContent-Length: 43\r\n"
            + "Content-Type: text/plain; charset=utf-8\r\n\r\n400 Bad Request\nmultipart without boundary\n";

    private static final byte[] UPLOAD = ("--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"f\"\r\n\r\n"
            + "x".repeat(100) + "\r\n--b--\r\n").getBytes(StandardCharsets.US_ASCII);
    private static final CgiOptions NO_ROOM = CgiOptions.builder().memoryThreshold(1)
            .temporaryDirectory(Path.of("/no/such/directory")).build();

    private static StubRequest broken() {
        return StubRequest.of("POST", "/?q=1", "multipart/form-data", "--b\r\n".getBytes(StandardCharsets.US_ASCII));
    }

    private static String respond(StubRequest request, CgiOptions options, CgiHandler program) throws Exception {
        CgiExchange q = CgiExchange.ofLoop(request, options);
        program.handle(q); // throws nothing, because otherwise the loop would have ended
        q.close();
        return request.output();
    }

    private static void check(String expected, CgiHandler program) throws Exception {
        assertEquals(expected, respond(broken(), CgiOptions.DEFAULT, program));
    }

    @Test
    void nothingIsFoundAndTheAnswerIsReplaced() throws Exception {
        check(BROKEN, q -> {
            assertNull(q.param("a"));
            assertEquals("1", q.param("q")); // the query is another matter
            assertEquals(List.of("q"), q.paramNames());
            assertNull(q.upload("a"));
            q.addCookie(Cookie.of("a", "b")).redirect("/done", 303);
        });
        check(BROKEN, q -> {
            q.out().print("before");
            q.param("a");
            q.setContentType("text/html").out().print("x".repeat(100_000));
            q.flush();
            assertFalse(q.isCommitted());
            q.status(201).stream().write(new byte[100_000]);
            q.out().close();
            q.stream().close();
        });
        check(BROKEN, q -> {
            q.param("a");
            try (EventStream events = q.events()) {
                events.send("never");
            }
        });
        check(BROKEN, q -> {
            q.param("a");
            q.error(404);
        });
    }

    @Test
    void aProgramThatAsksForTheErrorRespondsItself() throws Exception {
        for (boolean first : new boolean[] {true, false}) {
            check("Status: 422 Unprocessable Content\r\nContent-Length: 30\r\n"
                    + "Content-Type: text/plain; charset=utf-8\r\n\r\n400 multipart without boundary", q -> {
                        if (!first) {
                            assertNull(q.param("a"));
                            q.out().print("dropped");
                            q.out().flush();
                        }
                        CgiException error = q.cgiError();
                        q.status(422).out().print(error.status() + " " + error.getMessage());
                        assertNull(q.param("a"));
                    });
        }
    }

    @Test
    void aGoodRequestHasNoError() throws Exception {
        String output = respond(StubRequest.of("GET", "/?a=1"), CgiOptions.DEFAULT, q -> {
            assertNull(q.cgiError());
            q.out().print(q.param("a"));
        });
        assertTrue(output.endsWith("\r\n\r\n1"), output);
    }

    @Test
    void whatIsTooLargeIsNotThere() throws Exception {
        CgiOptions small = CgiOptions.builder().maxFields(1).maxFieldsLength(3).maxBodyLength(5).build();
        for (String target : new String[] {"/?a=1&b=2", "/"}) {
            for (String type : new String[] {"application/x-www-form-urlencoded", "a/b"}) {
                StubRequest request = StubRequest.of("POST", target, type, new byte[4]);
                String output = respond(request, small, q -> {
                    assertNull(q.param("a"));
                    assertEquals("", q.bodyText());
                    assertEquals(0, q.bodyBytes().length);
                    q.out().print("done");
                });
                assertTrue(output.startsWith("Status: 413 "), output);
            }
        }
    }

    @Test
    void aStreamThatIsTooLongFailsAsWhenTheClientHasDisconnected() throws Exception {
        for (String length : new String[] {"11", ""}) { // announced, and not
            StubRequest request = StubRequest.of("POST", "/", "a/b", new byte[11]).with("CONTENT_LENGTH", length);
            String output = respond(request, CgiOptions.builder().maxBodyLength(10).build(), q -> {
                q.out().print("read as much as I could");
                assertThrows(IOException.class, () -> q.body().readAllBytes());
            });
            assertTrue(output.startsWith("Status: 413 "), output);
            assertFalse(output.contains("as much"), output);
        }
    }

    @Test
    void whatIsOurFaultIs500() throws Exception {
        StubRequest request = StubRequest.of("POST", "/", "multipart/form-data; boundary=b", UPLOAD);
        String output = respond(request, NO_ROOM, q -> assertNull(q.upload("f")));
        assertTrue(output.startsWith("Status: 500 "), output);
        assertFalse(output.contains("/no/such"), output);
    }

    @Test
    void whatIsOurFaultIsLoggedSomeTimesAndThenCounted() throws Exception {
        Responder loop = request -> {
            try (CgiExchange q = CgiExchange.ofLoop(request, NO_ROOM)) {
                assertNull(q.upload("f"));
            }
        };
        try (LogCapture log = new LogCapture("dev.fcgi.server")) {
            try (FcgiServer server = FcgiServer.builder().listen(0).responder(loop).build().start();
                    FcgiClient client = FcgiClient.to(server.addresses().get(0))) {
                for (int i = 0; i < 30; i++) {
                    try (ClientResponse response = client.send(ClientRequest.responder().params(Map.of("REQUEST_METHOD",
                            "POST", "SCRIPT_NAME", "/up", "CONTENT_TYPE", "multipart/form-data; boundary=b")).body(UPLOAD).build())) {
                        assertEquals(500, response.head().status());
                        response.end();
                    }
                }
            }
            List<String> lines = log.lines().stream().filter(line -> line.contains("could not be read")).toList();
            assertEquals(11, lines.size(), lines.toString());
            assertTrue(lines.getFirst().startsWith("WARNING request could not be read: request 1 of ")
                    && lines.getFirst().contains(" (connection 1), POST /up"), lines.getFirst());
            assertTrue(lines.getLast().startsWith("WARNING 20 more in the last "), lines.getLast());
        }
    }

    @Test
    void aResponseThatHasBegunStaysAsItIs() throws Exception {
        check("Status: 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nabnull", q -> {
            q.out().print("a");
            q.flush();
            q.out().print("b" + q.param("a"));
        });
    }

    @Test
    void tasksAfterTheResponseRun() throws Exception {
        List<String> ran = new ArrayList<>();
        check(BROKEN, q -> {
            q.param("a");
            q.afterResponse(() -> ran.add("task"));
        });
        assertEquals(List.of("task"), ran);
    }

    @Test
    void elsewhereErrorsAreThrownAndMayBeAskedFor() throws Exception {
        CgiExchange q = CgiExchange.of(broken(), CgiOptions.DEFAULT);
        CgiException thrown = assertThrows(CgiException.class, () -> q.param("a"));
        assertEquals(thrown, q.cgiError());
        assertEquals(400, q.cgiError().status());
        assertNull(CgiExchange.of(StubRequest.of("GET", "/"), CgiOptions.DEFAULT).cgiError());
    }
}
