package dev.fcgi.examples.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fcgi.Responder;
import java.io.IOException;
import org.junit.jupiter.api.Test;

final class PingCommandTest {
    /** Recognizes its pages as PHP-FPM does, by both names. */
    private static final Responder PHP_FPM = request -> {
        String page = request.param("SCRIPT_NAME");
        boolean known = page.equals(request.param("SCRIPT_FILENAME"));
        String answer = switch (known ? page : "") {
            case "/ping" -> "Content-Type: text/plain\r\n\r\npong";
            case "/status" -> "Content-Type: text/plain\r\n\r\npool:                 www\nlisten queue:         7\n"
                    + "max listen queue:     9\n";
            default -> "Status: 404 Not Found\r\n\r\nFile not found.\n";
        };
        TestServer.saying(answer).respond(request);
    };

    @Test
    void healthy() throws IOException {
        try (TestServer server = TestServer.of(PHP_FPM)) {
            Run run = Run.of("ping", server.address(), "--expect", "pong");
            assertEquals(0, run.status());
            assertTrue(run.out().matches("/ping: ok, [0-9.]+ ms\n"), run.out());
        }
    }

    @Test
    void unhealthy() throws IOException {
        try (TestServer server = TestServer.of(PHP_FPM)) {
            Run missing = Run.of("ping", server.address(), "--path", "/other");
            assertEquals(ExitStatus.HTTP, missing.status());
            assertEquals("fcgi ping: /other answers with status 404", missing.error());
            Run other = Run.of("ping", server.address(), "--expect", "ping");
            assertEquals(ExitStatus.FAILED, other.status());
            assertEquals("fcgi ping: /ping does not contain 'ping'", other.error());
        }
    }

    @Test
    void statusPage() throws IOException {
        try (TestServer server = TestServer.of(PHP_FPM)) {
            Run run = Run.of("ping", server.address(), "--status", "/status", "--max-queue", "7");
            assertEquals(0, run.status());
            assertTrue(run.out().endsWith("listen queue:         7\nmax listen queue:     9\n"), run.out());
            Run full = Run.of("ping", server.address(), "--status", "/status", "--max-queue", "6");
            assertEquals(ExitStatus.FAILED, full.status());
            assertEquals("fcgi ping: listen queue of 7, more than 6", full.error());
            assertEquals(ExitStatus.FAILED,
                    Run.of("ping", server.address(), "--status", "/ping", "--max-queue", "6").status());
            assertEquals(ExitStatus.USAGE, Run.of("ping", server.address(), "--max-queue", "6").status());
        }
    }
}
