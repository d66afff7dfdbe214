package dev.fcgi.httpserver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsExchange;
import com.sun.net.httpserver.HttpsServer;
import dev.fcgi.client.FcgiClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;

/** Where servers listen, how they stop, and what they do with exchanges that nobody ends. */
final class HttpServerLifeTest extends HttpServerFixture {
    private static final String PREFIX = "dev.fcgi.httpserver.";

    private final FcgiHttpServerProvider provider = new FcgiHttpServerProvider();

    /** Does something with properties set: names after the prefix, and values. */
    private static HttpServer with(List<String> properties, Start start) throws IOException {
        try {
            for (int i = 0; i < properties.size(); i += 2) {
                System.setProperty(PREFIX + properties.get(i), properties.get(i + 1));
            }
            return start.server();
        } finally {
            for (int i = 0; i < properties.size(); i += 2) {
                System.clearProperty(PREFIX + properties.get(i));
            }
        }
    }

    /** Makes a server. */
    @FunctionalInterface
    private interface Start {
        HttpServer server() throws IOException;
    }

    // ---- where it listens

    @Test
    void nothingButThePropertyBringsItIn() {
        assertNull(FcgiHttpServerProvider.class.getResource(
                "/META-INF/services/com.sun.net.httpserver.spi.HttpServerProvider"));
        assertFalse(FcgiHttpServerProvider.class.getModule().isNamed() && FcgiHttpServerProvider.class.getModule()
                .getDescriptor().provides().stream().anyMatch(one -> one.providers().contains(
                        FcgiHttpServerProvider.class.getName())));
    }

    @Test
    void allInterfacesAreLoopback() throws Exception {
        HttpServer http = closing(provider.createHttpServer(new InetSocketAddress(0), 0));
        assertTrue(http.getAddress().getAddress().isLoopbackAddress());
        http.createContext("/", exchange -> answer(exchange, "here"));
        http.start();
        try (FcgiClient there = FcgiClient.to(http.getAddress())) {
            assertEquals("200 here", call(there, get("/")));
        }
    }

