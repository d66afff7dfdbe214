package dev.fcgi.examples.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fcgi.Responder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Element;

/** fcgi check as a command; FaultsTest tests its cases. */
final class CheckCommandTest {
    private static final Responder PAGE = request -> {
        if (request.meta("PATH_INFO").equals("/echo")) {
            TestServer.saying("Content-Type: text/plain\r\n\r\n").respond(request);
            request.stdin().transferTo(request.stdout());
        } else {
            TestServer.saying(request.meta("PATH_INFO").equals("/page") ? "Content-Type: text/plain\r\n\r\nhello\n"
                    : "Status: 404 Not Found\r\n\r\n").respond(request);
        }
    };

    @TempDir
    Path directory;

    private static Run check(String arguments) throws IOException {
        try (TestServer server = TestServer.of(PAGE)) {
            return Run.of(("check " + server.address() + " --path /page " + arguments).split(" "));
        }
    }

    @Test
    void aCase() throws IOException {
        Run run = check("3.3-id-reuse");
        assertEquals(0, run.status(), run.err());
        assertTrue(run.out().matches("(?s)pass +MUST +3\\.3-id-reuse +(open|closed)\n"
                + "1 cases in [0-9.]+ s: 1 pass, 0 fail, 0 non-strict, 0 unimplemented\n"), run.out());
        assertEquals("", run.err());
    }

    @Test
    void casesByWhatTheirIdsBeginWith() throws IOException {
        Run run = check("3.4 5.5-complete --exclude 3.4-length --exclude 3.4-value-70000");
        assertEquals(0, run.status(), run.err());
        assertTrue(run.out().contains("3.4-long-name") && run.out().contains("5.5-complete"), run.out());
        assertFalse(run.out().contains("3.4-length") || run.out().contains("3.4-value"), run.out());
    }

    @Test
    void recordsAndSentence() throws IOException {
        Run run = check("5.5-complete -v");
        assertTrue(run.out().contains("    section 5.5: FCGI_REQUEST_COMPLETE: normal end of request\n"), run.out());
        assertTrue(run.out().contains(" > {1 BEGIN_REQUEST 8: responder, flags 0}\n"), run.out());
        assertTrue(run.out().contains(" < {1 END_REQUEST 8: 0, REQUEST_COMPLETE}\n"), run.out());
    }

    @Test
    void bodiesNeedAnEcho() throws IOException {
        Run run = check("5.3-stdin-eof");
        assertEquals(0, run.status());
        assertTrue(run.out().startsWith("unimplemented "), run.out());
        assertTrue(check("5.3-stdin-eof --echo /echo").out().startsWith("pass "));
    }

    @Test
    void aShouldIsAFailureWhenStrict() throws IOException {
        Responder keepAlive = TestServer.saying("Connection: close\r\nContent-Type: text/plain\r\n\r\nhello\n");
        try (TestServer server = TestServer.of(keepAlive)) {
            Run run = Run.of("check", server.address(), "6.2-no-connection-fields");
            assertEquals(0, run.status(), run.out());
            assertTrue(run.out().startsWith("non-strict "), run.out());
            run = Run.of("check", server.address(), "6.2-no-connection-fields", "--strict");
            assertEquals(ExitStatus.FAILED, run.status(), run.out());
        }
    }

