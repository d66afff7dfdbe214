package dev.fcgi.examples;

import static dev.fcgi.examples.PathChecks.assertAnswer;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.InputStream;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;

/** Handlers that fail, browsers that disconnect, an overloaded application, and its restart. */
final class FailureChecks {
    private static final List<String> WAYS = List.of("exception", "error", "stack", "oom");

    private FailureChecks() {}

    static List<Check> all() {
        return List.of(
                new Check("throws before output", FailureChecks::throwsBefore),
                new Check("throws after output", site -> breaksOff(site, "", List.of(10, 100_000, 5_000_000)))
                        .but(Set.of(WebServer.LIGHTTPD, WebServer.LIGHTTPD_BIN_PATH),
                                "whole for browsers when it breaks off before lighttpd has sent the head",
                                site -> breaksOff(site, "", List.of(5_000_000)))
                        .but(Set.of(WebServer.LIGHTTPD_BUFFERING, WebServer.CADDY, WebServer.H2O),
                                "whole for browsers, whatever ends it", FailureChecks::looksWhole)
                        .but(WebServer.APACHE_FCGID, "whole for browsers, with an error page at its end",
                                FailureChecks::looksWhole),
                new Check("the same, with a length",
                        site -> breaksOff(site, "&length=9000000", List.of(10, 100_000, 5_000_000)))
                        .but(WebServer.APACHE_FCGID, "ends the process, and starts another", site -> breaksOff(site, "&length=9000000", List.of(5_000_000))),
                new Check("browser leaves, waiting", FailureChecks::leavesWaiting)
                        .but(WebServer.OTHERS_THAN_NGINX, "lets the handler run", FailureChecks::leavesUnnoticed)
                        .but(WebServer.APACHE_FCGID, "starts another process for the next request",
                                FailureChecks::anotherProcessAnswers),
                new Check("browser leaves, reading", FailureChecks::leavesReading)
                        .but(WebServer.LIGHTTPD_BUFFERING, "collects the response first",
                                FailureChecks::leavesReadingUnnoticed),
                new Check("overload", FailureChecks::overload)
                        .but(WebServer.APACHE_FCGID, "starts another process for the next request",
                                FailureChecks::anotherProcessAnswers),
                new Check("restart", FailureChecks::restart)
                        .but(Set.of(WebServer.LIGHTTPD, WebServer.LIGHTTPD_BUFFERING),
                                "503 for up to two seconds more", FailureChecks::restart)
                        .but(WebServer.STARTERS, "starts it again by itself", FailureChecks::endsItself));
    }

    private static void throwsBefore(Site site) throws Exception {
        for (String way : WAYS) {
            HttpResponse<String> answer = site.get("/throw?type=" + way);
            assertEquals(500, answer.statusCode());
            String all = answer.headers().map() + answer.body();
            for (String secret : List.of("thrown on", "Exception", "Error:", "Playground", "Overflow", "heap")) {
                assertFalse(all.contains(secret), all);
            }
        }
        assertAnswer(200, "hello\n", site.get("/hello"));
    }

    private static void breaksOff(Site site, String arguments, List<Integer> afters) throws Exception {
        for (int after : afters) {
            for (String way : after < 5_000_000 ? WAYS : WAYS.subList(0, 1)) {
                String path = "/throw?type=" + way + "&after=" + after + arguments;
                String answer;
                try (Socket socket = site.socket()) {
                    answer = RawHttp.exchange(socket, "GET " + path + " HTTP/1.1", "");
                }
                assertFalse(!answer.isEmpty() && HttpReply.parse(answer.getBytes(StandardCharsets.ISO_8859_1)).isWhole(),
                        () -> path + ": " + answer.substring(0, Math.min(500, answer.length())));
            }
        }
        assertAnswer(200, "hello\n", site.get("/hello"));
    }

    private static void looksWhole(Site site) throws Exception {
        for (int after : site.server() == WebServer.APACHE_FCGID ? List.of(10) : List.of(10, 100_000)) {
            HttpReply answer = site.exchange("GET /throw?after=" + after + " HTTP/1.1", "");
            assertEquals(200, answer.status());
            assertTrue(answer.isWhole(), answer::text);
        }
    }

