package dev.fcgi.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fcgi.ProtocolStatus;
import dev.fcgi.client.CallEvent;
import dev.fcgi.client.CallOutcome;
import dev.fcgi.client.CgiParams;
import dev.fcgi.client.ClientConnectionEvent;
import dev.fcgi.client.ClientListener;
import dev.fcgi.client.ClientRequest;
import dev.fcgi.client.ClientResponse;
import dev.fcgi.client.ClientStats;
import dev.fcgi.client.CloseReason;
import dev.fcgi.client.EndRequest;
import dev.fcgi.client.FcgiClient;
import dev.fcgi.client.RequestRefusedException;
import dev.fcgi.client.RequestTimeoutException;
import dev.fcgi.client.ResponseLostException;
import dev.fcgi.examples.cli.HttpFront;
import dev.fcgi.httpserver.FcgiGateway;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Our client with foreign servers. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class ClientIT {
    private static final int LARGE = 100_000_000;

    /** Applications that answer with the method, the query and the length of the body. */
    private enum Application {
        LIBFCGI, PERL_FCGI, NET_ASYNC, GO;

        /** {@return the command that starts it on a Unix socket} */
        List<String> command(Path directory) throws Exception {
            String program = directory.resolve("peer").toString();
            switch (this) {
                case LIBFCGI -> {
                    Peer.LIBFCGI.run("-std=c99", "-o", program, Resource.copy("peer.c", directory), "-lfcgi");
                    return List.of(program);
                }
                case GO -> {
                    GoProgram.build(directory, Resource.copy("peer.go", directory), program);
                    return List.of(program);
                }
                default -> {
                    Peer.require(Peer.PERL, this == PERL_FCGI ? Peer.PERL_FCGI : Peer.PERL_NET_ASYNC);
                    String script = this == PERL_FCGI ? "peer-fcgi.pl" : "peer-async.pl";
                    return List.of(Peer.PERL.path(), Resource.copy(script, directory));
                }
            }
        }

        boolean tellsErrors() {
            return this != GO; // net/http/fcgi has no STDERR and no application status
        }

        boolean sharesConnections() {
            return this == GO || this == NET_ASYNC;
        }
    }

    @TempDir
    Path directory;

    private static ClientRequest.Builder request(String method, String path, String query) {
        return ClientRequest.responder().params(CgiParams.builder(method, path).query(query).build());
    }

    private static String call(FcgiClient client, ClientRequest.Builder request) throws IOException {
        try (ClientResponse response = client.send(request.build())) {
            assertEquals(200, response.head().status());
            return text(response);
        }
    }

    private static String text(ClientResponse response) throws IOException {
        return new String(response.body().readAllBytes(), StandardCharsets.UTF_8);
    }

    /** The file exists a moment before connections are accepted. */
    private static boolean isListening(Path socket) {
        try (SocketChannel probe = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            return probe.isConnected();
        } catch (IOException notYet) {
            return false;
        }
    }

    @ParameterizedTest
    @EnumSource(Application.class)
    void applications(Application application) throws Exception {
        Path socket = directory.resolve("s");
        List<String> command = new ArrayList<>(application.command(directory));
        command.add(socket.toString());
        try (Child child = Child.start(directory, Map.of(), command.toArray(String[]::new));
                FcgiClient one = FcgiClient.builder().address("unix:" + socket).maxConnections(1).build()) {
            Await.until("it listens", () -> isListening(socket));
            for (int i = 0; i < 50; i++) {
                assertEquals("GET n=" + i + " 0", call(one, request("GET", "/", "n=" + i)));
            }
            assertEquals("POST  4", call(one, request("POST", "/", "").body("body")));
            assertEquals("POST  3000000", call(one, request("POST", "/", "").body(new byte[3_000_000])));
            assertEquals("PUT  200000", call(one, request("PUT", "/", "").body(Content.pattern(200_000), 200_000)));
            if (application.tellsErrors()) {
                List<String> lines = new ArrayList<>();
                ClientRequest.Builder exit = request("GET", "/error", "").param("EXIT", "938").stderr(lines::add);
                try (ClientResponse response = one.send(exit.build())) {
                    assertEquals("GET  0", text(response));
                    int status = application == Application.PERL_FCGI ? response.end().appStatus() : 938;
                    assertEquals(new EndRequest(status, ProtocolStatus.REQUEST_COMPLETE), response.end());
                    assertEquals(List.of("first", "second"), lines);
                }
            }
            assertTrue(child.isAlive());
        }
        Files.delete(socket);
        try (Child child = Child.start(directory, Map.of(), command.toArray(String[]::new));
                FcgiClient shared = FcgiClient.builder().address("unix:" + socket).maxConnections(1).multiplex(true)
                        .valuesTimeout(Duration.ofSeconds(2)).build()) {
            Await.until("it listens", () -> isListening(socket));
            assertEquals(application.sharesConnections() ? "1" : "0",
                    shared.getValues("FCGI_MPXS_CONNS").getOrDefault("FCGI_MPXS_CONNS", "0"));
            concurrently(200, i -> assertEquals("POST n=" + i + " " + 37 * i,
                    call(shared, request("POST", "/", "n=" + i).body(new byte[37 * i]))));
            assertTrue(child.isAlive());
        }
    }

    private interface Task {
        void run(int number) throws Exception;
    }

    private static void concurrently(int count, Task task) throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                int number = i;
                all.add(threads.submit(() -> {
                    task.run(number);
                    return null;
                }));
            }
            for (Future<?> one : all) {
                one.get();
            }
        }
    }

    private static ClientRequest.Builder php(PhpFpm fpm, String method, String query) {
        return request(method, "/peer.php", query).param("SCRIPT_FILENAME", fpm.script());
    }

    @Test
    void phpFpm() throws Exception {
        try (PhpFpm fpm = PhpFpm.start(directory); FcgiClient client = FcgiClient.builder().address(fpm.address())
                .maxConnections(2).build()) {
            for (int i = 0; i < 50; i++) {
                assertEquals("GET n=" + i + " 0", call(client, php(fpm, "GET", "n=" + i)));
            }
            assertEquals("POST  4", call(client, php(fpm, "POST", "").body("body")));
            assertEquals("POST  50000", call(client, php(fpm, "POST", "").body(Content.pattern(50_000), 50_000)));
            assertEquals("POST  0", call(client, php(fpm, "POST", "").body(""))); // one may follow
            assertEquals("GET " + "q".repeat(30_000) + " 0", call(client, php(fpm, "GET", "q".repeat(30_000))));
            concurrently(100, i -> assertEquals("GET n=" + i + " 0", call(client, php(fpm, "GET", "n=" + i))));
            for (String page : List.of("/ping", "/status")) {
                String text = call(client, request("GET", page, "").param("SCRIPT_FILENAME", page));
                assertTrue(text.equals("pong") || text.contains("accepted conn"), text);
            }
            try (ClientResponse response = client.send(php(fpm, "GET", "do=exit").build())) {
                assertEquals(404, response.head().status());
                assertEquals(List.of("a=1", "b=2"), response.head().headers().get("Set-Cookie"));
                assertEquals("gone", text(response));
                assertEquals(new EndRequest(0, ProtocolStatus.REQUEST_COMPLETE), response.end()); // it tells no status
            }
            List<String> lines = new ArrayList<>();
            assertEquals("ok", call(client, php(fpm, "GET", "do=error").stderr(lines::add)));
            assertTrue(String.join("\n", lines).matches("(?s).*first.*second.*"), lines::toString);
        }
    }

    /** What the counters of the client and its listener tell is what PHP-FPM has seen. */
    @Test
    void phpFpmFromBothSides() throws Exception {
        List<CallEvent> ended = new CopyOnWriteArrayList<>();
        List<CloseReason> closed = new CopyOnWriteArrayList<>();
        FcgiClient client = FcgiClient.builder().address("unix:" + directory.resolve("php.sock")).maxConnections(4)
                .keepAlive(false) // PHP-FPM counts a kept connection once more when it is closed
                .readTimeout(Duration.ofSeconds(1)).listener(new ClientListener() {
                    @Override
                    public void callEnded(CallEvent call) {
                        ended.add(call);
                    }

                    @Override
                    public void connectionClosed(ClientConnectionEvent connection) {
                        closed.add(connection.reason());
                    }
                }).build();
        try (client) {
            fromTheSideOfPhpFpm(client);
            IOException e = assertThrows(IOException.class, () -> call(client, request("GET", "/peer.php", "")));
            assertTrue(e.getMessage().startsWith("cannot connect"), e.getMessage());
        }
        Await.until("all is told", () -> closed.size() == client.stats().connectionsOpened());
        ClientStats stats = client.stats();
        for (CallOutcome outcome : CallOutcome.values()) {
            long count = ended.stream().filter(one -> one.outcome() == outcome).count();
            assertEquals(count, stats.callsEnded(outcome), outcome::name);
        }
        for (CloseReason reason : CloseReason.values()) {
            assertEquals(closed.stream().filter(reason::equals).count(), stats.connectionsClosed(reason), reason::name);
        }
        assertEquals(List.of(21L, 1L, 1L, 1L), List.of(stats.callsEnded(CallOutcome.COMPLETED),
                stats.callsEnded(CallOutcome.READ_TIMEOUT), stats.callsEnded(CallOutcome.CONNECTION_LOST),
                stats.callsEnded(CallOutcome.CONNECT_FAILED)));
        assertEquals(1, stats.connectsFailed());
        assertEquals(0, stats.connections());
    }

    private void fromTheSideOfPhpFpm(FcgiClient client) throws Exception {
        try (PhpFpm fpm = PhpFpm.start(directory, "pm = static\npm.max_children = 2")) {
            concurrently(20, i -> assertEquals("GET n=" + i + " 0", call(client, php(fpm, "GET", "n=" + i))));
            try (ClientResponse response = client.send(php(fpm, "GET", "do=hold").build())) {
                assertThrows(RequestTimeoutException.class,
                        () -> response.body().transferTo(java.io.OutputStream.nullOutputStream()));
            }
            try (ClientResponse response = client.send(php(fpm, "GET", "do=hold").build())) {
                ProcessHandle.of(Long.parseLong(new BufferedReader(new InputStreamReader(response.body(),
                        StandardCharsets.US_ASCII)).readLine())).orElseThrow().destroyForcibly();
                assertThrows(ResponseLostException.class, response::end);
            }
            String status = call(client, request("GET", "/status", "").param("SCRIPT_FILENAME", "/status"));
            ClientStats stats = client.stats();
            assertEquals(23, stats.callsStarted());
            assertEquals(23, stats.connectionsOpened());
            assertTrue(status.matches("(?s).*\naccepted conn: +23\n.*"), status);
        }
    }

    @Test
    void phpFpmInLarge() throws Exception {
        try (PhpFpm fpm = PhpFpm.start(directory); FcgiClient client = FcgiClient.to(fpm.address())) {
            String sum = LARGE + " " + Digest.of(Content.pattern(LARGE)).split(" ")[1] + "\n";
            assertEquals(sum, call(client, php(fpm, "POST", "do=sum").param("CONTENT_TYPE", "application/octet-stream")
                    .body(Content.pattern(LARGE), LARGE)));
            try (ClientResponse response = client.send(php(fpm, "GET", "do=big&n=" + LARGE).build())) {
                assertEquals(LARGE, response.head().contentLength());
                assertEquals(sum, Digest.of(response.body()) + "\n");
            }
        }
    }

    /**
     * Twelve requests for two processes take as long as six rounds, because no process waits on an idle connection.
     * Another client of the same PHP-FPM gets its turn as well.
     */
    @ParameterizedTest
    @ValueSource(strings = {"pm = static\npm.max_children = 2", "pm = dynamic\npm.max_children = 2\n"
            + "pm.start_servers = 1\npm.min_spare_servers = 1\npm.max_spare_servers = 1"})
    void moreRequestsThanPhpHasProcesses(String manager) throws Exception {
        try (PhpFpm fpm = PhpFpm.start(directory, manager);
                FcgiClient client = FcgiClient.to(fpm.address()); // keeps for a second, so that the other gets its turn
                FcgiClient other = FcgiClient.builder().address(fpm.address()).keepAlive(false).build();
                HttpFront front = HttpFront.start(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        FcgiGateway.builder(client).documentRoot(directory).build()::handle);
                HttpClient browser = HttpClient.newHttpClient()) {
            for (int wave = 0; wave < 2; wave++) {
                inTimeForSixRounds(14,
                        i -> assertEquals("done", call(i < 12 ? client : other, php(fpm, "GET", "do=work"))));
            }
            HttpRequest page = HttpRequest.newBuilder(URI.create(front.url() + "peer.php?do=work")).build();
            inTimeForSixRounds(12, i -> assertEquals("done", browser.send(page, BodyHandlers.ofString()).body()));
        }
    }

    private static void inTimeForSixRounds(int count, Task task) throws Exception {
        long start = System.nanoTime();
        concurrently(count, task);
        Duration taken = Duration.ofNanos(System.nanoTime() - start); // 1.2 s, on a machine with nothing else to do
        assertTrue(taken.compareTo(Duration.ofSeconds(6)) < 0, taken::toString);
    }

    @Test
    void aWorkerOfPhpFpmIsKilled() throws Exception {
        try (PhpFpm fpm = PhpFpm.start(directory); FcgiClient client = FcgiClient.to(fpm.address())) {
            assertEquals("GET  0", call(client, php(fpm, "GET", "")));
            try (ClientResponse response = client.send(php(fpm, "GET", "do=hold").build())) {
                BufferedReader body = new BufferedReader(new InputStreamReader(response.body(),
                        StandardCharsets.US_ASCII));
                ProcessHandle.of(Long.parseLong(body.readLine())).orElseThrow().destroyForcibly();
                ResponseLostException e = assertThrows(ResponseLostException.class,
                        () -> response.body().transferTo(java.io.OutputStream.nullOutputStream()));
                assertTrue(!e.retrySafe());
            }
            for (int i = 0; i < 10; i++) {
                assertEquals("GET n=" + i + " 0", call(client, php(fpm, "GET", "n=" + i)));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"UNIX", "TCP"})
    void playground(Upstream kind) throws Exception {
        String address = kind.address(directory, "p");
        try (PlaygroundProcess playground = PlaygroundProcess.start(directory, address);
                FcgiClient client = FcgiClient.builder().address(address).maxConnections(2).multiplex(true).build()) {
            assertEquals(Map.of("FCGI_MPXS_CONNS", "1"), client.getValues("FCGI_MPXS_CONNS", "FCGI_NONE"));
            assertEquals("hello\n", call(client, request("GET", "/hello", "")));
            assertEquals(Content.sum(new byte[1_000_000]),
                    call(client, request("POST", "/sum", "").body(new byte[1_000_000])));
            try (ClientResponse response = client.send(request("POST", "/echo", "")
                    .body(Content.pattern(LARGE), LARGE).build())) {
                assertEquals(Digest.of(Content.pattern(LARGE)), Digest.of(response.body()));
            }
            try (ClientResponse response = client.send(request("GET", "/exit", "code=938").build())) {
                assertEquals("bye\n", text(response));
                assertEquals(938, response.end().appStatus());
            }
            List<String> lines = new ArrayList<>();
            assertEquals("ok\n", call(client, request("GET", "/stderr", "n=1000").stderr(lines::add)));
            assertEquals(List.of("e".repeat(1000)), lines);
            try (ClientResponse response = client.send(ClientRequest.authorizer().param("SCRIPT_NAME", "/auth")
                    .param("QUERY_STRING", "user=alice").build())) {
                assertEquals("alice", response.head().header("Variable-AUTH_USER")); // 6.3-authorizer
            }
            try (ClientResponse response = client.send(ClientRequest.authorizer().param("SCRIPT_NAME", "/auth")
                    .param("QUERY_STRING", "user=bob").build())) {
                assertEquals(403, response.head().status()); // 6.3-authorizer
                assertEquals("denied\n", text(response));
            }
            String filtered = call(client, new FilterOf(3_000).builder().param("SCRIPT_NAME", "/filter").body("stdin"));
            assertTrue(filtered.startsWith("stdin 5 ") && filtered.contains("data 3000 "), filtered);
            client.send(request("GET", "/drip", "n=1000&ms=20").build()).close(); // tells the handler
            Await.until("the handler has ended", () -> playground.stats().get("active") == 1);
            concurrently(50, i -> assertEquals("hello\n", call(client, request("GET", "/hello", ""))));
            assertEquals(0, playground.stop());
        }
    }

    /** A file to be filtered. */
    private record FilterOf(int length) {
        ClientRequest.Builder builder() {
            return ClientRequest.filter(Content.pattern(length), length, Instant.EPOCH);
        }
    }

    @Test
    void aRoleThatNobodyHas() throws Exception {
        Path socket = directory.resolve("s");
        List<String> command = new ArrayList<>(Application.GO.command(directory));
        command.add(socket.toString());
        try (Child child = Child.start(directory, Map.of(), command.toArray(String[]::new));
                FcgiClient client = FcgiClient.to("unix:" + socket)) {
            Await.until("it listens", () -> isListening(socket));
            RequestRefusedException e = assertThrows(RequestRefusedException.class,
                    () -> client.send(new FilterOf(3).builder().build()));
            assertEquals(ProtocolStatus.UNKNOWN_ROLE, e.protocolStatus());
            assertTrue(child.isAlive());
        }
    }
}
