package dev.fcgi.benchmarks;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.fcgi.FcgiServer;
import dev.fcgi.Responder;
import dev.fcgi.cgi.CgiHandler;
import java.lang.management.ManagementFactory;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the server allocates for a small request on a kept-alive connection. Counted is the whole JVM, in which the
 * client allocates nothing; virtual threads count with the threads that carry them.
 */
@Timeout(100)
final class AllocationTest {
    private static final int RESPONDER_BOUND = 2048;
    private static final int CGI_BOUND = 2048;
    private static final int REQUESTS = 20_000;
    /** Waits for the last compiler, because only it eliminates needless objects. */
    private static final int ROUNDS = 10;

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

    private void check(String name, int bound, Responder responder) throws Exception {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(directory.resolve("s"));
        try (FcgiServer server = FcgiServer.builder().listen(address).responder(responder).build().start();
                RawConnection connection = new RawConnection(
                        address, Messages.request(1, true), ByteBuffer.allocateDirect(4096))) {
            long least = Long.MAX_VALUE;
            for (int round = 0; round < ROUNDS && least > bound; round++) {
                long before = threads.getTotalThreadAllocatedBytes();
                for (int i = 0; i < REQUESTS; i++) {
                    connection.send();
                    connection.receive(1);
                }
                least = Math.min(least, (threads.getTotalThreadAllocatedBytes() - before) / REQUESTS);
                System.out.println(name + ": " + least + " bytes per request");
            }
            assertTrue(server.stats().requestsStarted() >= REQUESTS);
            assertTrue(least <= bound, name + ": " + least + " bytes per request");
        }
    }
}