    private static void leavesUnnoticed(Site site) throws Exception {
        long before = site.stats().get("aborted");
        long start = System.nanoTime();
        try (Socket socket = site.socket()) {
            RawHttp.send(socket, "GET /slow?ms=700 HTTP/1.1\r\nHost: h\r\n\r\n");
            Await.until("the request runs", () -> site.stats().get("active") == 2);
        }
        Await.until("the handler has ended", () -> site.stats().get("active") == 1);
        assertTrue(System.nanoTime() - start >= 700_000_000);
        assertEquals(before, site.stats().get("aborted"));
    }

    private static void leavesWaiting(Site site) throws Exception {
        long before = site.stats().get("aborted");
        try (Socket socket = site.socket()) {
            RawHttp.send(socket, "GET /slow?ms=60000 HTTP/1.1\r\nHost: h\r\n\r\n");
            Await.until("the request runs", () -> site.stats().get("active") == 2);
        }
        Await.until("the request is aborted", () -> site.stats().get("aborted") > before);
        Await.until("its handler has ended", () -> site.stats().get("active") == 1);
    }

    private static void leavesReading(Site site) throws Exception {
        long before = site.stats().get("aborted");
        try (Socket socket = site.socket()) {
            RawHttp.send(socket, "GET /big?n=4000000000 HTTP/1.1\r\nHost: h\r\n\r\n");
            InputStream in = socket.getInputStream();
            RawHttp.readUntil(in, "\r\n\r\n");
            in.readNBytes(1_000_000);
        }
        Await.until("the request is aborted", () -> site.stats().get("aborted") > before);
        Await.until("its handler has ended", () -> site.stats().get("active") == 1);
    }

    private static void anotherProcessAnswers(Site site) throws Exception {
        try (Socket socket = site.socket()) {
            RawHttp.send(socket, "GET /slow?ms=700 HTTP/1.1\r\nHost: h\r\n\r\n");
            assertAnswer(200, "hello\n", site.get("/hello"));
        }
        endsItself(site); // leaves one: each counts for itself, and which one answers is the web server's choice
    }

    private static void leavesReadingUnnoticed(Site site) throws Exception {
        try (Socket socket = site.socket()) {
            RawHttp.send(socket, "GET /big?n=50000000 HTTP/1.1\r\nHost: h\r\n\r\n");
        }
        Await.until("its handler has ended", () -> site.stats().get("active") == 1);
    }

    private static void overload(Site site) throws Exception {
        try (Flood flood = new Flood(site.address())) {
            flood.fillUntil("refusals", () -> site.get("/hello").statusCode() == 503
                    && RawConnection.get(site.address(), "/hello", "").head().startsWith("Status: 503"));
        }
        Await.until("all are gone", () -> site.get("/hello").statusCode() == 200);
    }

    private static void endsItself(Site site) throws Exception {
        assertAnswer(200, "hello\n", site.get("/hello"));
        List<ProcessHandle> playgrounds = site.processes()
                .filter(process -> process.info().command().orElse("").endsWith("/java"))
                .toList();
        assertFalse(playgrounds.isEmpty());
        playgrounds.forEach(ProcessHandle::destroy);
        Await.until("they end", () -> playgrounds.stream().noneMatch(Daemon::isRunning));
        Await.until("another answers", () -> site.get("/hello").statusCode() == 200);
    }

    private static void restart(Site site) throws Exception {
        assertAnswer(200, "hello\n", site.get("/hello"));
        site.stopPlayground();
        int status = site.get("/hello").statusCode();
        assertTrue(status >= 500 && status <= 504, "status " + status);
        site.restartPlayground();
        if (WebServer.LIGHTTPDS.contains(site.server())) {
            Await.until("lighttpd asks again", () -> site.get("/hello").statusCode() == 200);
        }
        for (int i = 0; i < 20; i++) {
            assertAnswer(200, "hello\n", site.get("/hello"));
        }
    }
}
