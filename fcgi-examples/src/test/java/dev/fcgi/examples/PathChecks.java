package dev.fcgi.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.InputStream;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Every path of the playground as a browser sees it. */
final class PathChecks {
    private static final List<String> ALL = List.of(
            "/hello", "/params", "/echo", "/sum", "/discard", "/hold?ms=1", "/big?n=1000000", "/slow?ms=1", "/drip?n=3",
            "/stderr?n=5", "/status?code=404", "/exit?code=1", "/header?name=X&value=y", "/headers?n=2", "/throw",
            "/stats", "/nowhere");

    private PathChecks() {}

    static List<Check> all() {
        return List.of(
                new Check("hello", PathChecks::hello),
                new Check("unread body", PathChecks::unreadBody)
                        .but(WebServer.HAPROXIES, "2.6 may read nothing more from a browser that was answered before "
                                + "its body was sent: others asked", PathChecks::unreadBodyThenAnother),
                new Check("parameters", 
                        site -> parameters(site, "%41%00%zz&\u00fc=%25;", "%2541%2500%25zz&%FC%3D%2525;", true))
                        .but(WebServer.LIGHTTPDS, "refuses %00 in a query, makes A of %41",
                                site -> parameters(site, "%41%zz&=%25;", "A%2525zz&%3D%2525;", true))
                        .but(WebServer.HAPROXIES, "refuses bytes above 127", site -> {
                            assertEquals(400, site.exchange("GET /params?\u00fc HTTP/1.1", "").status());
                            parameters(site, "%41%00%zz&=%25;", "%2541%2500%25zz&%3D%2525;", false);
                        }),
                new Check("7 kB header to it", site -> headerTo(site, 7000)),
                new Check("60 kB header to it", site -> headerTo(site, 60_000))
                        .but(WebServer.PROXY_FCGI, "leaves out what is longer than 16 kB", PathChecks::longHeaderIsLost),
                new Check("200 headers to it", PathChecks::headersTo)
                        .but(WebServer.H2O, "takes 100 headers, above it 400", site -> assertEquals(400,
                                site.exchange("GET /params HTTP/1.1", manyHeaders()).status())),
                new Check("header from it", PathChecks::header),
                new Check("60 kB header from it", site -> headersFrom(site, 1, 60_000))
                        .but(WebServer.APACHES, "takes lines of 8 kB, above it 500", PathChecks::longHeaderFrom)
                        .but(WebServer.HAPROXIES, "HAProxy 2.6 dies of heads above its buffer or a record: 7 kB tried",
                                site -> headersFrom(site, 1, 7000)),
                new Check("200 headers from it", site -> headersFrom(site, 200, 20))
                        .but(WebServer.H2O, "takes 100 headers, above it 503",
                                site -> assertEquals(503, site.get("/headers?n=200&length=20").statusCode())),
                new Check("header injection", site -> injection(site, 500))
                        .but(WebServer.LIGHTTPDS, "refuses %00 in a query", site -> injection(site, 400)),
                new Check("HEAD", PathChecks::head),
                new Check("304, then another", site -> notModified(site, ""))
                        .but(WebServer.HAPROXIES, "3.0 closes the connection after a 204, and says so",
                                site -> notModified(site, "204"))
                        .but(WebServer.H2O, "closes the connection behind a response to HEAD",
                                PathChecks::notModifiedAlone),
                new Check("statuses", PathChecks::statuses),
                new Check("redirect", PathChecks::redirect),
                new Check("not found", site -> assertEquals(404, site.get("/nowhere").statusCode())),
                new Check("application status", site -> assertAnswer(200, "bye\n", site.get("/exit?code=3"))),
                new Check("slow", PathChecks::slow),
                new Check("64 at once", site -> atOnce(site, 64))
                        .but(WebServer.APACHE_FCGID, "a process for each: 2 tried", site -> atOnce(site, 2)),
                new Check("stderr to log", PathChecks::stderr)
                        .but(WebServer.CADDY, "2.6 was not seen to log it, in whatever order it comes",
                                PathChecks::stderrIsHarmless),
                new Check("stats", PathChecks::stats)
                        .but(WebServer.APACHE_FCGID, "each process counts for itself",
                                site -> assertEquals(200, site.get("/stats").statusCode())));
    }

