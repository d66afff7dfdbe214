package dev.fcgi.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The same programs on the JDK's HTTP server, behind proxy_pass of an nginx, and on ours, behind its fastcgi_pass: what
 * comes back, and what the programs see, is the same, except for differences on purpose.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class ProviderContractIT {
    /** The provider that the test compares with, though others may be on the class path. */
    private static final String PROVIDER = "com.sun.net.httpserver.HttpServerProvider";

    private static final String LISTEN = "dev.fcgi.httpserver.listen.";

    /** Servers with an executor, without one, and with one that rejects everything. */
    private static final List<String> KINDS = List.of("pool", "serial", "full");

    private static final String CONFIGURATION = """
            proxy_http_version 1.1;
            proxy_set_header Host $http_host;
            proxy_next_upstream off;
            proxy_temp_path proxied;
            fastcgi_next_upstream off;
            fastcgi_param REQUEST_METHOD $request_method;
            fastcgi_param REQUEST_URI $request_uri;
            fastcgi_param CONTENT_TYPE $content_type;
            fastcgi_param CONTENT_LENGTH $content_length;
            fastcgi_param SERVER_PROTOCOL $server_protocol;
            fastcgi_param REMOTE_ADDR $remote_addr;
            fastcgi_param SERVER_ADDR $server_addr;
            server {
              listen 127.0.0.1:%d;
              location / { proxy_pass http://127.0.0.1:%d; }
              location /serial { proxy_pass http://127.0.0.1:%d; }
              location /full { proxy_pass http://127.0.0.1:%d; }
              location /slow { proxy_read_timeout 1s; proxy_pass http://127.0.0.1:%2$d; }
              location /unbuffered {
                proxy_buffering off; proxy_request_buffering off; proxy_pass http://127.0.0.1:%2$d;
              }
            }
            server {
              listen 127.0.0.1:%d;
              location / { fastcgi_pass unix:%s; }
              location /serial { fastcgi_pass unix:%s; }
              location /full { fastcgi_pass unix:%s; }
              location /slow { fastcgi_read_timeout 1s; fastcgi_pass unix:%6$s; }
              location /unbuffered {
                fastcgi_buffering off; fastcgi_request_buffering off; fastcgi_pass unix:%6$s;
              }
            }
            """;

    /** Hop-by-hop fields, and those of the web server. */
    private static final Set<String> NOT_COMPARED =
            Set.of("connection", "keep-alive", "transfer-encoding", "te", "trailer", "upgrade", "date");

    private static final Pattern CHUNK = Pattern.compile("\\G([0-9a-fA-F]+)\r\n");

    @TempDir
    static Path directory;

    private static final ExecutorService THREADS = Executors.newCachedThreadPool();
    private static final Map<String, SpiSide> JDK = new TreeMap<>();
    private static final Map<String, SpiSide> OURS = new TreeMap<>();
    private static Nginx nginx;
    private static int ourPort;

    @BeforeAll
    static void start() throws Exception {
        if (!Peer.areThere(Peer.NGINX)) {
            return;
        }
        if (System.getProperty(PROVIDER) == null) {
            System.setProperty(PROVIDER, "sun.net.httpserver.DefaultHttpServerProvider");
        }
        Daemon.open(directory);
        ourPort = Ports.free();
        List<Object> arguments = new ArrayList<>();
        for (String kind : KINDS) {
            Executor executor = switch (kind) {
                case "pool" -> THREADS;
                case "serial" -> null;
                default -> task -> {
                    throw new RejectedExecutionException();
                };
            };
            JDK.put(kind, new SpiSide(false, 0, executor));
            arguments.add(JDK.get(kind).server().getAddress().getPort());
        }
        arguments.add(ourPort);
        for (String kind : KINDS) {
            int port = Ports.free();
            Path socket = directory.resolve(kind + ".sock");
            System.setProperty(LISTEN + port, "unix:" + socket);
            OURS.put(kind, new SpiSide(true, port, JDK.get(kind).server().getExecutor() == null ? null
                    : kind.equals("pool") ? THREADS : JDK.get(kind).server().getExecutor()));
            System.clearProperty(LISTEN + port);
            arguments.add(socket);
        }
        nginx = Nginx.start(directory, port -> {
            List<Object> all = new ArrayList<>(List.of(port));
            all.addAll(arguments);
            return CONFIGURATION.formatted(all.toArray());
        });
    }

    @AfterAll
    static void stop() {
        if (nginx != null) {
            nginx.close();
        }
        JDK.values().forEach(SpiSide::close);
        OURS.values().forEach(SpiSide::close);
        THREADS.shutdownNow();
    }

    static Stream<SpiCase> cases() {
        return Stream.of(SpiRequests.all(), SpiBodies.all(), SpiResponses.all(), SpiFailures.all(), SpiContexts.all(),
                SpiEnds.all(), SpiCalls.all()).flatMap(all -> all);
    }

    @Test
    void theImplementationsAreThoseTheyShouldBe() {
        Peer.require(Peer.NGINX);
        JDK.values().forEach(side -> assertEquals("sun.net.httpserver.HttpServerImpl",
                side.server().getClass().getName()));
        OURS.values().forEach(side -> assertEquals("dev.fcgi.httpserver.FcgiHttpServer",
                side.server().getClass().getName()));
    }

    @Test
    void eachCaseHasANameOfItsOwn() {
        assertEquals(cases().count(), cases().map(SpiCase::name).distinct().count());
        assertTrue(cases().count() >= 80, () -> "only " + cases().count());
    }

    /** The document lists what the cases show. */
    @Test
    void everyDifferenceIsDocumented() throws IOException {
        String document = Files.readString(Path.of(System.getProperty("fcgi.docs"), "httpserver.md"))
                .replaceAll("\\s+", " ");
        List<String> missing = cases().flatMap(each -> each.differences().stream())
                .map(SpiCase.Difference::reason).distinct().filter(reason -> !document.contains(reason)).toList();
        assertEquals(List.of(), missing);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void bothAnswerAlike(SpiCase each) throws Exception {
        Peer.require(Peer.NGINX);
        Map<String, String> jdk = observe(each, JDK, nginx.uri("/").getPort());
        Map<String, String> ours = observe(each, OURS, ourPort);
        assertNotEquals(Map.of(), jdk);
        for (SpiCase.Difference difference : each.differences()) {
            String where = difference.where();
            String theirs = jdk.remove(where);
            String here = ours.remove(where);
            if (!"*".equals(difference.jdk())) { // otherwise it depends on the JDK, or on nginx
                assertNotEquals(theirs, here, where + ": no difference any more");
            }
            assertIs(difference.jdk(), theirs, "JDK's " + where);
            assertIs(difference.ours(), here, "our " + where);
        }
        assertEquals(text(jdk), text(ours));
    }

    private static void assertIs(String expected, String actual, String what) {
        if (!Objects.equals(expected, "*")) {
            assertEquals(expected, actual, what);
        }
    }

    private static String text(Map<String, String> observed) {
        return observed.entrySet().stream().map(Object::toString).collect(Collectors.joining("\n"));
    }

    /** {@return "status", "header NAME", "body", and "seen", of what there is} */
    private static Map<String, String> observe(SpiCase each, Map<String, SpiSide> sides, int port) throws Exception {
        Map<String, String> observed = new TreeMap<>();
        String target = each.head() == null ? "" : each.head().split(" ")[1];
        SpiSide side = sides.get(KINDS.stream().filter(kind -> target.startsWith('/' + kind)).findFirst()
                .orElse("pool"));
        try {
            each.program().set(side);
            if (each.head() != null) {
                try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                    observed.putAll(exchange(socket, each));
                }
            }
        } finally {
            String seen = side.takeSeen();
            if (!seen.isEmpty()) {
                observed.put("seen", seen);
            }
        }
        return observed;
    }

    private static Map<String, String> exchange(Socket socket, SpiCase each) throws Exception {
        socket.setSoTimeout((int) Await.LIMIT.toMillis());
        RawHttp.send(socket, each.head().replace("\n", "\r\n") + "\r\n");
        socket.getOutputStream().write(each.body());
        byte[] reply = socket.getInputStream().readAllBytes();
        return reply.length == 0 ? Map.of("status", "none") : parse(HttpReply.parse(reply));
    }

    private static Map<String, String> parse(HttpReply reply) throws Exception {
        Map<String, String> observed = new TreeMap<>();
        observed.put("status", Integer.toString(reply.status()));
        Set<String> names = new TreeSet<>();
        reply.headers().forEach(line -> names.add(line.substring(0, line.indexOf(':')).toLowerCase(Locale.ROOT)));
        names.removeAll(NOT_COMPARED);
        for (String name : names) {
            observed.put("header " + name, String.join(" | ", reply.all(name)));
        }
        byte[] body = reply.body();
        if ("chunked".equals(reply.header("Transfer-Encoding"))) {
            body = unchunked(body);
        }
        observed.put("whole", Boolean.toString(reply.isWhole()));
        observed.put("body", body.length < 600 ? new String(body, StandardCharsets.ISO_8859_1) : body.length
                + " bytes, " + HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(body)));
        return observed;
    }

    private static byte[] unchunked(byte[] body) {
        String text = new String(body, StandardCharsets.ISO_8859_1);
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        Matcher chunk = CHUNK.matcher(text);
        int at = 0;
        while (chunk.find(at)) {
            int length = Integer.parseInt(chunk.group(1), 16);
            int end = Math.min(chunk.end() + length, body.length);
            content.write(body, chunk.end(), end - chunk.end());
            at = Math.min(end + 2, body.length);
        }
        return content.toByteArray();
    }
}
