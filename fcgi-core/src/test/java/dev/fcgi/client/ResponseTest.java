package dev.fcgi.client;

import static dev.fcgi.client.ScriptedServer.answer;
import static dev.fcgi.client.ScriptedServer.end;
import static dev.fcgi.client.ScriptedServer.join;
import static dev.fcgi.client.ScriptedServer.record;
import static dev.fcgi.client.ScriptedServer.stderr;
import static dev.fcgi.client.ScriptedServer.stdout;
import static dev.fcgi.client.ScriptedServer.values;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fcgi.FcgiException;
import dev.fcgi.LogCapture;
import dev.fcgi.FcgiProtocolException;
import dev.fcgi.ProtocolStatus;
import dev.fcgi.client.RequestTimeoutException.Limit;
import dev.fcgi.internal.wire.Fcgi;
import dev.fcgi.internal.wire.LargeBuffers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Responses of applications, well-formed and malformed. The next request is always answered. */
final class ResponseTest extends ClientTest {
    private static final String TEXT = "Content-Type: text/plain\r\n\r\nbody";

    /** Answers requests for /bad with given bytes, all others correctly. */
    private void serveBad(byte[]... bad) throws IOException {
        serve(peer -> {
            while (true) {
                ScriptedServer.Asked one = peer.request();
                peer.send(one.path().equals("/bad") ? join(bad) : answer(one.id(), "\r\n" + one.path()));
            }
        });
        client(b -> b.maxConnections(1).firstByteTimeout(millis(2000)).readTimeout(millis(300)));
    }

    /** Afterwards other requests are answered, on the same connection or another. */
    private void assertUsable() throws IOException {
        assertEquals("/good", call("/good"));
        assertEquals("/good", call("/good"));
    }

    @Test
    void anIdleConnectionHoldsNoLargeBuffer() throws Exception {
        String large = "Content-Type: text/plain\r\n\r\n" + "x".repeat(60_000);
        serve(peer -> {
            while (true) {
                peer.request();
                peer.send(stdout(1, large), stdout(1, "x".repeat(60_000)), end(1));
            }
        });
        client(b -> b.maxConnections(1));
        for (int i = 0; i < 20; i++) {
            assertEquals(120_000, call("/").length());
            until("all large buffers are given back", () -> LargeBuffers.lent() <= lentBefore);
        }
        assertEquals(1, server.accepted());
    }

    @Test
    void inTheWaysThatAreAllowed() throws Exception {
        byte[] odd = record(Fcgi.STDOUT, 1, TEXT.getBytes(), 255);
        byte[][] ways = {
            answer(1, TEXT),
            join(stdout(1, TEXT), end(1)), // 6.1-got-stdout-unended
            join(odd, record(Fcgi.STDOUT, 1, new byte[0], 255), end(1)),
            join(stderr(1, ""), stdout(1, TEXT), stderr(1, ""), stdout(1, ""), end(1)),
            join(stdout(1, TEXT.substring(0, 10)), stderr(1, "x"), stdout(1, TEXT.substring(10)), end(1)),
            join(values("A", "b"), record(Fcgi.UNKNOWN_TYPE, 0, "\u0009       "), stdout(1, TEXT), end(1)),
            join(record(99, 1, "?"), stdout(1, TEXT), record(200, 0, "?"), record(0, 0, ""), end(1)),
            join(stdout(1, TEXT), stdout(1, ""), stdout(1, "after the end of STDOUT"), end(1)),
            join(stdout(1, TEXT), record(Fcgi.END_REQUEST, 1, new byte[12], 4)), // longer than it is
        };
        for (byte[] way : ways) {
            serve(peer -> {
                for (int i = 0; i < 2; i++) {
                    peer.request();
                    peer.send(way);
                }
            });
            client(b -> b.maxConnections(1).readTimeout(millis(5000)));
            assertEquals("body", call("/"));
            assertEquals("body", call("/"));
            assertEquals(1, server.accepted());
        }
    }

    @Test
    void everySplitOfTheRecords() throws Exception {
        byte[] whole = join(record(Fcgi.STDOUT, 1, TEXT.getBytes(), 200), record(Fcgi.STDERR, 1, new byte[3], 5),
                record(Fcgi.END_REQUEST, 1, new byte[8], 7));
        serve(peer -> {
            for (int cut = 1; ; cut = cut % (whole.length - 1) + 1) {
                peer.request();
                for (byte[] piece : List.of(java.util.Arrays.copyOf(whole, cut),
                        java.util.Arrays.copyOfRange(whole, cut, whole.length))) {
                    peer.send(piece);
                    Thread.yield();
                }
            }
        });
        client(b -> b.maxConnections(1));
        for (int i = 1; i < whole.length; i++) {
            assertEquals("body", call("/"));
        }
    }

