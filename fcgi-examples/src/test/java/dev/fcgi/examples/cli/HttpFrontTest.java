package dev.fcgi.examples.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fcgi.Request;
import dev.fcgi.Responder;
import dev.fcgi.client.FcgiClient;
import dev.fcgi.httpserver.FcgiGateway;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The HTTP server of {@code fcgi front} and the demo, byte by byte: it must not alter requests and responses. */
final class HttpFrontTest {
    /** How long a connection may be idle, in milliseconds: longer than a busy machine may keep a thread waiting. */
    private static final long IDLE = 200;

    private TestServer application;
    private FcgiClient client;
    private HttpFront front;
    private Socket socket;

    private void serve(Responder responder) throws IOException {
        serve(responder, Duration.ofMinutes(1));
    }

    private void serve(Responder responder, Duration idle) throws IOException {
        application = TestServer.of(responder);
        client = FcgiClient.builder().address(application.address()).maxConnections(1).build();
        front = HttpFront.start(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                FcgiGateway.builder(client).passAllRequests().maxBodyLength(100_000).build()::handle, idle);
        socket = new Socket(InetAddress.getLoopbackAddress(), URI.create(front.url()).getPort());
        socket.setSoTimeout(10_000);
    }

    @AfterEach
    void close() throws IOException {
        socket.close();
        front.close();
        client.close();
        application.close();
    }

