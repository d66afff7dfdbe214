package dev.fcgi.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fcgi.AccessLog;
import dev.fcgi.FcgiServer;
import dev.fcgi.Request;
import dev.fcgi.StatusPage;
import java.io.IOException;
import java.io.StringReader;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.xml.sax.InputSource;

/** Compares the status pages with those of PHP-FPM, and tools that read them, with all permits taken. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class StatusIT {
    private static final String PARSE = """
            import sys
            from prometheus_client.openmetrics.parser import text_string_to_metric_families
            for family in text_string_to_metric_families(sys.stdin.read()):
                for sample in family.samples:
                    print(family.type, sample.name, sorted(sample.labels.items()), float(sample.value))
            """;

    @TempDir
    private Path directory;

    private final CountDownLatch goOn = new CountDownLatch(1);
    private final StatusPage page = StatusPage.of("pool");
    private AccessLog access;
    private FcgiServer server;
    private String status;

    @BeforeEach
    void start() throws Exception {
        access = AccessLog.builder().format("%r %s").open(directory.resolve("access.log"));
        server = FcgiServer.builder().listen("unix:" + directory.resolve("app")).listen(0).maxRequests(2)
                .statusListen("unix:" + directory.resolve("status")).slowRequestTime(Duration.ofMillis(300)).listener(page).listener(access)
                .responder(this::respond).build().start();
        status = "unix:" + directory.resolve("status");
    }

    @AfterEach
    void stop() throws IOException {
        goOn.countDown();
        server.close();
        access.close();
    }

    private void respond(Request request) throws Exception {
        if (request.meta("SCRIPT_NAME", "").equals("/status")) {
            page.respond(request);
        } else {
            goOn.await();
            request.stdout().write("\r\n".getBytes(StandardCharsets.US_ASCII));
        }
    }

    /** Takes both permits, by one connection. */
    private RawConnection[] occupy() throws Exception {
        RawConnection[] connections = new RawConnection[2];
        for (int i = 0; i < 2; i++) {
            connections[i] = RawConnection.open("unix:" + directory.resolve("app"));
            Map<String, String> params = RawConnection.environment("/busy", "n=" + i + "&m='<b>");
            params.put("REMOTE_ADDR", "192.0.2.9");
            params.put("REQUEST_ID", "id-" + i);
            connections[i].send(RawConnection.RESPONDER, false, params, new byte[0], null);
        }
        Await.until("both are slow", () -> server.stats().requestsSlow() == 2);
        return connections;
    }

    /**
     * Names and their order, lines and types: everything except numbers and words that change from moment to moment.
     */
    private static String shape(String page) {
        return page.replaceFirst("X-Powered-By: .*\\R", "") // expose_php
                .replaceAll("memory peak: .*\n|,\"memory peak\":\\d+|<memory-peak>.*\n", "") // since PHP 8.4
                .replaceAll("(?<=pool[^\\w]{1,30})\\w[^\\s<\"]*", "NAME")
                .replaceAll("\\d\\d/[A-Z][a-z][a-z]/\\d{4}:\\d\\d:\\d\\d:\\d\\d [+-]\\d{4}", "TIME")
                .replaceAll("(Idle|Running)", "STATE")
                .replaceAll("\\d+(\\.\\d+)?", "9");
    }

    /** {@return head and body, with at most one request of a full page} */
    private static String get(String address, String query) throws IOException {
        RawReply reply = ask(address, "/status", query);
        return reply.head() + "\r\n" + reply.body();
    }

    /** With the parameter without which PHP-FPM looks at nothing. */
    private static RawReply ask(String address, String path, String query) throws IOException {
        try (RawConnection connection = RawConnection.open(address)) {
            Map<String, String> params = RawConnection.environment(path, query);
            if (address.endsWith("/php.sock")) {
                params.put("SCRIPT_FILENAME", path);
            }
            connection.send(RawConnection.RESPONDER, false, params, new byte[0], null);
            return connection.reply();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "full", "json", "json&full", "xml", "xml&full", "full=1&json=0"})
    void thePagesAreThoseOfPhpFpm(String query) throws Exception {
        Peer.require(Peer.PHP_FPM);
        try (PhpFpm fpm = PhpFpm.start(directory, "pm = static\npm.max_children = 1")) {
            // mounted in the server itself: its own request is the one in flight, as there
            assertEquals(shape(get(fpm.address(), query)), shape(get("unix:" + directory.resolve("app"), query)));
        }
        try (PhpFpm fpm = PhpFpm.start(Files.createDirectory(directory.resolve("second")),
                "pm = static\npm.max_children = 1")) {
            assertEquals("pong", ask(fpm.address(), "/ping", "").body());
            assertEquals("pong", ask(status, "/ping", "").body());
            assertEquals(shape(ask(fpm.address(), "/ping", "").head()), shape(ask(status, "/ping", "").head()));
        }
    }

    @Test
    void theSocketForTheStatusAnswersWhileAllPermitsAreTaken() throws Exception {
        RawConnection[] busy = occupy();
        assertTrue(get("unix:" + directory.resolve("app"), "").startsWith("Status: 503"));
        String text = get(status, "full");
        for (String line : List.of("idle processes:       0", "active processes:     2", "total processes:      2",
                "max children reached: 1", "slow requests:        2", "state:                Running",
                "request URI:          /busy?n=0&m='<b>", "request URI:          /busy?n=1&m='<b>")) {
            assertTrue(text.contains(line + '\n'), line + '\n' + text);
        }
        DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(
                new InputSource(new StringReader(RawConnection.get(status, "/status", "xml&full").body())));
        goOn.countDown();
        for (RawConnection connection : busy) {
            connection.reply();
            connection.close();
        }
        Await.until("nothing runs", () -> get(status, "").contains("active processes:     0\n"));
    }

    /** As docs/operations.md says: status page, ping, top and access log, until the last request is over. */
    @Test
    void allGoesOnWhileTheServerDrains() throws Exception {
        RawConnection[] busy = occupy();
        CompletableFuture<Boolean> stopped = CompletableFuture.supplyAsync(() -> {
            try {
                return server.shutdown(Await.LIMIT);
            } catch (InterruptedException e) {
                throw new CompletionException(e);
            }
        });
        Await.until("nobody is accepted any more", () -> !Files.exists(directory.resolve("app")));
        assertEquals("pong", ask(status, "/ping", "").body());
        assertTrue(get(status, "full").contains("request URI:          /busy?n=0&m='<b>\n"));
        assertTrue(get(status, "openmetrics").contains("fcgi_active_requests{pool=\"unix:" + directory.resolve("app")
                + "\"} 2\n"));
        try (Child top = Child.start(directory, Map.of(), Image.program("fcgi"), "top", status, "-n", "1")) {
            assertEquals(0, top.exitStatus(), top.stderr());
            assertTrue(top.stdout().contains("; 2 of 2 active, ") && top.stdout().contains("/busy?n=1"), top.stdout());
        }
        goOn.countDown();
        for (RawConnection connection : busy) {
            connection.reply();
            connection.close();
        }
        assertTrue(stopped.get());
        assertEquals(List.of("/busy 200", "/busy 200"), Files.readAllLines(directory.resolve("access.log")));
        assertTrue(!Files.exists(directory.resolve("status")));
    }

    @Test
    void aStrictParserReadsTheMetrics() throws Exception {
        String python = Peer.PROMETHEUS.path();
        RawConnection[] busy = occupy();
        goOn.countDown();
        for (RawConnection connection : busy) {
            connection.reply();
            connection.close();
        }
        Await.until("both are over", () -> server.stats().activeRequests() == 0);
        Path metrics = directory.resolve("metrics");
        RawReply reply = RawConnection.get(status, "/status", "openmetrics");
        assertTrue(reply.head().contains("application/openmetrics-text; version=1.0.0; charset=utf-8"), reply.head());
        Files.writeString(metrics, reply.body());
        try (Child child = Child.start(directory, Map.of(), metrics, python, "-c", PARSE)) {
            assertEquals(0, child.exitStatus(), child.stderr());
            String pool = "[('pool', 'unix:" + directory.resolve("app") + "')]";
            for (String line : List.of("counter fcgi_slow_requests_total " + pool + " 2.0",
                    "histogram fcgi_request_duration_seconds_count " + pool + " 2.0",
                    "gauge fcgi_max_requests " + pool + " 2.0")) {
                assertTrue(child.stdout().contains(line + '\n'), child.stdout());
            }
        }
    }

    @Test
    void theListenQueueOfTcpIsReported() throws Exception {
        InetSocketAddress address = (InetSocketAddress) server.addresses().get(1);
        assertTrue(get(status, "").contains("listen queue:         0\n"));
        assertTrue(get(status, "").contains("listen queue len:     1024\n"), address.toString());
    }

    /** The page that Debian's php-fpm ships reads our JSON; and the one of our own shows the same. */
    @Test
    void peopleLookAtThem() throws Exception {
        Peer.require(Peer.CHROMEDRIVER, Peer.CHROMIUM, Peer.NGINX, Peer.PHP_STATUS_PAGE);
        RawConnection[] busy = occupy();
        Files.copy(phpStatusPage(), directory.resolve("status.html"));
        try (Nginx nginx = Nginx.start(directory, port -> """
                server {
                  listen 127.0.0.1:%d;
                  location = /status.html { root %s; }
                  location = /status {
                    fastcgi_param SCRIPT_NAME $uri;
                    fastcgi_param QUERY_STRING $query_string;
                    fastcgi_param REQUEST_METHOD $request_method;
                    fastcgi_pass %s;
                  }
                }
                """.formatted(port, directory, status));
                Chromium browser = Chromium.start(directory)) {
            browser.open(nginx.uri("/status.html").toString());
            browser.click("button");
            Await.until("the table is filled", () -> browser.text("#short").contains("max children reached"));
            assertEquals("complete", browser.text("#status"));
            assertTrue(browser.text("#short").contains("active processes2total processes2"), browser.text("#short"));
            String active = browser.run("return [...document.querySelectorAll('#active tr')].slice(1)"
                    + ".map(row => row.cells[0].textContent + ' ' + row.cells[6].textContent).join('\\n')");
            assertTrue(active.contains("100001 /busy?n=0&m='") && active.contains("/busy?n=1"), active);

            browser.open(nginx.uri("/status?html&full").toString());
            assertEquals("unix:" + directory.resolve("app"), browser.text("h1"));
            String running = browser.text("table");
            assertTrue(running.contains("/busy?n=0&m='<b>") && running.contains("id-1"), running);
            assertEquals("light dark", browser.run("return document.querySelector('meta[name=color-scheme]').content"));
            String before = browser.run("return '' + performance.timeOrigin");
            Await.until("it loads itself again", () -> !browser.run("return '' + performance.timeOrigin").equals(before));
            assertEquals("2", browser.run("return '' + document.querySelectorAll('svg').length"));
        }
        busy[0].close();
        busy[1].close();
    }

    private static Path phpStatusPage() throws IOException {
        try (DirectoryStream<Path> versions = Files.newDirectoryStream(Path.of("/usr/share/php"), "[78].*")) {
            for (Path version : versions) {
                if (Files.exists(version.resolve("fpm/status.html"))) {
                    return version.resolve("fpm/status.html");
                }
            }
        }
        throw new IOException("no status.html");
    }
}
