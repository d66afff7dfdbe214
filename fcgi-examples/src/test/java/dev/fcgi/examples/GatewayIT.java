package dev.fcgi.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import dev.fcgi.client.FcgiClient;
import dev.fcgi.httpserver.FcgiGateway;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.logging.Filter;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A browser, our gateway, and PHP-FPM with a small PHP application. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class GatewayIT {
    private static final List<String> FILES = List.of("index.php", "hello.php", "upload.php", "events.php", "echo.php",
            "style.css", "sub/index.html");
    private static final Logger LOG = Logger.getLogger("dev.fcgi.gateway");

    @TempDir
    static Path directory;

    private static final List<String> LOGGED = Collections.synchronizedList(new ArrayList<>());
    private static PhpFpm php;
    private static FcgiClient client;
    private static HttpServer http;
    private static ExecutorService threads;
    private static String site;

    @BeforeAll
    static void start() throws Exception {
        if (!Peer.areThere(Peer.PHP_FPM)) {
            return;
        }
        Path root = Files.createDirectories(directory.resolve("site/sub")).getParent();
        for (String file : FILES) {
            Resource.copy("site/" + file, directory);
        }
        Filter keep = entry -> {
            LOGGED.add(entry.getMessage());
            return false;
        };
        LOG.setFilter(keep);
        php = PhpFpm.start(directory);
        client = FcgiClient.builder().address(php.address()).maxConnections(4).build();
        threads = Executors.newVirtualThreadPerTaskExecutor();
        // with the default backlog of 50, the kernel resets some of 200 connections at once when the machine is busy
        http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1024);
        http.setExecutor(threads);
        http.createContext("/", FcgiGateway.builder(client).documentRoot(root).build());
        http.start();
        site = "http://localhost:" + http.getAddress().getPort();
    }

    @AfterAll
    static void stop() {
        if (http != null) {
            http.stop(0);
            threads.shutdownNow();
            client.close();
        }
        if (php != null) {
            php.close();
        }
        LOG.setFilter(null);
    }

    @BeforeEach
    void requirePhp() {
        Peer.require(Peer.PHP_FPM);
    }

    @Test
    void aBrowserClicksThrough() throws Exception {
        Peer.require(Peer.CHROMEDRIVER, Peer.CHROMIUM);
        try (Chromium browser = Chromium.start(directory)) {
            browser.open(site + "/");
            assertEquals("Who are you?", browser.text("h1"));
            assertEquals("rgb(1, 2, 3)", browser.run("return getComputedStyle(document.querySelector('h1')).color"));

            browser.type("input[name=name]", "Gr\u00fcn & <\u00c6r\u00f8>"); // a form, a session, a redirect
            browser.click("#send");
            Await.until("the redirect is followed", () -> browser.run("return document.title").equals("Hello"));
            assertEquals("Gr\u00fcn & <\u00c6r\u00f8>", browser.text("#name"));
            assertEquals("1", browser.text("#count"));
            assertEquals("/dear guest form", browser.text("#info"));
            browser.open(site + "/hello.php/again?from=link");
            assertEquals("2", browser.text("#count"));

            upload(browser, "small", 1000);
            upload(browser, "b\u00efg", 20_000_000);
            assertTrue(LOGGED.stream().anyMatch(line -> line.contains("uploaded?[0m small")), LOGGED::toString);

            browser.open(site + "/");
            browser.click("#sub");
            Await.until("the directory is shown", () -> browser.text("h1").equals("below"));
            assertEquals(site + "/sub/", browser.run("return location.href"));

            assertEquals("0 1 2 end", browser.await("""
                    const seen = [];
                    const source = new EventSource('/events.php');
                    source.onmessage = event => {
                        seen.push(event.data);
                        if (event.data === 'end') { source.close(); done(seen.join(' ')); }
                    };"""));
            assertEquals("[\"PUT\",\"{}\",\"\\/echo.php\",\"localhost\",false]", browser.await(
                    "fetch('/echo.php', {method: 'PUT', body: '{}'}).then(r => r.text()).then(done);"));
            assertEquals("404", browser.await("fetch('/nothing.php').then(r => done('' + r.status));"));
        }
    }

    private static void upload(Chromium browser, String name, int size) throws Exception {
        byte[] content = Content.random(size);
        Path file = Files.write(directory.resolve(name), content);
        browser.open(site + "/");
        browser.type("input[type=file]", file.toString());
        browser.click("#upload");
        Await.until("the upload is answered", () -> browser.run("return document.title").equals("Uploaded"));
        assertEquals(name + " " + Content.sum(content).strip(), browser.text("#file"));
    }

    @Test
    void phpSeesNoScriptsThatAreNone() throws Exception {
        Path root = directory.resolve("site");
        Files.writeString(root.resolve("picture.jpg"), "<?php echo 'executed';");
        try (HttpClient plain = HttpClient.newHttpClient()) {
            for (String path : List.of("/picture.jpg/x.php", "/picture.jpg/index.php", "/picture.jpg%20/x.php")) {
                assertEquals(404, plain.send(HttpRequest.newBuilder(URI.create(site + path)).build(),
                        BodyHandlers.ofString()).statusCode(), path);
            }
            assertEquals("<?php echo 'executed';", plain.send(HttpRequest.newBuilder(URI.create(site + "/picture.jpg"))
                    .build(), BodyHandlers.ofString()).body());
        }
    }

    @Test
    void manyRequestsAtOnceShareAFewWorkers() throws Exception {
        try (HttpClient plain = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
            var all = Collections.nCopies(200, HttpRequest.newBuilder(URI.create(site + "/echo.php"))
                    .header("Proxy", "evil").PUT(BodyPublishers.ofString("x")).build()).stream()
                    .map(request -> plain.sendAsync(request, BodyHandlers.ofString())).toList();
            for (var one : all) {
                assertEquals("[\"PUT\",\"x\",\"\\/echo.php\",\"localhost\",false]", one.get().body());
            }
        }
    }
}
