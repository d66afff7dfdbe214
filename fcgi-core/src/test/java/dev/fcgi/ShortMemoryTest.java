package dev.fcgi;

import static dev.fcgi.ScriptedPeer.KEEP_CONN;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fcgi.internal.wire.Fcgi;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What operators see of a program with a megabyte of memory left, or none. */
final class ShortMemoryTest extends ProgramTest {
    private ScriptedPeer peer;
    private ScriptedPeer status;

    ShortMemoryTest() {
        super(ShortMemoryProgram.class);
    }

    @BeforeEach
    void launch() throws Exception {
        launch(Map.of("JDK_JAVA_OPTIONS", "-Xmx24m -XX:+UseSerialGC"), directory.toString());
        assertEquals(ShortMemoryProgram.ALL, process.getInputStream().read());
        status = connect("status");
        peer = connect("app");
        ask("/");
        for (String query : List.of("full", "json&full", "html&full", "openmetrics")) {
            page(query); // loads classes
        }
    }

    private ScriptedPeer connect(String socket) throws IOException {
        return peer(UnixDomainSocketAddress.of(directory.resolve(socket)));
    }

    private void leave(int memory) throws IOException {
        process.getOutputStream().write(memory);
        process.getOutputStream().flush();
        assertEquals(memory, process.getInputStream().read());
    }

    private void ask(String path) {
        peer.request(1, path).expectAnswer(1, "\r\nok");
    }

    /** Whether it is served now: with as many others in flight as may be, it is refused. */
    private boolean isServed(String path) {
        String answer = peer.request(1, path).stdout(1);
        peer.next(Fcgi.END_REQUEST, 1);
        return answer.equals("\r\nok");
    }

    private String page(String query) {
        status.begin(1, ScriptedPeer.RESPONDER, KEEP_CONN).params(1, "SCRIPT_NAME", "/status", "QUERY_STRING", query)
                .endParams(1).endStdin(1);
        String page = status.stdout(1);
        status.expectEnd(1, 0, ProtocolStatus.REQUEST_COMPLETE);
        return page;
    }

    private List<String> lines() {
        try {
            return Files.readAllLines(directory.resolve("access.log"));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void allIsToldWithLittleLeft() throws Exception {
        leave(ShortMemoryProgram.LITTLE);
        ScriptedPeer waits = connect("app").head(1, KEEP_CONN, "/wait").send();
        until("it is slow", () -> page("").matches("(?s).*\nslow requests: +[1-9].*"));
        assertTrue(page("full").contains("request URI:          /wait\n"));
        assertTrue(page("json&full").contains("\"request uri\":\"\\/wait\""));
        assertTrue(page("html&full").contains("/wait"));
        for (int i = 0; i < 100; i++) {
            ask("/");
        }
        waits.endStdin(1).expectAnswer(1, "\r\nok");
        until("all lines are written", () -> lines().size() == 102);
        assertEquals(101, lines().stream().filter("/ 200 COMPLETED"::equals).count());
        assertTrue(page("openmetrics").contains("outcome=\"completed\"} 102\n"), page("openmetrics"));
        assertTrue(Files.readString(errors()).contains("slow request, after "));
    }

    /** Requests may fail and lines be lost meanwhile; afterwards everything works and is reported again. */
    @Test
    void nothingIsLeftOfATimeWithoutAny() throws Exception {
        leave(ShortMemoryProgram.NONE);
        for (int i = 0; i < 20; i++) {
            connect("app").request(1, "/").send();
            connect("status").request(1, "/status").send();
        }
        leave(ShortMemoryProgram.ALL);
        peer = connect("app");
        status = connect("status");
        until("there is room, after those that waited for memory", () -> isServed("/after"));
        until("nothing runs", () -> page("").contains("active processes:     0\n"));
        assertTrue(!page("full").contains("***"), page("full"));
        until("it is told", () -> lines().contains("/after 200 COMPLETED"));
    }
}