    @Test
    void aPropertyLeadsAPortToAUnixSocket() throws Exception {
        Path socket = directory.resolve("other");
        InetSocketAddress wanted = new InetSocketAddress("127.0.0.1", 80);
        HttpServer http = closing(with(List.of("listen.80", "unix:" + socket, "unixMode", "rw-------"),
                () -> provider.createHttpServer(wanted, 5)));
        assertEquals(wanted, http.getAddress());
        assertFalse(Files.exists(socket), "before it starts");
        http.createContext("/", exchange -> answer(exchange, "here"));
        http.start();
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)));
        assertEquals(List.of(UnixDomainSocketAddress.of(socket)), ((FcgiHttpServer) http).addresses());
        try (FcgiClient there = FcgiClient.to("unix:" + socket)) {
            assertEquals("200 here", call(there, get("/")));
        }
        http.stop(0);
        assertFalse(Files.exists(socket));
    }

    @Test
    void aPropertyLeadsToAFreePort() throws Exception {
        HttpServer http = closing(with(List.of("listen.0", "127.0.0.1:0"),
                () -> provider.createHttpServer(new InetSocketAddress(0), 0)));
        http.start();
        assertTrue(http.getAddress().getPort() > 0);
    }

    @Test
    void aPropertyThatCannotBeReadIsAnError() {
        for (List<String> wrong : List.of(List.of("listen.81", "/run/app.sock"),
                List.of("listen.81", "unix:/x", "unixMode", "660"))) {
            BindException e = assertThrows(BindException.class,
                    () -> with(wrong, () -> provider.createHttpServer(new InetSocketAddress(81), 0)));
            assertTrue(e.getMessage().startsWith(PREFIX), e::getMessage);
        }
    }

    @Test
    void anAddressThatCannotBeBoundFailsTheStart() throws Exception {
        HttpServer http = closing(with(List.of("listen.82", "unix:" + directory.resolve("none/s")),
                () -> provider.createHttpServer(new InetSocketAddress(82), 0)));
        assertThrows(UncheckedIOException.class, http::start);
        assertThrows(IllegalStateException.class, http::start);
    }

    @Test
    void aServerOfABuilderIsBound() {
        assertThrows(BindException.class, () -> server.bind(new InetSocketAddress(0), 0));
        assertEquals(0, server.getAddress().getPort());
        assertThrows(IllegalStateException.class, server::addresses);
        assertThrows(IllegalStateException.class, server::stats);
        server.start();
        assertEquals(1, server.addresses().size());
    }

    @Test
    void aServerForTlsRefusesTheRest() throws Exception {
        HttpsServer https = closing(provider.createHttpsServer(new InetSocketAddress(0), 0));
        HttpsConfigurator keys = new HttpsConfigurator(SSLContext.getDefault());
        https.setHttpsConfigurator(keys);
        assertEquals(keys, https.getHttpsConfigurator());
        https.createContext("/", exchange -> answer(exchange, exchange instanceof HttpsExchange));
        https.start();
        try (FcgiClient there = FcgiClient.to(https.getAddress())) {
            assertEquals("200 true", call(there, get("/").param("HTTPS", "on")));
            assertTrue(call(there, get("/")).startsWith("400 "));
        }
    }

    // ---- its threads

    @Test
    void aProgramLivesAsLongAsItsServer() throws Exception {
        server.start();
        AtomicReference<Thread> keeper = new AtomicReference<>();
        until("a thread that is no daemon", () -> {
            Thread.getAllStackTraces().keySet().stream()
                    .filter(thread -> thread.getName().equals("fcgi-httpserver") && !thread.isDaemon())
                    .forEach(keeper::set);
            return keeper.get() != null;
        });
        server.stop(0);
        until("none of it afterwards", () -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().equals("fcgi-httpserver")));
    }

    @Test
    void withoutAnExecutorThereIsOneHandlerAtATime() throws Exception {
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        server.setExecutor(null);
        server.createContext("/", exchange -> {
            most.accumulateAndGet(inside.incrementAndGet(), Math::max);
            Thread.yield();
            inside.decrementAndGet();
            answer(exchange, "done");
        });
        server.start();
        List<Future<String>> calls = java.util.stream.IntStream.range(0, 50)
                .mapToObj(i -> threads.submit(() -> call(get("/")))).toList();
        for (Future<String> call : calls) {
            assertEquals("200 done", call.get());
        }
        assertEquals(1, most.get());
    }

    /** Its executor has one thread, which the open exchange does not hold. */
    @Test
    void anOpenExchangeOccupiesNoThreadOfTheExecutor() throws Exception {
        var one = java.util.concurrent.Executors.newSingleThreadExecutor();
        try {
            server.setExecutor(one);
            server.createContext("/", exchange -> one.execute(() -> {
                try {
                    answer(exchange, "later");
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }));
            server.start();
            assertEquals("200 later", call(get("/")));
        } finally {
            one.shutdownNow();
        }
    }

    // ---- exchanges that nobody ends

    @Test
    void aBrowserThatGoesEndsAnExchangeThatIsLeftOpen() throws Exception {
        CountDownLatch begun = latch();
        AtomicReference<HttpExchange> left = new AtomicReference<>();
        server.createContext("/", exchange -> {
            left.set(exchange);
            begun.countDown();
        });
        server.start();
        Future<String> called = threads.submit(() -> call(get("/")));
        await(begun);
        client.close();
        assertThrows(ExecutionException.class, called::get);
        until("the request has ended", () -> server.stats().activeRequests() == 0);
        assertThrows(IOException.class, () -> answer(left.get(), "too late"));
        assertEquals(1, server.stats().requestsAborted());
    }

    @Test
    void aBrowserThatGoesTakesATaskBackThatIsNeverRun() throws Exception {
        CompletableFuture<Runnable> task = new CompletableFuture<>();
        AtomicInteger handled = new AtomicInteger();
        server.setExecutor(task::complete);
        server.createContext("/", exchange -> handled.incrementAndGet());
        server.start();
        Future<String> called = threads.submit(() -> call(get("/")));
        task.get();
        client.close();
        assertThrows(ExecutionException.class, called::get);
        until("the request has ended", () -> server.stats().activeRequests() == 0);
        task.get().run();
        assertEquals(0, handled.get());
    }

    @Test
    void anIncompleteResponseIsSeenAsOne() throws Exception {
        server.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write("some".getBytes());
            exchange.getResponseBody().flush();
            throw new IOException("on purpose");
        });
        server.start();
        assertThrows(IOException.class, () -> call(get("/")));
        until("the line is logged", () -> log.has(line -> line.contains("on purpose")));
    }

    @Test
    void aFailureBeforeTheResponseIs500AndALine() throws Exception {
        server.createContext("/error", exchange -> {
            throw new AssertionError("an Error on purpose");
        });
        server.createContext("/close", HttpExchange::close);
        server.start();
        assertTrue(call(get("/error")).startsWith("500 "));
        until("the line is logged", () -> log.has(line -> line.contains("an Error on purpose")));
        assertTrue(call(get("/close")).startsWith("500 "));
        until("the line is logged", () -> log.has(line -> line.contains("not sent yet")));
    }

    // ---- its stop

    @Test
    void aStopWaitsForExchangesThatAreOpen() throws Exception {
        CountDownLatch begun = latch();
        AtomicReference<HttpExchange> open = new AtomicReference<>();
        server.createContext("/", exchange -> {
            open.set(exchange);
            begun.countDown();
        });
        server.start();
        Future<String> called = threads.submit(() -> call(get("/")));
        await(begun);
        Future<?> stopped = threads.submit(() -> server.stop(DEADLINE_SECONDS));
        until("it does not listen any more", () -> !Files.exists(directory.resolve("s")));
        assertFalse(stopped.isDone());
        answer(open.get(), "in time");
        assertEquals("200 in time", called.get());
        stopped.get();
    }

    @Test
    void aStopWithoutTimeAbortsWhatIsOpen() throws Exception {
        CountDownLatch begun = latch();
        server.createContext("/", exchange -> begun.countDown());
        server.start();
        Future<String> called = threads.submit(() -> call(get("/")));
        await(begun);
        server.stop(0);
        assertTrue(called.get().startsWith("503 "), called.get());
    }

    @Test
    void aHandlerMayStopTheServer() throws Exception {
        CountDownLatch stopped = latch();
        server.createContext("/", exchange -> {
            answer(exchange, "bye");
            server.stop(0);
            stopped.countDown();
        });
        server.start();
        assertEquals("200 bye", call(get("/")));
        await(stopped);
    }
}