    @Test
    void endWithoutOutput() throws Exception {
        serveBad(end(1, 7, 0));
        try (ClientResponse response = client.send(get("/bad"))) {
            assertEquals(new EndRequest(7, ProtocolStatus.REQUEST_COMPLETE), response.end());
            assertThrows(FcgiException.class, response::head); // RFC 3875 6.2
        }
        assertUsable();
        assertEquals(1, server.accepted());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 938, -1})
    void applicationStatus(int status) throws Exception {
        serveBad(stdout(1, TEXT), end(1, status, 0));
        try (ClientResponse response = client.send(get("/bad"))) {
            assertEquals("body", text(response));
            assertEquals(status, response.end().appStatus());
        }
        assertUsable();
    }

    @ParameterizedTest
    @CsvSource({"1,CANT_MPX_CONN", "2,OVERLOADED", "3,UNKNOWN_ROLE", "9,"})
    void refusals(int code, ProtocolStatus status) throws Exception {
        serveBad(stdout(1, ""), stderr(1, "no\n"), end(1, 0, code));
        RequestRefusedException e = assertThrows(RequestRefusedException.class, () -> client.send(get("/bad")));
        assertEquals(status, e.protocolStatus());
        assertEquals(status != null, e.retrySafe());
        assertUsable();
        assertEquals(1, server.accepted());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 9})
    void refusalsWithOutputAreResponses(int code) throws Exception {
        serveBad(stdout(1, "Status: 503\r\n\r\nlater"), end(1, 0, code));
        try (ClientResponse response = client.send(get("/bad"))) {
            assertEquals(503, response.head().status());
            assertEquals("later", text(response));
            assertEquals(ProtocolStatus.of(code), response.end().protocolStatus());
        }
        assertUsable();
    }

    @Test
    void brokenRecords() throws Exception {
        byte[] version2 = stdout(1, TEXT);
        version2[0] = 2;
        for (byte[] broken : List.of(version2, "HTTP/1.1 400 Bad Request\r\n".getBytes(),
                record(Fcgi.END_REQUEST, 1, new byte[7], 0), stdout(7, TEXT), end(7), end(2))) {
            serveBad(broken);
            ResponseLostException e = assertThrows(ResponseLostException.class, () -> call("/bad"));
            assertTrue(e.getCause() instanceof FcgiProtocolException, e::toString);
            assertFalse(e.retrySafe());
            assertUsable();
        }
    }

    /** Request id 0 is for management records: such output belongs to no request, and ends none. */
    @Test
    void outputOfRequest0IsNobodys() throws Exception {
        serve(peer -> {
            peer.request();
            peer.send(stdout(0, "\r\nforeign"), stderr(0, "foreign"), end(0, 7, 0), answer(1, "\r\nown"));
        });
        client(b -> b);
        assertEquals("own", call("/"));
    }

    @Test
    void brokenAfterGoodOutput() throws Exception {
        serveBad(stdout(1, TEXT), new byte[8]);
        ResponseLostException e = assertThrows(ResponseLostException.class, () -> call("/bad")); // early or late
        assertFalse(e.retrySafe());
        assertUsable();
    }

    /** Data after END_REQUEST must not become part of the next response, whether it arrives immediately or later. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void outputBehindTheEnd(boolean atOnce) throws Exception {
        CountDownLatch late = gate();
        serve(peer -> {
            peer.request();
            byte[] more = join(stdout(1, "\r\nof the first"), end(1));
            if (peer.number() > 1) {
                peer.send(answer(1, "\r\nsecond"));
            } else if (atOnce) {
                peer.send(answer(1, "\r\nfirst"), more);
            } else {
                peer.send(answer(1, "\r\nfirst"));
                await(late);
                peer.send(more);
            }
        });
        client(b -> b.maxConnections(1));
        assertEquals("first", call("/"));
        late.countDown();
        server.awaitAllClosed();
        assertEquals("second", call("/"));
    }

    @Test
    void aHugeHead() throws Exception {
        serveBad(stdout(1, "A: " + "b".repeat(60_000)), stdout(1, "b".repeat(60_000)), end(1));
        try (ClientResponse response = client.send(get("/bad"))) {
            FcgiException e = assertThrows(FcgiException.class, response::head);
            assertEquals("header block of more than 65536 bytes", e.getMessage());
        }
        assertUsable();
    }

    @Test
    void stderrIsJoinedIntoLines() throws Exception {
        serveBad(stderr(1, "on"), stderr(1, "e\r\ntwo\n\nth"), stdout(1, TEXT), stderr(1, "ree"),
                stderr(1, ""), end(1));
        List<String> lines = new ArrayList<>();
        ClientRequest request = ClientRequest.responder().param("SCRIPT_NAME", "/bad").stderr(lines::add).build();
        try (ClientResponse response = client.send(request)) {
            assertEquals("body", text(response));
            assertEquals(List.of("one", "two", "", "three"), lines);
            assertEquals("one\r\ntwo\n\nthree", response.stderr());
        }
        assertUsable();
    }

    @Test
    void linesOfStderrComeBeforeOutput() throws Exception {
        CountDownLatch read = gate();
        serve(peer -> {
            int id = peer.request().id();
            peer.send(stderr(id, "line\nrest"));
            await(read);
            peer.send(answer(id, TEXT));
        });
        client(b -> b);
        List<String> lines = new ArrayList<>();
        ClientRequest request = ClientRequest.responder().stderr(line -> {
            lines.add(line);
            read.countDown();
        }).build();
        assertEquals("body", call(request));
        assertEquals(List.of("line", "rest"), lines);
    }

    @Test
    void endlessStderr() throws Exception {
        serve(peer -> {
            int id = peer.request().id();
            while (true) {
                peer.send(stderr(id, "e".repeat(10_000)));
            }
        });
        holdTime();
        client(b -> b.requestTimeout(seconds(3)).maxStderrLength(1000));
        List<String> lines = new ArrayList<>();
        ClientRequest request = ClientRequest.responder().stderr(lines::add).build();
        assertLimit(Limit.REQUEST, seconds(3), async(() -> client.send(request)));
        assertEquals(List.of("e".repeat(1000), "[the rest of STDERR is dropped]"), lines);
    }

    @Test
    void aSinkThatThrows() throws Exception {
        serveBad(stderr(1, "line\n"), stdout(1, TEXT), end(1));
        ClientRequest request = ClientRequest.responder().param("SCRIPT_NAME", "/bad").stderr(line -> {
            throw new IllegalStateException(line);
        }).build();
        assertThrows(IllegalStateException.class, () -> call(request));
        assertUsable();
    }

    @ParameterizedTest
    @CsvSource({"3,bod", "5,", "4,body", "0,''"})
    void contentLengthIsChecked(int length, String body) throws Exception {
        serveBad(stdout(1, "Content-Length: " + length + "\r\n\r\nbody"), end(1));
        if (body != null) {
            assertEquals(body, call("/bad"));
        } else {
            assertThrows(FcgiException.class, () -> call("/bad"));
        }
        assertUsable();
        assertEquals(1, server.accepted());
    }

    @Test
    void noBodyBelongsToHead() throws Exception {
        serve(peer -> {
            while (true) {
                peer.send(answer(peer.request().id(), "Content-Length: 1000\r\n\r\n"));
            }
        });
        client(b -> b);
        assertEquals("", call(ClientRequest.responder().params(CgiParams.of("HEAD", "/")).build()));
        assertThrows(FcgiException.class, () -> call("/"));
    }

    @Test
    void aSurplusIsLogged() throws Exception {
        serveBad(stdout(1, "Content-Length: 3\r\n\r\nbody"), end(1));
        try (LogCapture log = new LogCapture("dev.fcgi.client")) {
            assertEquals("bod", call("/bad"));
            assertTrue(log.has(line -> line.startsWith("WARNING 1 bytes after the end of the body dropped: GET /bad at ")),
                    log.lines()::toString);
        }
    }

    /** Programs that print one anyway: it is dropped, and the connection stays usable. */
    @ParameterizedTest
    @CsvSource({"HEAD,200", "GET,204", "GET,304", "POST,204"})
    void whatIsPrintedWhereNoBodyBelongs(String method, int status) throws Exception {
        serve(peer -> {
            while (true) {
                peer.send(answer(peer.request().id(), "Status: " + status + "\r\nContent-Length: 4\r\n\r\nbody\n"));
            }
        });
        client(b -> b.maxConnections(1));
        for (int i = 0; i < 3; i++) {
            ClientRequest request = ClientRequest.responder().params(CgiParams.of(method, "/")).build();
            try (ClientResponse response = client.send(request)) {
                assertEquals("", text(response));
                assertEquals("4", response.head().header("Content-Length"));
                assertEquals(0, response.end().appStatus());
            }
        }
        assertEquals(1, server.accepted());
    }

    @Test
    void aBodyReadInPartPoisonsNothing() throws Exception {
        serve(peer -> {
            while (true) {
                ScriptedServer.Asked one = peer.request();
                for (int i = 0; i < 20 && one.path().equals("/big"); i++) {
                    peer.send(stdout(one.id(), (i == 0 ? "\r\n" : "") + "x".repeat(60_000)));
                }
                peer.send(answer(one.id(), "\r\n" + one.path()));
            }
        });
        client(b -> b.maxConnections(1));
        for (int i = 0; i < 5; i++) {
            try (ClientResponse response = client.send(get("/big"))) {
                assertEquals('x', response.body().read());
            }
            assertUsable();
        }
        try (ClientResponse response = client.send(get("/big"))) { // dropped to its end: the connection stays
            response.body().close();
            assertEquals(0, response.end().appStatus());
        }
        int before = server.accepted();
        assertUsable();
        assertEquals(before, server.accepted());
    }

    @Test
    void rolesAndInput() throws Exception {
        serve(ScriptedServer::echo);
        client(b -> b);
        ClientRequest filter = ClientRequest.filter(new java.io.ByteArrayInputStream("data".getBytes()), 4,
                Instant.ofEpochSecond(5))
                .param("SCRIPT_NAME", "/f").body("stdin").build();
        assertEquals("/fstdin", call(filter));
        ScriptedServer.Asked asked = server.asked().get(0);
        assertEquals(3, asked.role());
        assertEquals("data", new String(asked.data()));
        assertEquals("4", asked.params().get("FCGI_DATA_LENGTH"));
        assertEquals(1, asked.flags());
        ClientRequest big = ClientRequest.authorizer().param("SCRIPT_NAME", "/a").param("", "")
                .param("LONG", "v".repeat(200_000)).param("ö", "ü").param("127", "w".repeat(127)).build();
        assertEquals("/a", call(big));
        assertEquals(2, server.asked().get(1).role());
        assertEquals(big.params(), server.asked().get(1).params());
        assertNull(server.asked().get(1).params().get("CONTENT_LENGTH"));
    }

    @Test
    void withoutKeepAlive() throws Exception {
        serve(ScriptedServer::echo);
        client(b -> b.keepAlive(false));
        assertUsable();
        assertEquals(2, server.accepted());
        assertEquals(0, server.asked().get(0).flags());
        server.awaitAllClosed(); // by the client, because not all servers close it
    }

    @Test
    void aServerThatIsSilent() throws Exception {
        BlockingQueue<ScriptedServer.Peer> trickling = queue();
        BlockingQueue<String> asked = queue();
        serve(peer -> {
            String path = peer.request().path();
            if (!path.equals("/silent")) {
                peer.send(stdout(1, "\r\n"));
            }
            if (path.equals("/trickle")) {
                trickling.add(peer);
            } else {
                asked.add(path);
            }
        });
        holdTime();
        client(b -> b.firstByteTimeout(seconds(5)).readTimeout(seconds(5)));
        CompletableFuture<String> begun = async(() -> call("/begun"));
        CompletableFuture<String> silent = async(() -> call("/silent"));
        take(asked);
        take(asked);
        try (ClientResponse trickle = client.send(get("/trickle"))) {
            ScriptedServer.Peer peer = take(trickling);
            for (int i = 0; i < 10; i++) {
                assertEquals(i >= 6, begun.isDone() && silent.isDone(), "after " + i + " s");
                clock.advance(seconds(1));
                peer.send(stdout(1, "."));
                assertEquals('.', trickle.body().read());
                if (i == 5) {
                    assertLimit(Limit.FIRST_BYTE, failure(RequestTimeoutException.class, silent));
                    assertLimit(Limit.READ, failure(RequestTimeoutException.class, begun));
                }
            }
            peer.send(end(1));
            assertEquals("", text(trickle));
        }
    }

    @Test
    void aCallerThatPausesIsNotIdle() throws Exception {
        BlockingQueue<String> sent = queue();
        serve(peer -> {
            int id = peer.request().id();
            peer.send(stdout(id, "\r\n" + "x".repeat(10_000)), stdout(id, ""), end(id));
            sent.add("all");
        });
        holdTime();
        client(b -> b.responseBuffer(100).readTimeout(seconds(1)).firstByteTimeout(seconds(1)));
        try (ClientResponse response = client.send(get("/"))) {
            take(sent);
            response.body().readNBytes(300); // more than is read ahead
            until("the buffer is full, and nobody waits for the server", () -> available(response) == 100);
            clock.advance(seconds(20)); // longer than the limits that do not apply
            assertEquals(9_700, text(response).length());
        }
    }

    private static int available(ClientResponse response) {
        try {
            return response.body().available();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
