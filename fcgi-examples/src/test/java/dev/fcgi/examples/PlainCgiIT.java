package dev.fcgi.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** hello without FastCGI: one request from the environment and standard input, the answer on standard output. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class PlainCgiIT {
    private static final String ANSWER = "Content-Type: text/plain\r\n\r\nhello 192.0.2.7\n";
    private static final Map<String, String> GET = Map.of("GATEWAY_INTERFACE", "CGI/1.1", "REQUEST_METHOD", "GET",
            "SCRIPT_NAME", "/hello", "REMOTE_ADDR", "192.0.2.7");

    @TempDir
    Path directory;

    @Test
    void standardInputIsTheNullDevice() throws Exception {
        run(GET, Path.of("/dev/null"), null);
    }

    @Test
    void standardInputIsAFile() throws Exception {
        run(post(100_000), Files.write(directory.resolve("body"), Content.random(100_000)), null);
    }

    @Test
    void standardInputIsAPipe() throws Exception {
        run(GET, null, new byte[0]);
    }

    @Test
    void aBodyInAPipeNeedNotBeRead() throws Exception {
        run(post(1_000_000), null, Content.random(1_000_000));
    }

    @Test
    void withNothingButTheMethod() throws Exception {
        assertEquals("Content-Type: text/plain\r\n\r\nhello world\n",
                output(Map.of("REQUEST_METHOD", "GET"), Path.of("/dev/null"), null));
    }

    private static Map<String, String> post(int length) {
        return Map.of("GATEWAY_INTERFACE", "CGI/1.1", "REQUEST_METHOD", "POST", "SCRIPT_NAME", "/hello", "REMOTE_ADDR",
                "192.0.2.7", "CONTENT_LENGTH", Integer.toString(length), "CONTENT_TYPE", "application/x-thing");
    }

    private void run(Map<String, String> environment, Path file, byte[] pipe) throws Exception {
        assertEquals(ANSWER, output(environment, file, pipe));
    }

    private String output(Map<String, String> environment, Path file, byte[] pipe) throws Exception {
        Path stderr = directory.resolve("stderr");
        ProcessBuilder builder = new ProcessBuilder(Image.program("hello")).redirectError(stderr.toFile());
        builder.environment().clear();
        builder.environment().putAll(environment);
        if (file != null) {
            builder.redirectInput(file.toFile());
        }
        Process process = builder.start();
        try {
            if (pipe != null) {
                try (OutputStream out = process.getOutputStream()) {
                    out.write(pipe);
                } catch (IOException broken) {
                    // it has ended without reading
                }
            }
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            assertTrue(process.waitFor(Await.LIMIT.toSeconds(), TimeUnit.SECONDS));
            assertEquals(0, process.exitValue());
            assertEquals("", Files.readString(stderr));
            return output;
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void belowFcgiwrap() throws Exception {
        String socket = directory.resolve("wrap").toString();
        Peer.require(Peer.SPAWN_FCGI, Peer.FCGIWRAP);
        try (Child wrap = Child.start(directory, Map.of(), Peer.SPAWN_FCGI.path(), "-n", "-s", socket, "--",
                Peer.FCGIWRAP.path())) {
            Await.until("fcgiwrap listens", () -> Files.exists(Path.of(socket)));
            Map<String, String> environment = RawConnection.environment("/hello", "");
            environment.put("SCRIPT_FILENAME", Image.program("hello"));
            environment.put("REQUEST_METHOD", "POST");
            environment.put("CONTENT_LENGTH", "50000");
            environment.put("REMOTE_ADDR", "192.0.2.7");
            try (RawConnection connection = RawConnection.open("unix:" + socket)) {
                connection.send(RawConnection.RESPONDER, false, environment, Content.random(50_000), null);
                RawReply reply = connection.reply();
                assertEquals("hello 192.0.2.7\n", reply.body());
                assertEquals(0, reply.appStatus());
                assertEquals(0, reply.stderr().length);
            }
            assertTrue(wrap.isAlive());
        }
    }
}