    static void assertAnswer(int status, String body, HttpResponse<String> answer) {
        assertEquals(body, answer.body());
        assertEquals(status, answer.statusCode());
    }

    private static void hello(Site site) throws Exception {
        HttpResponse<String> answer = site.get("/hello");
        assertAnswer(200, "hello\n", answer);
        assertEquals("text/plain", answer.headers().firstValue("Content-Type").orElseThrow());
    }

    private static void unreadBody(Site site) throws Exception {
        assertAnswer(200, "hello\n", site.post("/hello", BodyPublishers.ofByteArray(Content.random(1_000_000))));
        assertAnswer(200, "hello\n", site.get("/hello"));
    }

    private static void unreadBodyThenAnother(Site site) throws Exception {
        byte[] body = Content.random(1_000_000);
        try (Socket socket = site.socket()) {
            RawHttp.send(socket, "POST /hello HTTP/1.1\r\nHost: h\r\nContent-Length: " + body.length + "\r\n\r\n");
            socket.getOutputStream().write(body);
            String answer = RawHttp.readUntil(socket.getInputStream(), "hello\n");
            assertTrue(answer.startsWith("HTTP/1.1 200 "), answer);
        }
        assertEquals("hello\n", site.exchange("GET /hello HTTP/1.1", "").text());
    }

    private static void parameters(Site site, String query, String escaped, boolean bytes) throws Exception {
        String answer = new String(site.exchange("GET /par%61ms?" + query + " HTTP/1.1",
                "X-A: 1\r\nX-A: 2\r\nCookie: a=1; b=2\r\nProxy: http://evil.test/\r\n"
                        + (bytes ? "X-Bytes: \u00fc\u0080 =%~\r\n" : "")).body(), StandardCharsets.ISO_8859_1);
        Set<String> lines = new TreeSet<>(Arrays.asList(answer.split("\r?\n")));
        Set<String> expected = new TreeSet<>(List.of(
                "GATEWAY_INTERFACE=CGI/1.1", "HTTP_COOKIE=a%3D1;%20b%3D2", "HTTP_HOST=playground.test",
                "HTTP_X_A=1,%202", "REMOTE_ADDR=127.0.0.1", "REQUEST_METHOD=GET", "SERVER_PROTOCOL=HTTP/1.1",
                "QUERY_STRING=" + escaped));
        if (bytes) {
            expected.add("HTTP_X_BYTES=%FC%80%20%3D%25~");
        }
        if (site.server() == WebServer.H2O) {
            expected.remove("GATEWAY_INTERFACE=CGI/1.1"); // which H2O leaves out
        }
        expected.removeAll(lines);
        assertEquals(Set.of(), expected, answer);
        assertTrue(lines.contains("SCRIPT_NAME=/params") || lines.contains("PATH_INFO=/params"), answer);
        assertFalse(answer.contains("HTTP_PROXY"), answer);
    }

    private static void headerTo(Site site, int length) throws Exception {
        String value = "v".repeat(length);
        HttpResponse<String> answer = site.send(site.request("/params").header("X-Long", value));
        assertTrue(answer.body().contains("\nHTTP_X_LONG=" + value + "\n"), answer.statusCode() + answer.body());
    }

    private static String manyHeaders() {
        return IntStream.range(0, 200).mapToObj(i -> "X-N-" + i + ": v\r\n").collect(Collectors.joining());
    }

    private static void longHeaderIsLost(Site site) throws Exception {
        headerTo(site, 16_000);
        HttpResponse<String> answer = site.send(site.request("/params").header("X-Long", "v".repeat(60_000)));
        assertEquals(200, answer.statusCode());
        assertFalse(answer.body().contains("HTTP_X_LONG"), answer.body());
    }

