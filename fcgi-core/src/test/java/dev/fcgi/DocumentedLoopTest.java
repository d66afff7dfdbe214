package dev.fcgi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fcgi.cgi.CgiFast;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The programs in the documents that loop over {@link CgiFast}, copied unchanged, with malicious clients. */
final class DocumentedLoopTest extends ServerTest {
    private static final Pattern BLOCK = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

    /** A program in a document, and its place. */
    private record Documented(String place, String code) {
        @Override
        public String toString() {
            return place;
        }
    }

    private Process process;

    private static List<Documented> programs() throws IOException {
        List<Documented> programs = Stream.of("README.md", "docs/from-perl.md").flatMap(name -> {
            try {
                String text = Files.readString(Path.of("..", name));
                return BLOCK.matcher(text).results().map(block -> block.group(1))
                        .filter(code -> code.contains("CgiFast."))
                        .map(code -> new Documented(name + ": " + code.lines().findFirst().orElse(""), code));
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }).toList();
        assertEquals(4, programs.size(), programs::toString);
        return programs;
    }

    @AfterEach
    void end() {
        if (process != null) {
            process.destroyForcibly();
        }
    }

    private Path errors() {
        return directory.resolve("stderr");
    }

    private ScriptedPeer launch(String code) throws Exception {
        Path source = Files.writeString(directory.resolve("Program.java"), whole(code));
        Path socket = directory.resolve("program.sock");
        ProcessBuilder builder = Fork.java(CgiFast.class, List.of("-XX:TieredStopAtLevel=1"));
        builder.command().set(builder.command().size() - 1, source.toString()); // the launcher compiles it
        builder.environment().putAll(Map.of("FCGI_SOCKET_PATH", socket.toString(), "LC_ALL", "C"));
        process = builder.redirectError(errors().toFile()).start();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60); // a compiler starts up
        while (!accepts(socket)) {
            assertTrue(process.isAlive() && System.nanoTime() < deadline, Files.readString(errors()));
            TimeUnit.MILLISECONDS.sleep(10); // between looks
        }
        return peer(UnixDomainSocketAddress.of(socket));
    }

    private static String whole(String code) {
        if (code.contains(" class ")) {
            return code;
        }
        String main = code.contains(" main(") ? code
                : "public static void main(String[] args) throws Exception {\n" + code + "}\n";
        return """
                import dev.fcgi.cgi.*;
                import java.util.*;
                import java.util.stream.*;
                class Program {
                %s}
                """.formatted(main);
    }

    private static boolean accepts(Path socket) {
        try (SocketChannel probe = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            return probe.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    private static ScriptedPeer head(ScriptedPeer peer, String method, String query, String type, String length) {
        return peer.begin(1, ScriptedPeer.RESPONDER, ScriptedPeer.KEEP_CONN)
                .params(1, "REQUEST_METHOD", method, "SCRIPT_NAME", "/", "PATH_INFO", "/p", "QUERY_STRING", query,
                        "CONTENT_TYPE", type, "CONTENT_LENGTH", length, "HTTP_COOKIE", "a=%zz; \0=1; name=%ff%00")
                .endParams(1);
    }

    /** Sends a whole request, and returns the status line and the body of the response. */
    private static String answer(ScriptedPeer peer, String method, String query, String type, String body) {
        head(peer, method, query, type, Integer.toString(body.length())).stdin(1, body).endStdin(1).send();
        String output = peer.stdout(1);
        peer.expectEnd(1, 0, ProtocolStatus.REQUEST_COMPLETE);
        Matcher whole = Pattern.compile("Status: (.*?)\r\n.*?\r\n\r\n(.*)", Pattern.DOTALL).matcher(output);
        assertTrue(whole.matches(), output);
        return whole.group(1) + " | " + whole.group(2);
    }

    @ParameterizedTest
    @MethodSource("programs")
    void noRequestOfAStrangerEndsIt(Documented program) throws Exception {
        ScriptedPeer peer = launch(program.code);
        String multipart = "multipart/form-data";
        String urlencoded = "application/x-www-form-urlencoded";
        assertGreets(peer);
        assertEquals("400 Bad Request | 400 Bad Request\nmultipart without boundary\n",
                answer(peer, "POST", "", multipart, "--b\r\n"));
        assertEquals("400 Bad Request", status(answer(peer, "POST", "", multipart + "; boundary=b", "--b\r\nx")));
        assertEquals("413 Content Too Large", status(answer(peer, "GET", "a=1&".repeat(1100), "", "")));
        assertEquals("413 Content Too Large", status(answer(peer, "POST", "", urlencoded, "a&".repeat(1100))));
        assertEquals("413 Content Too Large", status(answer(peer, "POST", "", urlencoded, "a".repeat(1100_000))));
        assertEquals("200 OK", status(answer(peer, "GET", "name=%zz%e2%&%&=%00", "", "")));
        assertEquals("200 OK", status(answer(peer, "\0", ";;&+%", "\uffff;;=", "\0\r\n")));

        head(peer, "POST", "", urlencoded, "5000000000").endStdin(1).send();
        assertTrue(peer.stdout(1).startsWith("Status: 413 "));
        peer.expectEnd(1, 0, ProtocolStatus.REQUEST_COMPLETE);
        head(peer, "POST", "", urlencoded, "10").stdin(1, "name=").endStdin(1).send(); // cut
        assertTrue(peer.stdout(1).startsWith("Status: 400 "));
        peer.expectEnd(1, 0, ProtocolStatus.REQUEST_COMPLETE);
        head(peer, "POST", "", urlencoded, "10").stdin(1, "name=").abort(1).send().expectAnswer(1, "");
        assertGreets(peer);
        head(peer, "POST", "", urlencoded, "10").stdin(1, "name=").send();
        peer.close(); // the web server has gone

        ScriptedPeer next = peer(UnixDomainSocketAddress.of(directory.resolve("program.sock")));
        assertGreets(next);
        assertTrue(process.isAlive());
        String errors = Files.readString(errors(), StandardCharsets.ISO_8859_1);
        assertEquals("", LogCapture.withoutLifeLines(errors));
    }

    private static String status(String answer) {
        return answer.substring(0, answer.indexOf(" | "));
    }

    private static void assertGreets(ScriptedPeer peer) {
        String answer = answer(peer, "GET", "name=J%C3%B6", "", "");
        assertTrue(answer.startsWith("200 OK | ") && answer.contains("hello J\u00f6"), answer);
    }
}
