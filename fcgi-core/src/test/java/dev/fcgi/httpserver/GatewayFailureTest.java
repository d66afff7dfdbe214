package dev.fcgi.httpserver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fcgi.FcgiServer;
import dev.fcgi.client.FcgiClient;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** Applications and browsers that fail. */
final class GatewayFailureTest extends GatewayTest {

    @Test
    void noApplication() throws Exception {
        Path path = directory.resolve("nobody");
        try (ServerSocketChannel left = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            left.bind(UnixDomainSocketAddress.of(path));
        }
        gateway(FcgiClient.builder().address("unix:" + path), FcgiGateway.Builder::passAllRequests);
        assertEquals(502, get("/").status());
    }

    @Test
    void anApplicationThatThrows() throws Exception {
        serve(request -> {
            throw new IllegalStateException("on purpose");
        });
        HttpReply reply = get("/");
        assertEquals(500, reply.status());
        assertFalse(reply.body().contains("purpose"));
    }

    @Test
    void aResponseThatBreaksOffIsCut() throws Exception {
        CountDownLatch seen = gate();
        serve(request -> {
            print(request, "Content-Type: a/b\n\n" + "x".repeat(100_000));
            request.stdout().flush();
            await(seen);
            throw new IllegalStateException("on purpose");
        });
        Socket socket = connect();
        send(socket, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        Thread.startVirtualThread(() -> {
            seen.countDown();
        });
        HttpReply reply = HttpReply.read(socket.getInputStream(), false);
        assertEquals(200, reply.status());
        assertFalse(reply.complete());
    }

    @Test
    void aServerThatIsStopped() throws Exception {
        CountDownLatch begun = gate();
        CountDownLatch end = gate();
        serve(request -> {
            begun.countDown();
            await(end);
        });
        Socket socket = connect();
        send(socket, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        await(begun);
        application.shutdown(Duration.ZERO);
        int status = HttpReply.read(socket.getInputStream(), false).status();
        assertTrue(status == 502 || status == 503 || status == 500, "status " + status);
    }

    @Test
    void anApplicationThatTakesTooLong() throws Exception {
        CountDownLatch aborted = gate();
        String address = "unix:" + directory.resolve("app");
        application = FcgiServer.builder().listen(address).responder(request -> {
            request.onAbort(aborted::countDown);
            await(aborted);
        }).build().start();
        gateway(FcgiClient.builder().address(address).firstByteTimeout(Duration.ofMillis(50)),
                FcgiGateway.Builder::passAllRequests);
        assertEquals(504, get("/").status());
        await(aborted);
    }

    @Test
    void anApplicationThatFallsSilentIsCut() throws Exception {
        String address = "unix:" + directory.resolve("app");
        CountDownLatch aborted = gate();
        application = FcgiServer.builder().listen(address).responder(request -> {
            request.onAbort(aborted::countDown);
            print(request, "Content-Type: a/b\n\nbegin");
            request.stdout().flush();
            await(aborted);
        }).build().start();
        gateway(FcgiClient.builder().address(address).readTimeout(Duration.ofMillis(50)),
                FcgiGateway.Builder::passAllRequests);
        HttpReply reply = get("/");
        assertEquals("begin", reply.body());
        assertFalse(reply.complete());
    }

    @Test
    void anApplicationThatIsOverloaded() throws Exception {
        CountDownLatch begun = gate();
        CountDownLatch end = gate();
        String address = "unix:" + directory.resolve("app");
        application = FcgiServer.builder().listen(address).maxRequests(1).responder(request -> {
            begun.countDown();
            await(end);
            print(request, "Content-Type: a/b\n\nfirst");
        }).build().start();
        gateway(FcgiClient.builder().address(address), FcgiGateway.Builder::passAllRequests);
        Socket socket = connect();
        send(socket, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        await(begun);
        assertEquals(503, get("/").status());
        end.countDown();
        assertEquals("first", HttpReply.read(socket.getInputStream(), false).body());
    }

    @Test
    void aServerWithoutTheRoleRefuses() throws Exception {
        String address = "unix:" + directory.resolve("app");
        application = FcgiServer.builder().listen(address).authorizer(request -> null).build().start();
        gateway(FcgiClient.builder().address(address), FcgiGateway.Builder::passAllRequests);
        assertEquals(503, get("/").status());
    }

    @Test
    void aBrowserThatGoesAwayAbortsTheRequest() throws Exception {
        CountDownLatch aborted = gate();
        serve(request -> {
            request.onAbort(aborted::countDown);
            print(request, "Content-Type: a/b\n\n");
            while (true) { // ends by an exception
                print(request, "x".repeat(10_000));
                request.stdout().flush();
            }
        });
        try (Socket socket = connect()) {
            send(socket, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            assertEquals('H', socket.getInputStream().read());
        }
        await(aborted);
    }

    @Test
    void stderrGoesToTheLogWithoutControlCharacters() throws Exception {
        serve(request -> {
            request.stderr().write("one\u001b[31m\ntwo\rWARNING forged \u0085 \u2028\n".getBytes("UTF-8"));
            print(request, "Content-Type: a/b\n\nbody");
        });
        assertEquals("body", get("/x?a").body());
        until("both lines", () -> log.lines().size() == 2);
        assertEquals("WARNING GET /x?a: STDERR: one?[31m", log.lines().get(0));
        assertEquals("WARNING GET /x?a: STDERR: two?WARNING forged ? ?", log.lines().get(1));
    }

    @Test
    void aRestartedApplicationCostsNothing() throws Exception {
        serve(request -> print(request, "Content-Type: a/b\n\n" + request.stdin().readAllBytes().length));
        for (int i = 0; i < 3; i++) {
            assertEquals("0", get("/").body());
            String address = "unix:" + directory.resolve("app");
            application.shutdown(Duration.ofSeconds(1));
            application = FcgiServer.builder().listen(address).responder(request ->
                    print(request, "Content-Type: a/b\n\n" + request.stdin().readAllBytes().length)).build().start();
            assertEquals("3", exchange("POST / HTTP/1.1\nHost: a\nContent-Length: 3\n\nabc").body());
        }
    }
}
