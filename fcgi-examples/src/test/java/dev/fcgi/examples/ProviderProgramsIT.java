package dev.fcgi.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fcgi.FcgiServer;
import java.net.UnixDomainSocketAddress;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Foreign programs for the JDK's HTTP server, unchanged, behind nginx and a Unix socket, where nginx speaks only
 * FastCGI.
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class ProviderProgramsIT {
    private static final String PROVIDER =
            "-Dcom.sun.net.httpserver.HttpServerProvider=dev.fcgi.httpserver.FcgiHttpServerProvider";

    private static final String CONFIGURATION = """
            map $http_x_secure $secure { 1 on; default ""; }
            server {
              listen 127.0.0.1:%d;
              location / {
                fastcgi_param REQUEST_METHOD $request_method;
                fastcgi_param REQUEST_URI $request_uri;
                fastcgi_param CONTENT_TYPE $content_type;
                fastcgi_param CONTENT_LENGTH $content_length;
                fastcgi_param SERVER_PROTOCOL $server_protocol;
                fastcgi_param REMOTE_ADDR $remote_addr;
                fastcgi_param REMOTE_PORT $remote_port;
                fastcgi_param HTTPS $secure if_not_empty;
                fastcgi_keep_conn on;
                fastcgi_pass backend;
              }
            }
            upstream backend { server unix:%s; keepalive 4; }
            """;

    @TempDir
    Path directory;

    private final HttpClient browser = HttpClient.newHttpClient();
    private Path socket;
    private Child program;
    private Nginx nginx;

    @BeforeEach
    void prepare() throws Exception {
        Daemon.open(directory);
        socket = directory.resolve("app.sock");
    }

    @AfterEach
    void end() {
        if (nginx != null) {
            nginx.close();
        }
        if (program != null) {
            program.close();
        }
    }

    /** Starts a program that wants to listen on a port, and nginx before it. */
    private void start(int port, String... arguments) throws Exception {
        Peer.require(Peer.NGINX);
        List<String> command = new ArrayList<>(List.of("/bin/sh", "-c", "exec java \"$@\"", "java", PROVIDER,
                "-Ddev.fcgi.httpserver.listen." + port + "=unix:" + socket,
                "-Ddev.fcgi.httpserver.unixMode=rw-rw-rw-"));
        command.addAll(List.of(arguments));
        program = Child.start(directory, Map.of("PATH",
                Path.of(System.getProperty("java.home"), "bin") + ":" + System.getenv("PATH")),
                command.toArray(String[]::new));
        Await.until("the program serves", () -> {
            assertTrue(program.isAlive(), () -> "it has ended");
            return Files.exists(socket) && Daemon.listens(UnixDomainSocketAddress.of(socket));
        });
        nginx = Nginx.start(directory, listen -> CONFIGURATION.formatted(listen, socket));
    }

    private HttpResponse<String> get(String path, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(nginx.uri(path));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return browser.send(request.build(), BodyHandlers.ofString());
    }

    /** Its own end is that of any program: nothing is left of it. */
    private void stop() throws Exception {
        program.terminate();
        program.exitStatus();
        assertFalse(Files.exists(socket), "the socket is still there");
        assertFalse(program.stderr().contains("Exception"), program.stderr());
    }

    @Test
    void jwebserverListsAndSendsFiles() throws Exception {
        Path files = Files.createDirectories(directory.resolve("files/sub dir"));
        Files.writeString(files.resolveSibling("a.txt"), "content of a\n");
        byte[] large = new byte[300_000];
        Files.write(files.resolve("large.bin"), large);
        Path core = Path.of(FcgiServer.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        start(8000, "-p", core.toString(), "--add-modules", "dev.fcgi", "-m", "jdk.httpserver", "-p", "8000", "-d",
                directory.resolve("files").toString());

        HttpResponse<String> listing = get("/");
        assertEquals(200, listing.statusCode());
        assertTrue(listing.body().contains("<a href=\"a.txt\">a.txt</a>"), listing.body());
        assertTrue(listing.body().contains("<a href=\"sub%20dir/\">"), listing.body());
        HttpResponse<String> file = get("/a.txt");
        assertEquals("content of a\n", file.body());
        assertEquals("text/plain", file.headers().firstValue("Content-Type").orElse(""));
        assertTrue(file.headers().firstValue("Last-Modified").isPresent());
        assertEquals(large.length, get("/sub%20dir/large.bin").body().length());
        assertEquals(301, get("/sub%20dir").statusCode());
        assertEquals(404, get("/none").statusCode());
        HttpResponse<Void> head = browser.send(HttpRequest.newBuilder(nginx.uri("/a.txt")).HEAD().build(),
                BodyHandlers.discarding());
        assertEquals("13", head.headers().firstValue("Content-Length").orElse(""));
        assertEquals(405, browser.send(HttpRequest.newBuilder(nginx.uri("/a.txt")).DELETE().build(),
                BodyHandlers.discarding()).statusCode());
        Await.until("the log has the request", () -> program.stdout().contains("\"GET /a.txt HTTP/1.1\" 200"));
        stop();
    }

    @Test
    void jerseyServesItsResource() throws Exception {
        start(8080, "-cp", System.getProperty("java.class.path"), JerseyProgram.class.getName(), "8080");
        program.awaitOutput("serves by dev.fcgi.httpserver.FcgiHttpServer");

        HttpResponse<String> hello = get("/api/numbers?name=J%C3%BCrgen", "Accept", "text/plain");
        String at = nginx.uri("/api/numbers").toString();
        assertEquals("hello, Jürgen, at " + at + "\n", hello.body());
        assertEquals("text/plain", hello.headers().firstValue("Content-Type").orElse("").replaceFirst(";.*", ""));
        assertEquals("hello, x, at " + at.replace("http:", "https:") + "\n",
                get("/api/numbers?name=x", "X-Secure", "1").body());

        HttpResponse<String> sum = browser.send(HttpRequest.newBuilder(nginx.uri("/api/numbers"))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{\"one\": 20, \"other\": 22}")).build(), BodyHandlers.ofString());
        assertEquals(201, sum.statusCode());
        assertEquals("{\"sum\":42}", sum.body());
        assertEquals(at + "/1", sum.headers().firstValue("Location").orElse(""));

        assertEquals(IntStream.range(0, JerseyProgram.LINES).mapToObj(i -> i + "\n").collect(Collectors.joining()),
                get("/api/numbers/stream").body());
        HttpResponse<String> none = get("/api/numbers/none");
        assertEquals(422, none.statusCode());
        assertEquals("there is none", none.body());
        assertEquals(500, get("/api/numbers/broken").statusCode());
        // as on the JDK's server: "Method suspend is not supported by the container", which is Jersey's
        assertEquals(500, get("/api/numbers/later").statusCode());
        assertEquals(404, get("/api/elsewhere").statusCode());
        assertEquals(415, browser.send(HttpRequest.newBuilder(nginx.uri("/api/numbers")).header("Content-Type", "a/b")
                .POST(BodyPublishers.ofString("x")).build(), BodyHandlers.discarding()).statusCode());
        assertEquals("hello, again, at " + at + "\n", get("/api/numbers?name=again").body());
    }

    @Test
    void prometheusScrapes() throws Exception {
        start(9400, "-cp", System.getProperty("java.class.path"), MetricsProgram.class.getName(), "9400");

        HttpResponse<String> metrics = get("/metrics");
        assertEquals(200, metrics.statusCode());
        assertTrue(metrics.body().contains("visits_total 42.0"), metrics.body());
        assertTrue(metrics.headers().firstValue("Content-Type").orElse("").startsWith("text/plain"),
                metrics.headers()::toString);
        HttpResponse<String> named = get("/metrics?name[]=none", "Accept", "application/openmetrics-text");
        assertEquals(200, named.statusCode());
        assertEquals("# EOF\n", named.body());
        HttpResponse<byte[]> compressed = browser.send(HttpRequest.newBuilder(nginx.uri("/metrics"))
                .header("Accept-Encoding", "gzip").build(), BodyHandlers.ofByteArray());
        assertEquals("gzip", compressed.headers().firstValue("Content-Encoding").orElse(""));
        assertEquals(0x1F, compressed.body()[0]);
        assertTrue(get("/-/healthy").body().contains("healthy"));
        assertTrue(get("/").body().contains("metrics"));
        stop();
    }
}
