package dev.fcgi.examples;

import static dev.fcgi.examples.PathChecks.assertAnswer;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Bodies, in both directions. */
final class BodyChecks {
    private static final int HUNDRED_MEGABYTES = 100_000_000;
    private static final String SUM = sum();

    private BodyChecks() {}

    private static String sum() {
        try {
            return Digest.of(Content.pattern(HUNDRED_MEGABYTES)) + "\n";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<Check> all() {
        return List.of(
                new Check("bodies to 1 MB", BodyChecks::bodies),
                new Check("100 MB up", BodyChecks::up),
                new Check("100 MB down", BodyChecks::down),
                new Check("8 kB chunked", site -> chunked(site, 8000)),
                new Check("300 kB chunked", site -> chunked(site, 300_000))
                        .but(WebServer.HAPROXIES, "takes what fits into its buffer, above it 400",
                                BodyChecks::chunkedRefused),
                new Check("echo of 60 kB", BodyChecks::echo),
                new Check("answer while asking", site -> conversation(site, "first"))
                        .but(WebServer.COLLECT_REQUESTS, "collects requests first", BodyChecks::answerBehindRequest)
                        .but(WebServer.CADDY, "passes on a body in pieces of 64 kB, reads the response behind it",
                                BodyChecks::answerBehindRequest)
                        .but(WebServer.HAPROXIES, "collects what fits into its buffer first: 70 kB sent",
                                site -> conversation(site, "x".repeat(70_000) + "first")),
                new Check("piece by piece", PathChecks::drip)
                        .but(WebServer.COLLECT_RESPONSES, "collects responses first", PathChecks::dripAtOnce));
    }

    private static void bodies(Site site) throws Exception {
        for (int length : List.of(0, 1, 65_535, 65_536, 1_000_000)) {
            byte[] body = Content.random(length);
            assertAnswer(200, Content.sum(body), site.post("/sum", BodyPublishers.ofByteArray(body)));
            assertAnswer(200, length + "\n", site.post("/discard", BodyPublishers.ofByteArray(body)));
            assertAnswer(200, Content.sum(body), site.post("/hold?ms=20", BodyPublishers.ofByteArray(body)));
        }
    }

    private static void up(Site site) throws Exception {
        BodyPublisher body = BodyPublishers.ofInputStream(() -> Content.pattern(HUNDRED_MEGABYTES));
        assertAnswer(200, SUM, site.post("/sum", BodyPublishers.fromPublisher(body, HUNDRED_MEGABYTES)));
    }

    private static void down(Site site) throws Exception {
        HttpResponse<InputStream> answer = site.client()
                .send(site.request("/big?n=" + HUNDRED_MEGABYTES).build(), BodyHandlers.ofInputStream());
        assertEquals(HUNDRED_MEGABYTES, answer.headers().firstValueAsLong("Content-Length").orElseThrow());
        try (InputStream body = answer.body()) {
            assertEquals(SUM, Digest.of(body) + "\n");
        }
    }

    private static HttpResponse<String> postChunked(Site site, int length) throws Exception {
        return site.post("/sum", BodyPublishers.fromPublisher(BodyPublishers.ofByteArray(Content.random(length))));
    }

    private static void chunked(Site site, int length) throws Exception {
        assertAnswer(200, Content.sum(Content.random(length)), postChunked(site, length));
    }

    /**
     * Sends what fits into the socket, then reads: a client that still writes when HAProxy resets loses its response.
     */
    private static void chunkedRefused(Site site) throws Exception {
        try (Socket socket = site.socket()) {
            RawHttp.send(socket, "POST /sum HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + Integer.toHexString(300_000) + "\r\n" + "x".repeat(70_000));
            String head = RawHttp.readUntil(socket.getInputStream(), "\r\n\r\n");
            assertTrue(head.startsWith("HTTP/1.1 400 "), head);
        }
    }

    private static void echo(Site site) throws Exception {
        // no more than fits into a socket: once the response has begun, nginx does not continue with a body that it could
        // not send at once
        byte[] body = Content.random(60_000);
        HttpResponse<byte[]> answer = site.client().send(
                site.request("/echo").POST(BodyPublishers.ofByteArray(body)).build(), BodyHandlers.ofByteArray());
        assertArrayEquals(body, answer.body());
        assertEquals("application/octet-stream", answer.headers().firstValue("Content-Type").orElseThrow());
    }

    private static void answerBehindRequest(Site site) throws Exception {
        try (Socket socket = site.socket()) {
            RawHttp.send(socket,
                    "POST /echo HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: 15\r\n\r\nfirst");
            socket.setSoTimeout(200);
            assertThrows(SocketTimeoutException.class, socket.getInputStream()::read);
            socket.setSoTimeout((int) Await.LIMIT.toMillis());
            RawHttp.send(socket, "secondlast");
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            assertTrue(answer.startsWith("HTTP/1.1 200 ") && answer.contains("first") && answer.contains("last"), answer);
        }
    }

    private static void conversation(Site site, String first) throws Exception {
        try (Socket socket = site.socket()) {
            InputStream in = socket.getInputStream();
            RawHttp.send(socket,
                    "POST /echo HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: " + (first.length() + 10)
                            + "\r\n\r\n" + first);
            String head = RawHttp.readUntil(in, "\r\n\r\n");
            assertTrue(head.startsWith("HTTP/1.1 200 "), head);
            RawHttp.readUntil(in, "first");
            RawHttp.send(socket, "secondlast");
            RawHttp.readUntil(in, "last");
            String rest = new String(in.readAllBytes(), StandardCharsets.US_ASCII);
            assertTrue(rest.endsWith("0\r\n\r\n"), rest);
        }
    }
}