    private void send(String text) throws IOException {
        socket.getOutputStream().write(text.replace("\n", "\r\n").getBytes(StandardCharsets.ISO_8859_1));
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int b; (b = socket.getInputStream().read()) >= 0; line.append((char) b)) {
            if (b == '\n') {
                return line.toString().stripTrailing();
            }
        }
        return line.isEmpty() ? null : line + " <end>";
    }

    /** The next head, with all lines but Date. */
    private String head() throws IOException {
        StringBuilder head = new StringBuilder();
        for (String line; (line = line()) != null && !line.isEmpty(); ) {
            head.append(line.startsWith("Date: ") ? "" : line + '\n');
        }
        return head.toString();
    }

    private String rest() throws IOException {
        try {
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        } catch (IOException reset) {
            return "<reset>";
        }
    }

    private static void print(Request request, String text) throws IOException {
        request.stdout().write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Answers with the values of parameters, a blank after each. */
    private static Responder echoing(String... names) {
        return request -> {
            print(request, "Content-Type: text/plain\n\n");
            for (String name : names) {
                request.stdout().write((request.params().get(name, "") + ' ').getBytes(StandardCharsets.UTF_8));
            }
        };
    }

    /** In place of {@code u} is a character of two bytes in UTF-8, as it is in the request line. */
    @ParameterizedTest
    @CsvSource(delimiter = '~', textBlock = """
            /?filter={"a":1}       ~ /              ~ filter={"a":1}
            /?ids=1|2&x=^`<>[]\\   ~ /              ~ ids=1|2&x=^`<>[]\\
            /?q=100%               ~ /              ~ q=100%
            /?q=%zz&r=%            ~ /              ~ q=%zz&r=%
            /?                     ~ /              ~ ''
            /files/[id].js         ~ /files/[id].js ~ -
            /{a}|^`<"x">           ~ /{a}|^`<"x">   ~ -
            /%7Ba%7D%7c%5B         ~ /{a}|[         ~ -
            /u?u=u                 ~ /u             ~ u=u
            /%c3%bc%25%3f%23+;a=b  ~ /u%?#+;a=b     ~ -
            /a//b/                 ~ /a//b/         ~ -
            /...                   ~ /...           ~ -
            """)
    void urlsAsBrowsersSendThem(String target, String path, String query) throws Exception {
        serve(echoing("REQUEST_URI", "PATH_INFO", "QUERY_STRING"));
        String sent = target.replace("u", "\u00c3\u00bc");
        send("GET " + sent + " HTTP/1.0\nHost: a\n\n");
        assertEquals("HTTP/1.1 200 OK", head().lines().findFirst().orElseThrow());
        assertEquals((sent + ' ' + path.replace("u", "\u00c3\u00bc") + ' '
                + (query.equals("-") ? "" : query.replace("u", "\u00c3\u00bc"))).strip(), rest().strip());
    }

    @ParameterizedTest
    @ValueSource(strings = {"/\u00fc", "/100%", "/%u0041", "/a%2fb", "/%00", "/../a", "/a#b", "/?a b", "*"})
    void urlsThatAreRefused(String target) throws Exception {
        serve(echoing());
        send("GET " + target + " HTTP/1.1\nHost: a\nConnection: close\n\n");
        assertTrue(line().startsWith("HTTP/1.1 400 "));
    }

    @Test
    void aRequestLineOf8Kilobytes() throws Exception {
        serve(echoing("QUERY_STRING"));
        String query = "x".repeat(8192 - "GET /? HTTP/1.0\r\n".length());
        send("GET /?" + query + " HTTP/1.0\nHost: a\nX-Long: " + "y".repeat(30_000) + "\n\n");
        assertEquals("HTTP/1.1 200 OK", head().lines().findFirst().orElseThrow());
        String rest = rest();
        assertTrue(rest.contains(query), rest);
    }

    @Test
    void aRequestLineThatIsTooLong() throws Exception {
        serve(echoing());
        send("GET /?" + "x".repeat(100_000) + " HTTP/1.1\nHost: a\n\n");
        assertEquals("HTTP/1.1 414 URI Too Long", line());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Connection: close\n"})
    void aResponseThatBreaksOffIsCut(String header) throws Exception {
        CountDownLatch seen = new CountDownLatch(1);
        serve(request -> {
            print(request, "Content-Type: a/b\n\nbegin");
            request.stdout().flush();
            seen.await(10, TimeUnit.SECONDS);
            throw new IllegalStateException("on purpose");
        });
        send("GET / HTTP/1.1\nHost: a\n" + header + "\n");
        assertTrue(head().contains("Transfer-Encoding: chunked\n"));
        assertEquals("5", line());
        assertEquals("begin", new String(socket.getInputStream().readNBytes(5), StandardCharsets.US_ASCII));
        seen.countDown();
        String rest = rest();
        assertTrue(rest.isEmpty() || rest.equals("<reset>"), rest); // no last chunk
    }

    @Test
    void headersOfResponses() throws Exception {
        serve(request -> print(request, """
                Content-Type: a/b
                Set-Cookie: a=1
                Set-Cookie: b=\u00fc
                Connection: keep-alive, x-mine
                Keep-Alive: timeout=99
                X-Mine: mine
                Transfer-Encoding: chunked
                Content-Length: 4

                body"""));
        for (int i = 0; i < 2; i++) { // on one connection
            send("GET / HTTP/1.1\nHost: a\n\n");
            assertEquals("""
                    HTTP/1.1 200 OK
                    Content-Type: a/b
                    Set-Cookie: a=1
                    Set-Cookie: b=\u00fc
                    Content-Length: 4
                    """, head());
            assertEquals("body", new String(socket.getInputStream().readNBytes(4), StandardCharsets.US_ASCII));
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            HEAD | Content-Length: 4 | 200 OK           | Content-Length: 4
            HEAD |                   | 200 OK           | Transfer-Encoding: chunked
            GET  | Status: 304       | 304 Not Modified |
            GET  | Status: 204       | 204 No Content   |
            POST | Status: 204       | 204 No Content   |
            """)
    void responsesWithoutBody(String method, String header, String status, String length) throws Exception {
        serve(request -> print(request, "X-A: b\n" + (header == null ? "" : header + '\n') + "\nbody"));
        for (int i = 0; i < 3; i++) { // a body would be in the way
            send(method + " / HTTP/1.1\nHost: a\n\n");
            assertEquals("HTTP/1.1 " + status + "\nX-A: b\n" + (length == null ? "" : length + '\n'), head());
        }
    }

    @Test
    void expectationsOfTheBody() throws Exception {
        serve(request -> {
            byte[] body = request.stdin().readAllBytes();
            print(request, "Content-Type: a/b\nContent-Length: " + body.length + "\n\n");
            request.stdout().write(body);
        });
        send("PUT / HTTP/1.1\nHost: a\nContent-Length: 4\nExpect: 100-continue\n\n");
        assertEquals("HTTP/1.1 100 Continue", line());
        assertEquals("", line());
        send("body");
        assertTrue(head().contains("Content-Length: 4\n"));
        assertEquals("body", new String(socket.getInputStream().readNBytes(4), StandardCharsets.US_ASCII));
        send("PUT / HTTP/1.1\nHost: a\nContent-Length: 100001\nExpect: 100-continue\n\n");
        assertEquals("HTTP/1.1 413 Payload Too Large", line()); // without another word
    }

    @ParameterizedTest
    @ValueSource(strings = {"Content-Length: 5\n\nbod", "Transfer-Encoding: chunked\n\n3\nbod\n"})
    void aSlowUploadTakesNoConnectionToTheApplication(String begin) throws Exception {
        serve(request -> print(request, "Content-Type: a/b\n\n" + request.stdin().readAllBytes().length + "\n"));
        Socket slow = socket;
        send("PUT / HTTP/1.1\nHost: a\nConnection: close\n" + begin);
        try (Socket other = new Socket(slow.getInetAddress(), slow.getPort())) {
            other.setSoTimeout(10_000);
            socket = other;
            send("GET / HTTP/1.1\nHost: a\nConnection: close\n\n"); // over the only connection that there is
            assertTrue(rest().contains("\r\n0\n"));
        }
        socket = slow;
        send(begin.contains("chunked") ? "2\nys\n0\n\n" : "ys");
        assertTrue(rest().contains("\r\n5\n"));
    }

    @Test
    void aChunkedBodyThatIsTooLong() throws Exception {
        serve(echoing());
        send("PUT / HTTP/1.1\nHost: a\nTransfer-Encoding: chunked\n\n186a1\n" + "x".repeat(100_001) + "\n0\n\n");
        assertEquals("HTTP/1.1 413 Payload Too Large", line());
    }

    @Test
    void trailersAreDropped() throws Exception {
        serve(request -> {
            String body = new String(request.stdin().readAllBytes(), StandardCharsets.US_ASCII);
            print(request, "Content-Type: a/b\n\n" + body + request.meta("CONTENT_LENGTH")
                    + request.params().get("HTTP_X_TRAILER", "-"));
        });
        send("""
                PUT / HTTP/1.1
                Host: a
                Connection: close
                Transfer-Encoding: chunked
                Trailer: X-Trailer

                4;ext=1
                body
                0
                X-Trailer: evil

                """);
        assertTrue(rest().contains("\r\nbody4-\r\n"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Proxy: evil", "pRoXy: evil", "TE: evil", "Connection: x-evil\nX-Evil: evil",
        "Keep-Alive: evil", "X_Real: evil", "X.Real: evil", "Proxy-Authorization: evil"})
    void headersThatAreNotPassedOn(String header) throws Exception {
        serve(request -> print(request, "Content-Type: a/b\n\n" + request.params().pairs().stream()
                .map(pair -> new String(pair.name()) + '=' + new String(pair.value())).toList()));
        send("GET / HTTP/1.0\nHost: a\n" + header + "\n\n");
        String all = rest();
        assertTrue(all.contains("REQUEST_METHOD"), all);
        assertFalse(all.contains("evil"), all);
    }

    @ParameterizedTest
    @ValueSource(strings = {"X-A: \u0000", "X-A: a\u0007b", "X A: b", "X-A : b", "Host: b", "Content-Length: +1",
        "Content-Length: 1\nContent-Length: 2", "Content-Length: 1\nTransfer-Encoding: chunked",
        "Transfer-Encoding: gzip", "X-A: b\n c"})
    void headersThatAreRefused(String header) throws Exception {
        serve(echoing());
        send("POST / HTTP/1.1\nHost: a\n" + header + "\n\n");
        String status = line();
        assertTrue(status.startsWith("HTTP/1.1 4") || status.startsWith("HTTP/1.1 501"), status);
    }

    /** The idle timeout of a connection does not limit the application. */
    @Test
    void anApplicationMayTakeItsTime() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        serve(request -> {
            never.await(3 * IDLE, TimeUnit.MILLISECONDS);
            print(request, "Content-Type: a/b\nContent-Length: 4\n\nbo");
            request.stdout().flush();
            never.await(3 * IDLE, TimeUnit.MILLISECONDS);
            print(request, "dy");
        }, Duration.ofMillis(IDLE));
        send("GET / HTTP/1.1\nHost: a\n\n");
        head();
        assertEquals("body", new String(socket.getInputStream().readNBytes(4), StandardCharsets.US_ASCII));
        assertNull(line()); // and then it is idle
    }

    /** Each piece comes about when the connection has been idle for too long. */
    @Test
    void aResponseInPieces() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        serve(request -> {
            print(request, "Content-Type: a/b\nContent-Length: 24\n\n");
            for (int i = 0; i < 24; i++) {
                never.await(1000 * IDLE - 500 + 100 * (i % 10), TimeUnit.MICROSECONDS);
                print(request, "x");
                request.stdout().flush();
            }
        }, Duration.ofMillis(IDLE));
        send("GET / HTTP/1.1\nHost: a\n\n");
        head();
        assertEquals(24, socket.getInputStream().readNBytes(24).length);
    }

    @Test
    void aSilentBrowserIsNotWaitedForForever() throws Exception {
        serve(echoing(), Duration.ofMillis(50));
        send("PUT / HTTP/1.1\nHost: a\nContent-Length: 10\n\nx");
        InputStream in = socket.getInputStream();
        assertTrue(in.readAllBytes().length >= 0); // the end of the connection
    }

    @Test
    void itIsNotTheServerOfTheJdk() throws Exception {
        serve(request -> print(request, "Content-Type: a/b\n\nbody"));
        send("GET / HTTP/1.1\nHost: a\nConnection: close\n\n");
        String all = rest();
        assertTrue(all.contains("Content-Type"), all); // "Content-type" is what that one makes of it
        assertFalse(all.toLowerCase(java.util.Locale.ROOT).contains("jetty"), all);
    }
}
