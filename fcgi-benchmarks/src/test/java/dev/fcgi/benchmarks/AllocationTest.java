package dev.fcgi.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.fcgi.FcgiServer;
import dev.fcgi.Responder;
import dev.fcgi.cgi.CgiHandler;
import dev.fcgi.client.ClientRequest;
import dev.fcgi.client.ClientResponse;
import dev.fcgi.client.FcgiClient;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the server allocates for a small request on a kept-alive connection, and the client for a small call. Counted is
 * the whole JVM, in which the other end allocates nothing; virtual threads count with the threads that carry them.
 */
@Timeout(100)
final class AllocationTest {
    private static final int RESPONDER_BOUND = 2048;
    private static final int CGI_BOUND = 2048;
    private static final int CALL_BOUND = 2560;
    private static final int REQUESTS = 20_000;
    /** Waits for the last compiler, because only it eliminates needless objects. */
    private static final int ROUNDS = 30;

    @TempDir
    Path directory;

    @Test
    void responder() throws Exception {
        check("responder", RESPONDER_BOUND, request -> {
            if (request.meta("SCRIPT_NAME").equals("/hello")) {
                request.stdout().write(Messages.HELLO);
            }
        });
    }

    @Test
    void cgiHandler() throws Exception {
        CgiHandler handler = q -> {
            if (q.path().equals("/hello")) {
                q.stream().write(Messages.HELLO, Messages.HEAD.length(), 6);
            }
        };
        check("CGI handler", CGI_BOUND, handler.toResponder());
    }

    @Test
    void call() throws Exception {
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(directory.resolve("s"));
        ClientRequest request = ClientRequest.responder().params(Messages.ENVIRONMENT).build();
        byte[] body = new byte[64];
        BareServer server = new BareServer(address, Messages.HELLO, true);
        try (server; FcgiClient client = FcgiClient.builder().address(address).build()) {
            check("call", CALL_BOUND, () -> {
                try (ClientResponse response = client.send(request)) {
                    assertEquals(6, response.body().readNBytes(body, 0, body.length));
                }
            });
        }
    }

    private void check(String name, int bound, Responder responder) throws Exception {
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(directory.resolve("s"));
        try (FcgiServer server = FcgiServer.builder().listen(address).responder(responder).build().start();
                RawConnection connection = new RawConnection(
                        address, Messages.request(1, true), ByteBuffer.allocateDirect(4096))) {
            check(name, bound, () -> {
                connection.send();
                connection.receive(1);
            });
            assertTrue(server.stats().requestsStarted() >= REQUESTS);
        }
    }

    private interface Exchange {
        void run() throws IOException;
    }

    private static void check(String name, int bound, Exchange exchange) throws IOException {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long least = Long.MAX_VALUE;
        for (int round = 0; round < ROUNDS && least > bound; round++) {
            long before = threads.getTotalThreadAllocatedBytes();
            for (int i = 0; i < REQUESTS; i++) {
                exchange.run();
            }
            least = Math.min(least, (threads.getTotalThreadAllocatedBytes() - before) / REQUESTS);
            System.out.println(name + ": " + least + " bytes per request");
        }
        assertTrue(least <= bound, name + ": " + least + " bytes per request");
    }
}