    private static void longHeaderFrom(Site site) throws Exception {
        headersFrom(site, 1, 8000);
        assertEquals(500, site.get("/headers?n=1&length=60000").statusCode());
    }

    private static void headersTo(Site site) throws Exception {
        HttpReply answer = site.exchange("GET /params HTTP/1.1", manyHeaders());
        assertEquals(200, answer.status(), answer::toString);
        assertEquals(200, answer.text().lines().filter(line -> line.matches("HTTP_X_N_\\d+=v")).count(), answer::text);
    }

    private static void header(Site site) throws Exception {
        HttpResponse<String> answer = site.get("/header?name=X-Thing&value=a%20b:%20%22c%22");
        assertAnswer(200, "ok\n", answer);
        assertEquals("a b: \"c\"", answer.headers().firstValue("X-Thing").orElseThrow());
    }

    private static void headersFrom(Site site, int n, int length) throws Exception {
        HttpResponse<String> answer = site.get("/headers?n=" + n + "&length=" + length);
        assertAnswer(200, "ok\n", answer);
        for (int i = 0; i < n; i++) {
            assertEquals("h".repeat(length), answer.headers().firstValue("X-" + i).orElse("none"));
        }
    }

    private static void injection(Site site, int otherwise) throws Exception {
        for (String arguments : List.of(
                "name=X&value=a%0D%0AEvil:%20yes", "name=X&value=a%0AEvil:%20yes", "name=X&value=a%0DEvil:%20yes",
                "name=X&value=a%00b", "name=X%0D%0AEvil&value=yes", "name=X%0AEvil&value=yes", "name=X%00&value=y",
                "name=X:%20y%0AEvil&value=yes", "name=&value=y", "name=X%20Y&value=y",
                "name=X&value=%0D%0A%0D%0Aevil")) {
            HttpReply answer = site.exchange("GET /header?" + arguments + " HTTP/1.1", "");
            assertTrue(answer.status() == 200 || answer.status() == 500 || answer.status() == otherwise, answer::toString);
            assertEquals(List.of(), answer.all("Evil"), answer::toString);
            assertFalse((answer + answer.text()).contains("\0"), answer::toString);
            assertFalse(answer.text().toLowerCase().contains("evil"), answer::toString);
        }
        assertAnswer(200, "hello\n", site.get("/hello"));
    }

    private static void head(Site site) throws Exception {
        for (String path : ALL) {
            HttpReply answer = site.exchange("HEAD " + path + " HTTP/1.1", "");
            assertEquals(site.get(path).statusCode(), answer.status(), path);
            assertEquals(0, answer.body().length, () -> path + answer.text());
            if (path.startsWith("/big")) {
                assertEquals("1000000", answer.header("Content-Length"), answer::toString);
            }
        }
    }