    @Test
    void reports() throws Exception {
        Path junit = directory.resolve("report.xml");
        Path json = directory.resolve("report.json");
        Responder noType = TestServer.saying("Status: 200 OK\r\n\r\n<hello>\n");
        try (TestServer server = TestServer.of(noType)) {
            Run run = Run.of("check", server.address(), "6.2-content-type", "5.3-stdin-eof", "5.5-complete", "--junit",
                    junit.toString(), "--json", json.toString());
            assertEquals(ExitStatus.FAILED, run.status(), run.out());
        }
        Element suite = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(junit.toFile())
                .getDocumentElement();
        assertEquals("3 1 0 1", suite.getAttribute("tests") + " " + suite.getAttribute("failures") + " "
                + suite.getAttribute("errors") + " " + suite.getAttribute("skipped"));
        Element failed = (Element) suite.getElementsByTagName("failure").item(0).getParentNode();
        assertEquals("6.2-content-type", failed.getAttribute("name"));
        assertTrue(failed.getElementsByTagName("system-out").item(0).getTextContent().contains("<hello>"));
        String text = Files.readString(json);
        assertTrue(text.contains("{\"id\":\"6.2-content-type\",\"section\":\"6.2\",\"level\":\"MUST\""), text);
        assertTrue(text.contains("\"verdict\":\"fail\",\"message\":\"a body without Content-Type\""), text);
    }

    @Test
    void list() {
        Run run = Run.of("check", "--list");
        assertEquals(0, run.status());
        assertTrue(run.out().lines().count() >= 90, run.out());
        assertTrue(run.out().contains("\nMUST   3.3-id-reuse "), run.out());
    }

    @Test
    void aPageThatIsNotThere() throws IOException {
        try (TestServer server = TestServer.of(PAGE)) {
            Run run = Run.of("check", server.address(), "--path", "/none");
            assertEquals(ExitStatus.CANNOT_CONNECT, run.status());
            assertEquals("fcgi check: the response has status 404, not 200", run.error());
        }
    }

    @Test
    void nobodyThere() {
        Run run = Run.of("check", "unix:" + directory.resolve("none"));
        assertEquals(ExitStatus.CANNOT_CONNECT, run.status());
        assertTrue(run.error().startsWith("fcgi check: cannot connect: "), run.err());
    }

    /** A server that accepts and never responds. */
    @Test
    void nothingHangs() throws IOException {
        try (ServerSocketChannel silent = ServerSocketChannel.open().bind(new InetSocketAddress("127.0.0.1", 0))) {
            int port = ((InetSocketAddress) silent.getLocalAddress()).getPort();
            Run run = Run.of("check", "127.0.0.1:" + port, "--timeout", "100ms");
            assertEquals(ExitStatus.CANNOT_CONNECT, run.status());
            assertEquals("fcgi check: no END_REQUEST: nothing within 0.1 s", run.error());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "127.0.0.1", "unix:/s no-such-case", "unix:/s --exclude no-such-case",
        "unix:/s --path page", "unix:/s --timeout 0"})
    void wrongUsage(String arguments) {
        Run run = Run.of(("check " + arguments).strip().split(" "));
        assertEquals(ExitStatus.USAGE, run.status(), run.err());
    }

    @Test
    void casesForWebServers() throws IOException {
        Run run = Run.of("check", "--client", "--list", "5.5-lost");
        assertEquals(0, run.status(), run.err());
        assertTrue(run.out().startsWith("SHOULD 5.5-lost-after-body "), run.out());
    }

    @Test
    void whatWebServersNeed() {
        assertEquals("fcgi check: --client needs --listen and --drive", Run.of("check", "--client").error());
        assertEquals("fcgi check: the commands of --drive and --post must contain {id}",
                Run.of("check", "--client", "--listen", "127.0.0.1:0", "--drive", "true").error());
        assertEquals("fcgi check: --listen, --drive and --post need --client",
                Run.of("check", "--listen", "127.0.0.1:0").error());
    }

    @Test
    void aWebServerThatDoesNotAsk() {
        Run run = Run.of("check", "--client", "--listen", "unix:" + directory.resolve("s"), "--drive", "exit 7 # {id}");
        assertEquals(ExitStatus.CANNOT_CONNECT, run.status());
        assertEquals("fcgi check: no request comes with check-1- in its parameters, and the browser has got an error, "
                + "exit status 7: \"\"", run.error());
        assertFalse(Files.exists(directory.resolve("s")));
    }
}
