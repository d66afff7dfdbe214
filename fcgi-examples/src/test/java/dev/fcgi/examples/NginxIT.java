package dev.fcgi.examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every path of the playground as a client of nginx sees it. */
@ParameterizedClass
@EnumSource
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class NginxIT {
    private static final int HUNDRED_MEGABYTES = 100_000_000;

    @TempDir
    static Path directory;

    private static PlaygroundProcess playground;
    private static Nginx nginx;
    private static HttpClient client;

    @Parameter
    Upstream upstream;

    @BeforeParameterizedClassInvocation
    static void start(Upstream upstream) throws Exception {
        if (!Peer.areThere(Peer.NGINX)) {
            return;
        }
        playground = PlaygroundProcess.start(directory, upstream.address(directory, "p"));
        nginx = Nginx.start(directory, upstream.isKept(), List.of(playground.address()));
        client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    }

    @AfterParameterizedClassInvocation
    static void stop() throws Exception {
        try {
            if (nginx != null) {
                client.close();
                nginx.close();
                assertEquals(0, playground.stop(), playground.process()::toString);
            }
        } finally {
            if (playground != null) {
                playground.close();
            }
            nginx = null;
            playground = null;
        }
    }

    @BeforeEach
    void requireNginx() {
        Peer.require(Peer.NGINX);
    }

    private static HttpResponse<String> get(String path) throws Exception {
        return client.send(HttpRequest.newBuilder(nginx.uri(path)).build(), BodyHandlers.ofString());
    }

    private static HttpResponse<String> post(String path, BodyPublisher body) throws Exception {
        return client.send(HttpRequest.newBuilder(nginx.uri(path)).POST(body).build(), BodyHandlers.ofString());
    }

    private static void assertAnswer(int status, String body, HttpResponse<String> answer) {
        assertEquals(body, answer.body());
        assertEquals(status, answer.statusCode());
    }

    @Test
    void hello() throws Exception {
        HttpResponse<String> answer = get("/hello");
        assertAnswer(200, "hello\n", answer);
        assertEquals("text/plain", answer.headers().firstValue("Content-Type").orElseThrow());
    }

    @Test
    void helloDoesNotReadTheBodyOfAPost() throws Exception {
        assertAnswer(200, "hello\n", post("/hello", BodyPublishers.ofByteArray(Content.random(1_000_000))));
        assertAnswer(200, "hello\n", get("/hello"));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "/hello", "/params", "/echo", "/sum", "/discard", "/hold?ms=1", "/big?n=1000000", "/slow?ms=1", "/drip?n=3",
        "/stderr?n=5", "/status?code=404", "/exit?code=1", "/header?name=X&value=y", "/throw", "/stats", "/nowhere"
    })
    void headHasTheHeadOfGetAndNoBody(String path) throws Exception {
        String answer;
        try (Socket socket = nginx.socket()) {
            answer = RawHttp.exchange(socket, "HEAD " + path + " HTTP/1.1", "");
        }
        int status = get(path).statusCode();
        assertTrue(answer.startsWith("HTTP/1.1 " + status), answer);
        assertEquals(answer.length() - 4, answer.indexOf("\r\n\r\n"), answer);
        if (path.startsWith("/big")) {
            assertTrue(answer.contains("\r\nContent-Length: 1000000\r\n"), answer);
        }
    }

    @Test
    void paramsArriveByteForByte() throws Exception {
        String query = "%41%00%zz&\u00fc=%25;";
        String answer;
        try (Socket socket = nginx.socket()) {
            answer = RawHttp.exchange(socket, "GET /par%61ms?" + query + " HTTP/1.1",
                    "X-A: 1\r\nX-A: 2\r\nCookie: a=1; b=2\r\nProxy: http://evil.test/\r\n"
                            + "X-Bytes: \u00fc\u0080 =%~\r\n");
        }
        assertEquals("""
                CONTENT_LENGTH=
                CONTENT_TYPE=
                GATEWAY_INTERFACE=CGI/1.1
                HTTP_CONNECTION=close
                HTTP_COOKIE=a%3D1;%20b%3D2
                HTTP_HOST=playground.test
                HTTP_X_A=1,%202
                HTTP_X_BYTES=%FC%80%20%3D%25~
                QUERY_STRING=%2541%2500%25zz&%FC%3D%2525;
                REMOTE_ADDR=127.0.0.1
                REQUEST_METHOD=GET
                REQUEST_URI=/par%2561ms?%2541%2500%25zz&%FC%3D%2525;
                SCRIPT_NAME=/params
                SERVER_NAME=playground.test
                SERVER_PROTOCOL=HTTP/1.1
                """, answer.substring(answer.indexOf("\r\n\r\n") + 4));
    }

    @Test
    void aLongParameterArrives() throws Exception {
        String value = "v".repeat(7000); // nginx takes 8 KB in a line
        HttpResponse<String> answer = client.send(
                HttpRequest.newBuilder(nginx.uri("/params")).header("X-Long", value).build(), BodyHandlers.ofString());
        assertTrue(answer.body().contains("\nHTTP_X_LONG=" + value + "\n"), answer.body());
    }

    @Test
    void echoAnswersWhileTheBodyIsStillBeingSent() throws Exception {
        try (Socket socket = nginx.socket()) {
            socket.setSoTimeout((int) Await.LIMIT.toMillis());
            InputStream in = socket.getInputStream();
            RawHttp.send(socket,
                    "POST /echo HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: 15\r\n\r\nfirst");
            String head = RawHttp.readUntil(in, "\r\n\r\n");
            assertTrue(head.startsWith("HTTP/1.1 200 "), head);
            assertTrue(head.contains("application/octet-stream"), head);
            assertEquals("5\r\nfirst\r\n", RawHttp.readUntil(in, "first\r\n"));
            RawHttp.send(socket, "secondlast");
            RawHttp.readUntil(in, "last\r\n");
            assertEquals("0\r\n\r\n", new String(in.readAllBytes(), StandardCharsets.US_ASCII));
        }
    }

    @Test
    void echoReturnsWhatItGot() throws Exception {
        // no more than fits into a socket: once the answer has begun, nginx does not go on with a body that it could
        // not send at once
        byte[] body = Content.random(60_000);
        HttpResponse<byte[]> answer = client.send(
                HttpRequest.newBuilder(nginx.uri("/echo")).POST(BodyPublishers.ofByteArray(body)).build(),
                BodyHandlers.ofByteArray());
        assertArrayEquals(body, answer.body());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 65_535, 65_536, 1_000_000})
    void bodiesAreReadToTheirEnd(int length) throws Exception {
        byte[] body = Content.random(length);
        assertAnswer(200, Content.sum(body), post("/sum", BodyPublishers.ofByteArray(body)));
        assertAnswer(200, length + "\n", post("/discard", BodyPublishers.ofByteArray(body)));
        assertAnswer(200, Content.sum(body), post("/hold?ms=50", BodyPublishers.ofByteArray(body)));
    }

    @Test
    void aChunkedBodyArrives() throws Exception {
        byte[] body = Content.random(300_000);
        assertAnswer(200, Content.sum(body),
                post("/sum", BodyPublishers.fromPublisher(BodyPublishers.ofByteArray(body))));
    }

    @Test
    void aHundredMegabytesUp() throws Exception {
        assertAnswer(200, Digest.of(Content.pattern(HUNDRED_MEGABYTES)) + "\n",
                post("/sum", BodyPublishers.ofInputStream(() -> Content.pattern(HUNDRED_MEGABYTES))));
    }

    @Test
    void aHundredMegabytesDown() throws Exception {
        HttpResponse<InputStream> answer = client.send(
                HttpRequest.newBuilder(nginx.uri("/big?n=" + HUNDRED_MEGABYTES)).build(), BodyHandlers.ofInputStream());
        assertEquals(HUNDRED_MEGABYTES, answer.headers().firstValueAsLong("Content-Length").orElseThrow());
        try (InputStream body = answer.body()) {
            assertEquals(Digest.of(Content.pattern(HUNDRED_MEGABYTES)), Digest.of(body));
        }
    }

    @Test
    void slow() throws Exception {
        long start = System.nanoTime();
        assertAnswer(200, "slept\n", get("/slow?ms=150"));
        assertTrue(System.nanoTime() - start >= 150_000_000);
    }

    @Test
    void dripArrivesPieceByPiece() throws Exception {
        HttpResponse<InputStream> answer = client.send(
                HttpRequest.newBuilder(nginx.uri("/unbuffered/drip?n=3&ms=400")).build(), BodyHandlers.ofInputStream());
        try (InputStream body = answer.body()) {
            RawHttp.readUntil(body, "chunk 0\n");
            assertTrue(playground.stats().get("active") > 1, "the answer should still be in the making");
            assertEquals("chunk 1\nchunk 2\n", new String(body.readAllBytes(), StandardCharsets.US_ASCII));
        }
    }

    @Test
    void stderrGoesToTheErrorLog() throws Exception {
        assertAnswer(200, "ok\n", get("/stderr?n=1000"));
        Await.until("STDERR in the error log",
                () -> nginx.errors().contains("FastCGI sent in stderr: \"" + "e".repeat(1000)));
        assertAnswer(200, "ok\n", get("/stderr?n=200000"));
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 201, 204, 304, 400, 404, 418, 500, 503})
    void status(int code) throws Exception {
        assertAnswer(code, code == 204 || code == 304 ? "" : "status " + code + "\n", get("/status?code=" + code));
    }

    @Test
    void redirect() throws Exception {
        HttpResponse<String> answer = get("/redirect");
        assertEquals(302, answer.statusCode());
        assertEquals(nginx.uri("/hello"),
                nginx.uri("/").resolve(answer.headers().firstValue("Location").orElseThrow()));
    }

    @Test
    void anApplicationStatusIsNoFailureForNginx() throws Exception {
        assertAnswer(200, "bye\n", get("/exit?code=3"));
    }

    @Test
    void header() throws Exception {
        HttpResponse<String> answer = get("/header?name=X-Thing&value=a%20b:%20%22c%22");
        assertAnswer(200, "ok\n", answer);
        assertEquals("a b: \"c\"", answer.headers().firstValue("X-Thing").orElseThrow());
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "name=X&value=a%0D%0AEvil:%20yes", "name=X&value=a%0AEvil:%20yes", "name=X&value=a%0DEvil:%20yes",
        "name=X&value=a%00b", "name=X%0D%0AEvil&value=yes", "name=X%0AEvil&value=yes", "name=X%00&value=y",
        "name=X:%20y%0AEvil&value=yes", "name=&value=y", "name=X%20Y&value=y", "name=X&value=%0D%0A%0D%0Aevil"
    })
    void headersCannotBeInjected(String arguments) throws Exception {
        String answer;
        try (Socket socket = nginx.socket()) {
            answer = RawHttp.exchange(socket, "GET /header?" + arguments + " HTTP/1.1", "");
        }
        assertTrue(answer.matches("(?s)HTTP/1.1 (200|500) .*"), answer);
        assertFalse(answer.toLowerCase().contains("evil: yes\r\n") && answer.contains("\nEvil"), answer);
        assertFalse(answer.contains("\u0000"), answer);
        assertAnswer(200, "hello\n", get("/hello"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"exception", "error", "stack", "oom"})
    void aFailureBeforeOutputIsA500WithoutItsText(String type) throws Exception {
        HttpResponse<String> answer = get("/throw?type=" + type);
        assertEquals(500, answer.statusCode());
        String all = answer.headers().map() + answer.body();
        for (String secret : List.of("thrown on request", "Exception", "Error:", "Playground", "Overflow", "heap")) {
            assertFalse(all.contains(secret), all);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "exception,10", "exception,100000", "exception,5000000", "error,10", "error,100000", "stack,10", "stack,100000",
        "oom,10", "oom,100000"
    })
    void aFailureAfterOutputCutsTheAnswer(String type, int after) throws Exception {
        assertThrows(IOException.class, () -> get("/throw?type=" + type + "&after=" + after));
        assertThrows(IOException.class, () -> get("/unbuffered/throw?type=" + type + "&after=" + after));
        assertAnswer(200, "hello\n", get("/hello"));
    }

    @Test
    void stats() throws Exception {
        HttpResponse<String> answer = get("/stats?gc=1");
        List<String> names = answer.body().lines().map(line -> line.substring(0, line.indexOf('='))).toList();
        assertEquals(Set.of("active", "total", "aborted", "connections", "heap", "threads", "fds"), Set.copyOf(names));
        long before = playground.stats().get("total");
        get("/hello");
        assertEquals(before + 2, playground.stats().get("total"));
    }

    @Test
    void anUnknownPathIsNotFound() throws Exception {
        assertEquals(404, get("/nowhere").statusCode());
    }

    @Test
    void aClientThatGoesAwayAbortsItsRequest() throws Exception {
        long before = playground.stats().get("aborted");
        try (Socket socket = nginx.socket()) {
            RawHttp.send(socket, "GET /slow?ms=60000 HTTP/1.1\r\nHost: h\r\n\r\n");
            Await.until("the request runs", () -> playground.stats().get("active") == 2);
        }
        Await.until("the request is aborted", () -> playground.stats().get("aborted") > before);
        Await.until("its handler has ended", () -> playground.stats().get("active") == 1);
    }
}
