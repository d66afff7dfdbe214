package dev.fcgi.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.fcgi.FcgiServer;
import dev.fcgi.Request;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What docs/operations.md says about nginx's messages: each is provoked in the way that the page tells. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class NginxMessagesIT {
    /** The messages, as the page has them, each with the path at which it is provoked. */
    private static final Map<String, String> PATHS = new LinkedHashMap<>();

    static {
        PATHS.put("failed (2: No such file or directory)", "/no-socket");
        PATHS.put("failed (13: Permission denied)", "/forbidden");
        PATHS.put("failed (111: Connection refused)", "/dead");
        PATHS.put("failed (11: Resource temporarily unavailable)", "/full");
        PATHS.put("upstream timed out (110: Connection timed out) while reading response header", "/app/slow");
        PATHS.put("upstream prematurely closed", "/closing");
        PATHS.put("upstream sent too big header", "/app/head");
        PATHS.put("upstream sent invalid FastCGI record type: 2", "/app/incomplete");
        PATHS.put("client intended to send too large body", "/app/large");
        PATHS.put("FastCGI sent in stderr", "/app/stderr");
    }

    @TempDir
    Path directory;

    private NewUser user;

    private UnixDomainSocketAddress socket(String name) {
        return UnixDomainSocketAddress.of(user.here.resolve(name + ".sock"));
    }

    private FcgiServer serve(String name, String mode) throws IOException {
        return FcgiServer.builder().listen("unix:" + socket(name).getPath())
                .unixMode(PosixFilePermissions.fromString(mode)).responder(NginxMessagesIT::respond).build().start();
    }

    private static void respond(Request request) throws Exception {
        String path = request.meta("SCRIPT_NAME");
        if (path.equals("/app/slow")) {
            TimeUnit.MINUTES.sleep(1); // aborted
        }
        if (path.equals("/app/stderr")) {
            request.stderr().write("a word of the handler\n".getBytes(StandardCharsets.US_ASCII));
        }
        String more = path.equals("/app/head") ? "X-Large: " + "x".repeat(20_000) + "\r\n" : "";
        request.stdout().write(("Content-Type: text/plain\r\n" + more + "\r\n").getBytes(StandardCharsets.US_ASCII));
        if (path.equals("/app/incomplete")) {
            request.stdout().write(new byte[100_000]);
            throw new IllegalStateException("as asked for");
        }
    }

    /** Answers no request, but takes each and closes its connection. */
    private static void takeAndClose(ServerSocketChannel listener) {
        try {
            while (true) {
                try (SocketChannel connection = listener.accept()) {
                    connection.read(ByteBuffer.allocate(4096));
                }
            }
        } catch (IOException closed) {
            // the end of the test
        }
    }

    private int status(int port, String path) throws Exception {
        try {
            HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
            if (path.equals("/app/large")) {
                request.POST(HttpRequest.BodyPublishers.ofByteArray(new byte[(1 << 20) + 1]));
            }
            return HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.discarding()).statusCode();
        } catch (IOException incomplete) {
            return 0;
        }
    }

    @Test
    @SuppressWarnings("try") // some only have to be there
    void eachMeansWhatThePageSays() throws Exception {
        Peer.require(Peer.NGINX, Peer.SETPRIV);
        user = NewUser.unprivileged(directory);
        Map<String, String> documented = DocPage.of("docs/operations.md").text().lines()
                .dropWhile(line -> !line.startsWith("| in nginx's error log |")).skip(2)
                .takeWhile(line -> line.startsWith("| "))
                .map(line -> line.split(" \\| "))
                .collect(Collectors.toMap(cells -> cells[0].replaceAll("^\\| `|`$", ""), cells -> cells[1]));
        assertEquals(PATHS.keySet(), documented.keySet());
        int port = Ports.free();
        DocPage readme = DocPage.of("README.md");
        String locations = Map.of("/", "none", "/forbidden", "forbidden", "/dead", "dead", "/full", "full", "/closing",
                "closing", "/app", "app").entrySet().stream().map(entry -> """
                location %s {
                    include /etc/nginx/fastcgi_params;
                    fastcgi_read_timeout 1s;
                    fastcgi_pass unix:%s.sock;
                }
                """.formatted(entry.getKey(), entry.getValue())).collect(Collectors.joining());
        user.write("nginx.conf", WebServer.replace(readme.snippet("fastcgi_pass"), "127.0.0.1:8080", "127.0.0.1:" + port)
                .replaceFirst("(?s)location / \\{.*?\\}\n", locations));
        ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(socket("dead")).close();
        Map<String, Integer> statuses = new LinkedHashMap<>();
        try (FcgiServer app = serve("app", "rw-rw-rw-");
                FcgiServer forbidden = serve("forbidden", "---------");
                ServerSocketChannel closing = ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(socket("closing"));
                ServerSocketChannel full = ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(socket("full"), 1);
                SocketChannel first = SocketChannel.open(socket("full"));
                SocketChannel second = SocketChannel.open(socket("full"));
                Daemon nginx = user.type(ReadmeIT.nginx(readme.command("/usr/sbin/nginx")), () -> Daemon.listens(port))) {
            NewUser.in(directory).output("chmod 666 closing.sock full.sock dead.sock");
            Thread closer = Thread.startVirtualThread(() -> takeAndClose(closing));
            for (Map.Entry<String, String> each : PATHS.entrySet()) {
                int before = nginx.log().length();
                int status = status(port, each.getValue());
                String expected = documented.get(each.getKey());
                if (expected.matches("\\d+")) {
                    assertEquals(Integer.parseInt(expected), status, each.getValue());
                }
                statuses.put(each.getKey(), status);
                Await.until(each.getKey(), () -> nginx.log().substring(before).contains(each.getKey()));
            }
            assertEquals(200, statuses.get("FastCGI sent in stderr"));
            closing.close();
            closer.join();
        }
    }
}
