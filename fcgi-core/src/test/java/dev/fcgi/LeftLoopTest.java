package dev.fcgi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A program that leaves the loop of CgiFast during a request still answers it and ends immediately. */
final class LeftLoopTest extends ProgramTest {
    /** Less than the grace period of a stop. */
    private static final Duration AT_ONCE = Duration.ofSeconds(9);

    LeftLoopTest() {
        super(LeftLoopProgram.class);
    }

    private ScriptedPeer launchListening() throws Exception {
        UnixDomainSocketAddress socket = UnixDomainSocketAddress.of(directory.resolve("fast.sock"));
        launch(Map.of("FCGI_SOCKET_PATH", socket.toString()));
        return connect(socket);
    }

    private static ScriptedPeer ask(ScriptedPeer peer, String way, int length) {
        return peer.begin(1, ScriptedPeer.RESPONDER, ScriptedPeer.KEEP_CONN)
                .params(1, "REQUEST_METHOD", "GET", "QUERY_STRING", "leave=" + way + "&length=" + length)
                .endParams(1).endStdin(1).send();
    }

    private void assertEnds(int status) throws Exception {
        assertTrue(process.waitFor(AT_ONCE.toMillis(), TimeUnit.MILLISECONDS), "it still runs");
        assertEquals(status, process.exitValue(), Files.readString(errors()));
    }

    @ParameterizedTest
    @CsvSource({"break, 5, 0", "break, 100000, 0", "exit, 5, 3", "exit, 100000, 3", "throw, 100000, 1"})
    void theAnswerIsWhatWasWritten(String way, int length, int status) throws Exception {
        ScriptedPeer peer = ask(launchListening(), way, length);
        String answer = peer.stdout(1);
        assertTrue(answer.startsWith("Status: 200 OK\r\n"), answer);
        assertEquals(length, answer.length() - answer.indexOf("\r\n\r\n") - 4);
        peer.expectEnd(1, 0, ProtocolStatus.REQUEST_COMPLETE);
        assertEnds(status);
        assertTrue(Files.readString(errors()).contains("task\n"));
        assertTrue(Files.notExists(directory.resolve("fast.sock")));
    }

    @Test
    void anExceptionOfMainIsA500UnlessTheResponseHasBegun() throws Exception {
        ScriptedPeer peer = ask(launchListening(), "throw", 5).expectStatus(1, 500, 0, ProtocolStatus.REQUEST_COMPLETE);
        assertEnds(1);
        assertTrue(Files.readString(errors()).contains("IllegalStateException: expected")); // as without us
        peer.close();
    }

    @Test
    void closeAnswersImmediately() throws Exception {
        ScriptedPeer peer = ask(launchListening(), "close", 5);
        assertTrue(peer.stdout(1).endsWith("\r\n\r\nxxxxx"));
        peer.expectEnd(1, 0, ProtocolStatus.REQUEST_COMPLETE);
        assertTrue(process.isAlive());
        process.getOutputStream().close();
        assertEnds(0);
    }

    @Test
    void othersThatWaitAreRefused() throws Exception {
        ScriptedPeer peer = launchListening();
        ScriptedPeer other = peer(UnixDomainSocketAddress.of(directory.resolve("fast.sock")));
        ask(peer, "close", 5).stdout(1);
        ask(other, "break", 5); // the loop does not accept it any more
        process.getOutputStream().close();
        other.expectStatus(1, 503, 0, ProtocolStatus.OVERLOADED);
        assertEnds(0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"break", "exit", "throw"})
    void plainCgiAndByHandAreAnswered(String way) throws Exception {
        String query = "leave=" + way + "&length=5";
        for (boolean cgi : new boolean[] {true, false}) {
            if (cgi) {
                launch(Map.of("REQUEST_METHOD", "GET", "QUERY_STRING", query));
            } else {
                launch(Map.of(), query.split("&"));
            }
            String answer = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertEnds(way.equals("exit") ? 3 : way.equals("throw") ? 1 : 0);
            assertTrue(answer.startsWith(way.equals("throw") ? "Status: 500 " : "Status: 200 "), answer);
            assertTrue(answer.endsWith(way.equals("throw") ? "500 Internal Server Error\n" : "\r\n\r\nxxxxx"), answer);
        }
    }

    @Test
    void optionsAreSetWhileTheLoopWaits() throws Exception {
        ScriptedPeer peer = launchListening();
        until("options are set", () -> {
            try {
                return Files.readString(errors()).contains("options are set");
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        assertTrue(ask(peer, "no", 1).stdout(1).contains("charset=iso-8859-1"));
        process.destroy(); // SIGTERM
        assertEnds(143);
    }
}
