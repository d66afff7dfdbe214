package dev.fcgi.examples.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fcgi.Responder;
import java.io.IOException;
import org.junit.jupiter.api.Test;

final class PingCommandTest {
    /** Recognizes its pages like PHP-FPM, by both names. */
    private static final Responder PHP_FPM = request -> {
        String page = request.meta("SCRIPT_NAME");
        boolean known = page.equals(request.meta("SCRIPT_FILENAME"));
        String answer = switch (known ? page : "") {
            case "/ping", "/alive" -> "Content-Type: text/plain\r\n\r\npong";
            case "/status" -> request.meta("QUERY_STRING").equals("json")
                    ? "Content-Type: application/json\r\n\r\n{\"pool\":\"www\",\"listen queue\":7,\"max listen queue\":9}"
                    : "Content-Type: text/plain\r\n\r\npool:                 www\nlisten queue:         7\n"
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
    void anotherPageOfPhpFpm() throws IOException {
        try (TestServer server = TestServer.of(PHP_FPM)) {
            assertEquals(0, Run.of("ping", server.address(), "--path", "/alive", "--script", "/alive").status());
        }
    }

    @Test
    void aPageOfAnApplication() throws IOException {
        try (TestServer server = TestServer.of(request -> {
            boolean right = request.meta("SCRIPT_NAME").isEmpty() && request.meta("PATH_INFO").equals("/up")
                    && request.meta("QUERY_STRING").equals("a=b") && request.meta("DOCUMENT_URI").equals("/up")
                    && request.meta("X").equals("y") && request.meta("HTTP_HOST").equals("example.org");
            TestServer.saying(right ? "\n\n" : "Status: 404\n\n").respond(request);
        })) {
            Run run = Run.of("ping", server.address(), "--path", "/up?a=b", "--param", "X=y", "-H", "Host: example.org");
            assertEquals(0, run.status(), run.err());
            assertTrue(run.out().startsWith("/up?a=b: ok, "), run.out());
        }
    }

    @Test
    void unhealthy() throws IOException {
        try (TestServer server = TestServer.of(PHP_FPM)) {
            Run missing = Run.of("ping", server.address(), "--path", "/other");
            assertEquals(ExitStatus.HTTP, missing.status());
            assertEquals("fcgi ping: /other returned status 404", missing.error());
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
            for (String page : new String[] {"/status", "/status?json"}) {
                assertEquals(0, Run.of("ping", server.address(), "--status", page, "--max-queue", "7").status());
                Run full = Run.of("ping", server.address(), "--status", page, "--max-queue", "6");
                assertEquals(ExitStatus.FAILED, full.status());
                assertEquals("fcgi ping: listen queue is 7, must be at most 6", full.error());
            }
            assertEquals(ExitStatus.FAILED,
                    Run.of("ping", server.address(), "--status", "/ping", "--max-queue", "6").status());
            assertEquals(ExitStatus.USAGE, Run.of("ping", server.address(), "--max-queue", "6").status());
        }
    }

    @Test
    void thresholds() throws IOException {
        String page = "Content-Type: text/plain\r\n\r\naccepted conn:        40\nlisten queue:         0\n"
                + "idle processes:       3\nactive processes:     5\nslow requests:        2\n";
        try (TestServer server = TestServer.of(TestServer.saying(page))) {
            for (String well : new String[] {"--max-active 5", "--min-idle 3", "--max-slow 2", "--max-accepted 40"}) {
                assertEquals(0, ping(server, well).status(), well);
            }
            assertEquals("fcgi ping: active processes is 5, must be at most 4", ping(server, "--max-active 4").error());
            assertEquals("fcgi ping: idle processes is 3, must be at least 4", ping(server, "--min-idle 4").error());
            assertEquals("fcgi ping: slow requests is 2, must be at most 1", ping(server, "--max-slow 1").error());
            assertEquals("fcgi ping: accepted conn is 40, must be at most 39", ping(server, "--max-accepted 39").error());
            assertEquals(ExitStatus.FAILED, ping(server, "--max-slow 1").status());
            assertEquals(ExitStatus.USAGE, Run.of("ping", server.address(), "--max-slow", "1").status());
        }
    }

    private static Run ping(TestServer server, String threshold) {
        String[] words = threshold.split(" ");
        return Run.of("ping", server.address(), "--status", "/status", words[0], words[1]);
    }
}
