package dev.fcgi.examples.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;

final class ValuesCommandTest {
    @Test
    void printsWhatTheServerKnows() throws IOException {
        try (TestServer server = TestServer.of(TestServer.saying("\n"))) {
            Run run = Run.of("values", server.address());
            assertEquals(0, run.status());
            assertTrue(run.out().contains("FCGI_MPXS_CONNS=1\n"), run.out());
            assertEquals("FCGI_MPXS_CONNS=1\n", Run.of("values", server.address(), "FCGI_MPXS_CONNS", "OTHER").out());
            assertEquals("{\"FCGI_MPXS_CONNS\":\"1\"}\n",
                    Run.of("values", server.address(), "FCGI_MPXS_CONNS", "--json").out());
            assertEquals(new Run(0, "", "fcgi values: the server does not know OTHER" + System.lineSeparator()),
                    Run.of("values", server.address(), "OTHER"));
        }
    }

    @Test
    void aServerThatDoesNotAnswer() throws IOException {
        try (ServerSocket silent = new ServerSocket(0)) {
            String address = "127.0.0.1:" + silent.getLocalPort();
            Run run = Run.of("values", address, "--timeout", "100ms");
            assertEquals(ExitStatus.TIMEOUT, run.status());
            assertEquals("fcgi values: no answer from " + address + ": many servers never answer this query",
                    run.error());
        }
    }

    @Test
    void noServer() throws IOException {
        ServerSocket closed = new ServerSocket(0);
        closed.close();
        Run run = Run.of("values", "127.0.0.1:" + closed.getLocalPort());
        assertEquals(ExitStatus.CANNOT_CONNECT, run.status());
        assertTrue(run.error().startsWith("fcgi values: cannot connect"), run.err());
    }
}
