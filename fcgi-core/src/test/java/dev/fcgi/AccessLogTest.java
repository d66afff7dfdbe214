package dev.fcgi;

import static dev.fcgi.ScriptedPeer.KEEP_CONN;
import static dev.fcgi.ScriptedPeer.RESPONDER;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which requests have a line, and where it goes; LogFormatTest has the directives, LogFileTest the file. */
final class AccessLogTest extends ServerTest {
    private ScriptedPeer peer;

    private AccessLog.Builder builder() {
        return AccessLog.builder().format("%m %r%Q%q %s");
    }

    private void observe(AccessLog log) throws IOException {
        start(b -> b.listener(log).responder(request -> {
            request.stdin().readAllBytes();
            print(request, "Status: " + request.meta("STATUS", "200") + " x\r\n\r\n");
        }));
        peer = peer();
    }

    /** Returns when the request was logged, which is before its permit is back. */
    private void request(String method, String path, String body, String... more) throws Exception {
        peer.begin(1, RESPONDER, KEEP_CONN).params(1, "REQUEST_METHOD", method, "SCRIPT_NAME", path);
        if (more.length > 0) {
            peer.params(1, more);
        }
        peer.endParams(1);
        if (!body.isEmpty()) {
            peer.stdin(1, body);
        }
        peer.endStdin(1).stdout(1);
        peer.expectEnd(1, 0, ProtocolStatus.REQUEST_COMPLETE);
        until("it was logged", () -> server.stats().activeRequests() == 0);
    }

    @Test
    void ofASuppressedPathOnlyWhatIsNoPlainSuccessIsLogged() throws Exception {
        Path file = directory.resolve("access.log");
        try (AccessLog log = builder().suppressPath("/health").suppressPath("/app/ready").open(file)) {
            observe(log);
            request("GET", "/health", "");
            request("HEAD", "/health", "");
            request("GET", "/health", "", "STATUS", "299");
            request("GET", "/app", "", "PATH_INFO", "/ready");
            assertEquals(List.of(), Files.readAllLines(file));
            request("POST", "/health", "");
            request("GET", "/health", "", "QUERY_STRING", "a");
            request("GET", "/health", "body");
            request("GET", "/health", "", "STATUS", "300");
            request("GET", "/health", "", "PATH_INFO", "/more");
            request("GET", "/app", "");
            assertEquals(List.of("POST /health 200", "GET /health?a 200", "GET /health 200", "GET /health 300",
                    "GET /health 200", "GET /app 200"), Files.readAllLines(file));
        }
    }

    @Test
    void linesMayGoToALogger() throws Exception {
        try (LogCapture lines = new LogCapture("dev.fcgi.test.access");
                AccessLog access = builder().suppressPath("/health").to(System.getLogger("dev.fcgi.test.access"))) {
            observe(access);
            request("GET", "/a{0}", "");
            request("GET", "/health", "");
            access.reopen(); // there is no file
            request("GET", "/b", "");
            assertEquals(List.of("INFO GET /a{0} 200", "INFO GET /b 200"), lines.lines());
        }
    }

    @Test
    void reopenedItGoesOnInANewFile() throws Exception {
        Path file = directory.resolve("access.log");
        try (AccessLog log = builder().open(file)) {
            observe(log);
            request("GET", "/a", "");
            Path moved = Files.move(file, directory.resolve("access.log.1"));
            log.reopen();
            assertTrue(Files.exists(file), "before the next request");
            request("GET", "/b", "");
            assertEquals(List.of("GET /a 200"), Files.readAllLines(moved));
            assertEquals(List.of("GET /b 200"), Files.readAllLines(file));
        }
    }
}