    /**
     * After a response without a body the next one begins with the next byte.
     *
     * @param last the status after which the web server may close the connection, if it announces that
     */
    private static void notModified(Site site, String last) throws Exception {
        Socket socket = site.socket();
        try {
            for (String answer : List.of("304", "204", "304")) {
                RawHttp.send(socket, "GET /status?code=" + answer + " HTTP/1.1\r\nHost: h\r\n\r\n");
                String head = RawHttp.readUntil(socket.getInputStream(), "\r\n\r\n");
                assertTrue(head.startsWith("HTTP/1.1 " + answer), head);
                if (answer.equals(last) && head.toLowerCase(Locale.ROOT).contains("\r\nconnection: close\r\n")) {
                    assertEquals(-1, socket.getInputStream().read());
                    socket.close();
                    socket = site.socket();
                }
            }
            RawHttp.send(socket, "HEAD /big?n=1000000 HTTP/1.1\r\nHost: h\r\n\r\n");
            String head = RawHttp.readUntil(socket.getInputStream(), "\r\n\r\n");
            assertTrue(head.startsWith("HTTP/1.1 200"), head);
            RawHttp.send(socket, "GET /hello HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
            String hello = new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            assertTrue(hello.startsWith("HTTP/1.1 200") && hello.contains("hello\n"), hello);
        } finally {
            socket.close();
        }
    }

    private static void notModifiedAlone(Site site) throws Exception {
        HttpReply answer = site.exchange("GET /status?code=304 HTTP/1.1", "");
        assertEquals(304, answer.status());
        assertEquals(0, answer.body().length);
        assertAnswer(200, "hello\n", site.get("/hello"));
    }

    private static void stderrIsHarmless(Site site) throws Exception {
        assertAnswer(200, "ok\n", site.get("/stderr?n=1000"));
        assertAnswer(200, "ok\n", site.get("/stderr?n=200000"));
        assertAnswer(200, "hello\n", site.get("/hello"));
    }

    private static void statuses(Site site) throws Exception {
        for (int code : List.of(200, 201, 204, 304, 400, 404, 418, 500, 503)) {
            String body = code == 204 || code == 304 ? "" : "status " + code + "\n";
            assertAnswer(code, body, site.get("/status?code=" + code));
        }
    }

    private static void redirect(Site site) throws Exception {
        HttpResponse<String> answer = site.get("/redirect");
        assertEquals(302, answer.statusCode());
        assertEquals(site.uri("/hello"), site.uri("/").resolve(answer.headers().firstValue("Location").orElseThrow()));
    }

    private static void slow(Site site) throws Exception {
        long start = System.nanoTime();
        assertAnswer(200, "slept\n", site.get("/slow?ms=150"));
        assertTrue(System.nanoTime() - start >= 150_000_000);
    }

    private static void atOnce(Site site, int count) throws Exception {
        long before = site.stats().get("total");
        List<CompletableFuture<HttpResponse<String>>> answers = IntStream.range(0, count)
                .mapToObj(i -> site.client().sendAsync(site.request("/slow?ms=300").build(), BodyHandlers.ofString()))
                .toList();
        for (CompletableFuture<HttpResponse<String>> answer : answers) {
            assertAnswer(200, "slept\n", answer.get());
        }
        if (site.server() != WebServer.APACHE_FCGID) { // which asks several processes
            assertEquals(before + count + 1, site.stats().get("total"));
        }
    }

    private static void stderr(Site site) throws Exception {
        assertAnswer(200, "ok\n", site.get("/stderr?n=1000"));
        Await.until("STDERR in the log", () -> site.errors().contains("e".repeat(1000)));
        assertAnswer(200, "ok\n", site.get("/stderr?n=200000"));
        assertAnswer(200, "hello\n", site.get("/hello"));
    }

    private static void stats(Site site) throws Exception {
        List<String> names = site.get("/stats?gc=1").body().lines()
                .map(line -> line.substring(0, line.indexOf('='))).toList();
        assertEquals(Set.of("active", "total", "aborted", "connections", "heap", "threads", "fds"), Set.copyOf(names));
        long before = site.stats().get("total");
        site.get("/hello");
        assertEquals(before + 2, site.stats().get("total"));
    }

    /** Reads the first piece of a response that the playground sends bit by bit. */
    static void drip(Site site) throws Exception {
        HttpResponse<InputStream> answer = site.client()
                .send(site.request("/drip?n=3&ms=400").build(), BodyHandlers.ofInputStream());
        try (InputStream body = answer.body()) {
            RawHttp.readUntil(body, "chunk 0\n");
            assertTrue(site.stats().get("active") > 1, "the answer should still be in the making");
            assertEquals("chunk 1\nchunk 2\n", new String(body.readAllBytes(), StandardCharsets.US_ASCII));
        }
    }

    /** The same behind a web server that buffers responses. */
    static void dripAtOnce(Site site) throws Exception {
        assertAnswer(200, "chunk 0\nchunk 1\nchunk 2\n", site.get("/drip?n=3&ms=100"));
    }
}
