package dev.fcgi.httpserver;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.fcgi.FcgiServer;
import dev.fcgi.LogCapture;
import dev.fcgi.client.ClientRequest;
import dev.fcgi.client.ClientResponse;
import dev.fcgi.client.FcgiClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A program for the JDK's server on ours, and a web server that says what the test wants. */
abstract class HttpServerFixture {
    static final int DEADLINE_SECONDS = 10;

    @TempDir
    Path directory;
    FcgiHttpServer server;
    FcgiClient client;
    LogCapture log;
    final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<HttpServer> others = new ArrayList<>();
    private final List<CountDownLatch> latches = new ArrayList<>();

    @BeforeEach
    void prepare() {
        log = new LogCapture("dev.fcgi.server");
        server = FcgiHttpServer.create(FcgiServer.builder().listen("unix:" + directory.resolve("s")));
        server.setExecutor(threads);
        client = FcgiClient.to("unix:" + directory.resolve("s"));
    }

    @AfterEach
    void end() {
        latches.forEach(CountDownLatch::countDown);
        client.close();
        server.stop(0);
        others.forEach(other -> other.stop(0));
        threads.shutdownNow();
        log.close();
    }

    <T extends HttpServer> T closing(T other) {
        others.add(other);
        return other;
    }

    CountDownLatch latch() {
        CountDownLatch latch = new CountDownLatch(1);
        latches.add(latch);
        return latch;
    }

    static void await(CountDownLatch latch) throws IOException {
        try {
            if (!latch.await(DEADLINE_SECONDS, TimeUnit.SECONDS)) {
                throw new AssertionError("not within " + DEADLINE_SECONDS + " s");
            }
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    static void until(String what, BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_SECONDS);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("not within " + DEADLINE_SECONDS + " s: " + what);
            }
            Thread.sleep(5);
        }
    }

    static ClientRequest.Builder get(String target) {
        return ClientRequest.responder().param("REQUEST_METHOD", "GET").param("REQUEST_URI", target)
                .param("SERVER_PROTOCOL", "HTTP/1.1");
    }

    /** {@return status and body} */
    String call(ClientRequest.Builder request) throws IOException {
        return call(client, request);
    }

    static String call(FcgiClient client, ClientRequest.Builder request) throws IOException {
        try (ClientResponse response = client.send(request.build())) {
            return response.head().status() + " " + new String(response.body().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    static void answer(HttpExchange exchange, Object text) throws IOException {
        byte[] bytes = String.valueOf(text).getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(200, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }
}
