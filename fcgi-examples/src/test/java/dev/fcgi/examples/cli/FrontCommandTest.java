package dev.fcgi.examples.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
import org.junit.jupiter.api.Test;

final class FrontCommandTest {
    @Test
    void answersHttp() throws Exception {
        try (TestServer server = TestServer.of(request -> {
            String head = "Status: 201\r\nContent-Type: text/plain\r\n\r\n" + request.param("REQUEST_URI") + ' ';
            request.stdout().write(head.getBytes(StandardCharsets.UTF_8));
            request.stdin().transferTo(request.stdout());
        }); PipedInputStream output = new PipedInputStream()) {
            Console console = Console.of(InputStream.nullInputStream(), new PipedOutputStream(output),
                    new ByteArrayOutputStream());
            Thread command = Thread.ofVirtual().start(() -> Fcgi.commandLine(console)
                    .execute("front", server.address(), "--listen", "127.0.0.1:0"));
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
        assertEquals(ExitStatus.USAGE, Run.of("front", "127.0.0.1:1", "--front-controller", "/index.php").status());
        for (String listen : new String[] {"8080", ":8080", "127.0.0.1:65536", "127.0.0.1:http"}) {
            Run run = Run.of("front", "127.0.0.1:1", "--listen", listen);
            assertEquals(ExitStatus.USAGE, run.status());
            assertTrue(run.error().contains(listen), run.err());
        }
    }
}
