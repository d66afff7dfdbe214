package dev.fcgi.examples.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fcgi.Responder;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class FrontCommandTest {
    @TempDir
    Path directory;

    @Test
    void answersHttp() throws Exception {
        try (TestServer server = TestServer.of(request -> {
            String head = "Status: 201\r\nContent-Type: text/plain\r\n\r\n" + request.meta("REQUEST_URI") + ' ';
            request.stdout().write(head.getBytes(StandardCharsets.UTF_8));
            request.stdin().transferTo(request.stdout());
        }); PipedInputStream output = new PipedInputStream()) {
            Console console = Console.of(InputStream.nullInputStream(), new PipedOutputStream(output),
                    new ByteArrayOutputStream());
            Thread command = Thread.ofVirtual().start(() -> Fcgi.run(console,
                    "front", server.address(), "--listen", "127.0.0.1:0"));
            String line = new BufferedReader(new InputStreamReader(output, StandardCharsets.UTF_8)).readLine();
            assertTrue(line.matches("http://127\\.0\\.0\\.1:\\d+/ -> " + server.address()), line);
            URI uri = URI.create(line.split(" ")[0]).resolve("/a%20b?c=d");
            HttpResponse<String> response = HttpClient.newHttpClient().send(
                    HttpRequest.newBuilder(uri).POST(HttpRequest.BodyPublishers.ofString("body")).build(),
                    HttpResponse.BodyHandlers.ofString());
            assertEquals(201, response.statusCode());
            assertEquals("/a%20b?c=d body", response.body());
            command.interrupt();
            command.join();
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            /app/x       | --script-name /app --param A=b   | /app /x - b
            /x           | --script /srv/program            | (empty) /x /srv/program -
            /            | --root ROOT --index go.cgi       | /go.cgi - ROOT/go.cgi -
            /go.cgi/x    | --root ROOT --scripts .pl,.cgi   | /go.cgi /x ROOT/go.cgi -
            /go.cgi      | --root ROOT                      | source
            /out         | --root ROOT --follow-links       | outside
            """)
    void options(String path, String options, String expected) throws Exception {
        Path root = Files.createDirectory(directory.resolve("root"));
        Files.writeString(root.resolve("go.cgi"), "source");
        Files.createSymbolicLink(root.resolve("out"), Files.writeString(directory.resolve("outside"), "outside"));
        Responder responder = request -> TestServer.saying("Content-Type: text/plain\n\n"
                + (request.meta("SCRIPT_NAME").isEmpty() ? "(empty)" : request.meta("SCRIPT_NAME")) + ' '
                + request.params().get("PATH_INFO", "-") + ' ' + request.params().get("SCRIPT_FILENAME", "-") + ' '
                + request.params().get("A", "-")).respond(request);
        try (TestServer server = TestServer.of(responder); PipedInputStream output = new PipedInputStream()) {
            Console console = Console.of(InputStream.nullInputStream(), new PipedOutputStream(output),
                    new ByteArrayOutputStream());
            List<String> arguments = new ArrayList<>(List.of("front", server.address(), "--listen", "127.0.0.1:0"));
            String more = options.contains("--index") ? options + " --scripts .cgi" : options;
            arguments.addAll(List.of(more.replace("ROOT", root.toString()).split(" ")));
            Thread command = Thread.ofVirtual().start(() -> Fcgi.run(console, arguments.toArray(String[]::new)));
            String line = new BufferedReader(new InputStreamReader(output, StandardCharsets.UTF_8)).readLine();
            HttpResponse<String> response = HttpClient.newHttpClient().send(
                    HttpRequest.newBuilder(URI.create(line.split(" ")[0]).resolve(path)).build(),
                    HttpResponse.BodyHandlers.ofString());
            assertEquals(expected.replace("ROOT", root.toString()), response.body());
            command.interrupt();
            command.join();
        }
    }

    @Test
    void aPortInUse() throws Exception {
        try (ServerSocket socket = new ServerSocket(0)) {
            Run run = Run.of("front", "127.0.0.1:1", "--listen", "127.0.0.1:" + socket.getLocalPort());
            assertEquals(ExitStatus.FAILED, run.status());
            String start = "fcgi front: cannot listen on 127.0.0.1:" + socket.getLocalPort() + ": ";
            assertTrue(run.error().startsWith(start), run.err());
        }
    }

    @Test
    void wrongUsage() {
        for (String options : new String[] {"--front-controller /index.php", "--scripts .cgi", "--index x",
            "--follow-links", "--root / --script /x", "--root / --script-name /x", "--root /dev/null", "--param A",
            "--param HTTP_PROXY=x", "--script-name x", "--root / --scripts cgi"}) {
            Run run = Run.of(("front 127.0.0.1:1 --listen 127.0.0.1:0 " + options).split(" "));
            assertEquals(ExitStatus.USAGE, run.status(), options + run);
            run.error();
        }
        for (String listen : new String[] {"8080", ":8080", "127.0.0.1:65536", "127.0.0.1:http"}) {
            Run run = Run.of("front", "127.0.0.1:1", "--listen", listen);
            assertEquals(ExitStatus.USAGE, run.status());
            assertTrue(run.error().contains(listen), run.err());
        }
    }
}
