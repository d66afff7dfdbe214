package dev.fcgi.examples.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TopCommandTest {
    private static final String PAGE = """
            pool:                 www
            process manager:      dynamic
            start time:           28/Nov/2026:22:30:41 +0000
            start since:          93784
            accepted conn:        12
            listen queue:         1
            max listen queue:     4
            listen queue len:     128
            idle processes:       1
            active processes:     2
            total processes:      3
            max active processes: 3
            max children reached: 5
            slow requests:        6

            ************************
            pid:                  7054
            state:                Idle
            request duration:     353
            request method:       GET
            request URI:          /idle

            ************************
            pid:                  7055
            state:                Running
            request duration:     1500
            request method:       GET
            request URI:          /short?x\u001b[2Jy

            ************************
            pid:                  7056
            state:                Reading headers
            request duration:     2500000
            request method:       POST
            request URI:          /long
            """;

    @Test
    void whatRunsTheLongestFirst() throws IOException {
        try (TestServer server = TestServer.of(TestServer.saying("Content-Type: text/plain\r\n\r\n" + PAGE))) {
            Run run = Run.of("top", server.address(), "-n", "1");
            assertEquals(0, run.status(), run.err());
            assertEquals("""
                    www, up 1d 2:03:04; 2 of 3 active, at most 3; - a second
                    queue 1, at most 4; limit reached 5 times; slow 6

                             pid  state               seconds  method   uri
                            7056  Reading headers       2.500  POST     /long
                            7055  Running               0.002  GET      /short?x?[2Jy
                    """, run.out());
            assertEquals(5, Run.of("top", server.address(), "-n", "1", "--rows", "1").out().lines().count());
        }
    }

    @Test
    void nothingOfThePageMovesTheCursor() throws IOException {
        String page = PAGE.replace("www", "w\u001b]0;title\u0007w").replace("7056", "70\u001b[A56")
                .replace("Reading", "R\u009b2Jeading").replace("POST", "PO\u001bST").replace("/long", "/lo\bng");
        try (TestServer server = TestServer.of(TestServer.saying("Content-Type: text/plain\r\n\r\n" + page))) {
            List<String> lines = Run.of("top", server.address(), "-n", "1").out().lines().toList();
            assertTrue(lines.get(0).startsWith("w?]0;title?w, up 1d "), lines.get(0));
            assertEquals("     70?[A56  R?2Jeading headers       2.500  PO?ST    /lo?ng", lines.get(4));
        }
    }

    @Test
    void howManyASecond() throws IOException {
        int[] asked = {0};
        try (TestServer server = TestServer.of(request -> TestServer.saying("\r\n"
                + PAGE.replace("accepted conn:        12", "accepted conn:        " + 100 * asked[0]++)).respond(request))) {
            Run run = Run.of("top", server.address(), "-n", "2", "--interval", "100ms", "--status", "/s?a");
            assertEquals(0, run.status(), run.err());
            double rate = Double.parseDouble(run.out().replaceAll("(?s).*; ([0-9.]+) a second.*", "$1"));
            assertTrue(rate > 10 && rate <= 1000, run.out());
        }
    }

    @Test
    void whatIsNoStatusPage() throws IOException {
        try (TestServer server = TestServer.of(TestServer.saying("Content-Type: text/plain\r\n\r\nhello"))) {
            Run run = Run.of("top", server.address());
            assertEquals(ExitStatus.FAILED, run.status());
            assertEquals("fcgi top: /status?full is not a status page", run.error());
        }
        try (TestServer server = TestServer.of(TestServer.saying("Status: 404 Not Found\r\n\r\n"))) {
            assertEquals(ExitStatus.HTTP, Run.of("top", server.address()).status());
        }
    }
}
