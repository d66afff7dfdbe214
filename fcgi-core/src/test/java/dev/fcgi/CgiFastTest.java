package dev.fcgi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** CgiFast reads the environment and descriptor 0, so each test needs a process. */
final class CgiFastTest extends ProgramTest {
    private static final String TEXT = "Content-Type: text/plain; charset=utf-8\r\n\r\n";

    CgiFastTest() {
        super(CgiFastProgram.class);
    }

    private String output() throws IOException, InterruptedException {
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(20, TimeUnit.SECONDS));
        assertEquals(0, process.exitValue(), Files.readString(errors()));
        return output;
    }

    // ---- by hand

    @ParameterizedTest
    @CsvSource({
        "'n=1 n=%C3%A9 x=2', 'n=[1, é] keywords=[]'",
        "'', 'n=[] keywords=[]'",
        "'red blue', 'n=[] keywords=[red, blue]'"
    })
    void startedByHandThereIsOneRequestOfTheArguments(String arguments, String answer) throws Exception {
        launch(Map.of("LC_ALL", "C"), arguments.isEmpty() ? new String[0] : arguments.split(" "));
        String body = "1 GET " + answer + " cookie=null body=";
        int length = body.getBytes(StandardCharsets.UTF_8).length;
        assertEquals("Status: 200 OK\r\nContent-Length: " + length + "\r\n" + TEXT + body, output());
        assertEquals("to STDERR\nthe loop has ended after 1\n", Files.readString(errors()));
    }

    // ---- plain CGI

    @Test
    void plainCgiIsOneRequestOfTheEnvironment() throws Exception { // RFC 3875 4.2
        launch(Map.of("REQUEST_METHOD", "PUT", "QUERY_STRING", "n=1", "CONTENT_LENGTH", "4", "CONTENT_TYPE", "a/b",
                "HTTP_COOKIE", "c=2", "LC_ALL", "C"), "n=9");
        process.getOutputStream().write("abé and what is not of this request".getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().flush(); // and no end
        String body = "1 PUT n=[1] keywords=[] cookie=2 body=abé";
        assertEquals("Status: 200 OK\r\nContent-Length: 42\r\n" + TEXT + body, output());
        assertEquals("to STDERR\nthe loop has ended after 1\n", Files.readString(errors()));
    }

    @Test
    void whatFailsAtTheEndOfPlainCgiIsLoggedAllTheSame() throws Exception {
        launch(Map.of("REQUEST_METHOD", "GET", "SCRIPT_NAME", "/task", "LC_ALL", "C"));
        output();
        String errors = Files.readString(errors());
        assertTrue(errors.contains("an afterResponse task failed: request 1 of no connection, GET /task")
                && errors.contains("in a task"), errors);
    }

    // ---- FastCGI

    private static void expect(ScriptedPeer peer, int id, String body) {
        peer.expectStdout(id, "Status: 200 OK\r\nContent-Length: " + body.length() + "\r\n" + TEXT + body)
                .expectStderr(id, "to STDERR\n").expectEnd(id, 0, ProtocolStatus.REQUEST_COMPLETE);
    }

    private static void send(ScriptedPeer peer, int id, String path, String query, String body) {
        peer.begin(id, ScriptedPeer.RESPONDER, ScriptedPeer.KEEP_CONN)
                .params(id, "REQUEST_METHOD", "POST", "SCRIPT_NAME", path, "QUERY_STRING", query, "CONTENT_TYPE", "a/b")
                .endParams(id).stdin(id, body).endStdin(id);
    }

    @Test
    void aSocketPathIsListenedOnWithItsModeAndNothingIsLeftForTheNextRequest() throws Exception {
        Path socket = directory.resolve("fast.sock");
        launch(Map.of("FCGI_SOCKET_PATH", socket.toString(), "FCGI_SOCKET_PERM", "0606", "FCGI_LISTEN_QUEUE", "5",
                "REQUEST_METHOD", "ignored"));
        ScriptedPeer peer = connect(UnixDomainSocketAddress.of(socket));
        assertEquals("rw----rw-", PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)));
        send(peer, 1, "/set", "n=1", "body");
        String first = peer.stdout(1);
        assertTrue(first.startsWith("Status: 404 Not Found\r\nX-Left: over\r\nSet-Cookie: a=b\r\n"), first);
        assertTrue(first.endsWith("\r\n\r\nset [1]"), first);
        peer.expectEnd(1, 7, ProtocolStatus.REQUEST_COMPLETE);
        send(peer, 1, "/", "", "");
        expect(peer, 1, "2 POST n=[] keywords=[] cookie=null body=");
        send(peer, 2, "/", "n=2", "b");
        expect(peer, 2, "3 POST n=[2] keywords=[] cookie=null body=b");
        peer.close();

        process.destroy(); // SIGTERM
        assertTrue(process.waitFor(20, TimeUnit.SECONDS));
        assertEquals(143, process.exitValue());
        assertEquals("the loop has ended after 3\n", LogCapture.withoutLifeLines(Files.readString(errors())));
        assertFalse(Files.exists(socket));
    }

    @Test
    void aColonAndAPortIsListenedOn() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        launch(Map.of("FCGI_SOCKET_PATH", ":" + port, "FCGI_WEB_SERVER_ADDRS", "127.0.0.1"));
        ScriptedPeer peer = connect(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), port));
        send(peer, 1, "/", "n=x", "");
        expect(peer, 1, "1 POST n=[x] keywords=[] cookie=null body=");
    }

    @ParameterizedTest
    @CsvSource({"FCGI_SOCKET_PATH, 9000, ./9000", "FCGI_SOCKET_PERM, 0999, octal", "FCGI_LISTEN_QUEUE, 0, at least 1"})
    void aMalformedSettingEndsTheProgramWithItsName(String name, String value, String hint) throws Exception {
        launch(name.equals("FCGI_SOCKET_PATH") ? Map.of(name, value)
                : Map.of("FCGI_SOCKET_PATH", directory.resolve("s").toString(), name, value));
        assertTrue(process.waitFor(20, TimeUnit.SECONDS));
        assertNotEquals(0, process.exitValue());
        String errors = Files.readString(errors());
        assertTrue(errors.contains(name + "=" + value) && errors.contains(hint), errors);
    }
}
