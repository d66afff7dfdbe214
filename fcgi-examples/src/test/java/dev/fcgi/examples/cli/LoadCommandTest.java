package dev.fcgi.examples.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fcgi.FcgiServer;
import dev.fcgi.Responder;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class LoadCommandTest {
    private static final Responder HELLO = TestServer.saying("Content-Type: text/plain\r\n\r\nhello\n");

    private static Run load(String address, String... more) {
        String[] arguments = new String[more.length + 6];
        System.arraycopy(new String[] {"load", address, "/", "-t300ms", "-w0", "-q"}, 0, arguments, 0, 6);
        System.arraycopy(more, 0, arguments, 6, more.length);
        return Run.of(arguments);
    }

    @Test
    void text() throws IOException {
        try (TestServer server = TestServer.of(HELLO)) {
            Run run = load(server.address());
            assertEquals(0, run.status(), run.err());
            assertEquals("", run.err());
            assertTrue(run.out().matches("(?s)[1-9]\\d* requests/s, .*latency:  50% .*errors: none\n"), run.out());
        }
    }

    @Test
    void json() throws IOException {
        try (TestServer server = TestServer.of(HELLO)) {
            Run run = load(server.address(), "--json");
            assertTrue(run.out().matches("\\{\"requestsPerSecond\":[1-9].*\"p99.9\":.*\"errors\":\\{}}\n"), run.out());
        }
    }

    @Test
    void connections() throws IOException {
        try (TestServer server = TestServer.of(HELLO)) {
            String kept = load(server.address(), "-c2").out();
            assertTrue(kept.matches("(?s).*\nconnections: [0-4] opened, [1-9]\\d* requests on kept ones, 0 sent again\n.*"), kept);
            String once = load(server.address(), "-c2", "--no-keep-alive").out();
            assertTrue(once.matches("(?s).*\nconnections: [1-9]\\d* opened, 0 requests on kept ones, 0 sent again\n.*"), once);
            String json = load(server.address(), "-c2", "--json").out();
            assertTrue(json.matches(".*\"connectionsOpened\":\\d,\"requestsOnKept\":[1-9]\\d*,\"requestsSentAgain\":0,.*\n"), json);
        }
    }

    @Test
    void progress() throws IOException {
        try (TestServer server = TestServer.of(HELLO)) {
            String progress = Run.of("load", server.address(), "/", "-t", "10ms", "-w", "0").err();
            assertTrue(progress.matches("\\s+0 s  \\d+ requests/s  0 errors\\R"), progress);
        }
    }

    @Test
    void aBodyIsWhatItIsInCall() throws IOException {
        try (TestServer server = TestServer.of(request -> {
            boolean right = new String(request.stdin().readAllBytes(), StandardCharsets.US_ASCII).equals("a=1");
            TestServer.saying(right ? "\n" : "Status: 400\n\n").respond(request);
        })) {
            assertEquals(0, load(server.address(), "-d", "a=1").status());
        }
    }

    @Test
    void multiplexes() throws IOException {
        CountDownLatch atOnce = new CountDownLatch(4);
        try (TestServer server = TestServer.of(request -> {
            atOnce.countDown();
            (atOnce.await(10, TimeUnit.SECONDS) ? HELLO : TestServer.saying("Status: 500\n\n")).respond(request);
        })) {
            Run run = load(server.address(), "-c1", "-m4");
            assertEquals(0, run.status(), run.out());
        }
    }

    @Test
    void doesNotMultiplexWhereTheServerCannot() throws IOException {
        try (TestServer server = TestServer.of(FcgiServer.builder().responder(HELLO).maxRequestsPerConnection(1))) {
            Run run = load(server.address(), "-c1", "-m4");
            assertEquals(0, run.status(), run.out());
            assertEquals("fcgi load: the server does not multiplex: one request at a time on each connection",
                    run.error());
        }
    }

    @Test
    void withoutKeepAlive() throws IOException {
        Set<Object> peers = ConcurrentHashMap.newKeySet();
        try (TestServer server = TestServer.of(request -> {
            peers.add(request.peer());
            HELLO.respond(request);
        })) {
            assertEquals(0, load(server.address(), "-c2").status());
            assertEquals(2, peers.size());
            assertEquals(0, load(server.address(), "--no-keep-alive", "-c2").status());
            assertTrue(peers.size() > 4, peers::toString);
        }
    }

    @Test
    void errorsByKind() throws IOException {
        try (TestServer server = TestServer.of(TestServer.saying("X-A: b\r\nStatus: 503 Busy\r\n\r\n"))) {
            Run run = load(server.address());
            assertEquals(ExitStatus.FAILED, run.status());
            assertTrue(run.out().matches(
                    "0 requests/s, .*\\Rlatency: none, because no request succeeded\n"
                    + "connections: \\d+ opened, \\d+ requests on kept ones, 0 sent again\nerrors: [1-9]\\d* x status 503\n"),
                    run.out());
            assertTrue(load(server.address(), "--json").out().contains("\"latencyMicros\":null,"));
        }
        try (TestServer server = TestServer.of(FcgiServer.builder().maxRequests(1).responder(request -> {
            Thread.sleep(10);
            HELLO.respond(request);
        }))) {
            String out = load(server.address(), "-c4").out();
            assertTrue(out.contains("x refused: OVERLOADED"), out);
        }
    }

    @Test
    void noServer() throws IOException {
        ServerSocket closed = new ServerSocket(0);
        closed.close();
        assertEquals(ExitStatus.CANNOT_CONNECT, load("127.0.0.1:" + closed.getLocalPort()).status());
    }

    @Test
    void wrongUsage() {
        assertEquals(ExitStatus.USAGE, load("127.0.0.1:1", "-c0").status());
        assertEquals(ExitStatus.USAGE, load("127.0.0.1:1", "-m70000").status());
    }
}
