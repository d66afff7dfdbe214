package dev.fcgi.httpserver;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import com.sun.net.httpserver.HttpContext;
import com.sun.net.httpserver.HttpServer;
import dev.fcgi.FcgiServer;
import dev.fcgi.LogCapture;
import dev.fcgi.Request;
import dev.fcgi.Responder;
import dev.fcgi.client.FcgiClient;
import dev.fcgi.internal.conn.LateThreads;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** An application, a gateway in front of it, and a browser that speaks in bytes. */
abstract class GatewayTest {
    private static final int DEADLINE_SECONDS = 10;

    @TempDir
    Path directory;
    Path root;
    LogCapture log;
    FcgiServer application;
    FcgiClient client;
    HttpServer http;
    private ExecutorService threads;
    private final List<Socket> sockets = new ArrayList<>();
    private final List<CountDownLatch> latches = new ArrayList<>();

    @BeforeAll
    static void beLate() {
        LateThreads.install();
    }

    @BeforeEach
    void prepare() throws IOException {
        log = new LogCapture("dev.fcgi.gateway");
        root = Files.createDirectory(directory.resolve("root"));
    }

    @AfterEach
    void closeAll() throws Exception {
        latches.forEach(CountDownLatch::countDown);
        for (Socket socket : sockets) {
            socket.close();
        }
        if (http != null) {
            http.stop(0);
            threads.shutdownNow();
        }
        if (client != null) {
            client.close();
        }
        if (application != null) {
            application.shutdown(Duration.ofSeconds(1));
        }
        log.close();
    }

    /** Starts an application that routes by itself behind a gateway. */
    HttpContext serve(Responder responder) throws IOException {
        return serve(responder, FcgiGateway.Builder::passAllRequests);
    }

    /** Starts an application and a gateway with settings of a test. */
    HttpContext serve(Responder responder, UnaryOperator<FcgiGateway.Builder> settings) throws IOException {
        String address = "unix:" + directory.resolve("app");
        application = FcgiServer.builder().listen(address).responder(responder).build().start();
        return gateway(FcgiClient.builder().address(address), settings);
    }

    /** Starts a gateway with a given client. */
    HttpContext gateway(FcgiClient.Builder calls, UnaryOperator<FcgiGateway.Builder> settings) throws IOException {
        client = calls.build();
        // before JDK 24 that server would hold the carriers of virtual threads while it waits for bodies
        threads = Runtime.version().feature() >= 24 ? Executors.newVirtualThreadPerTaskExecutor()
                : Executors.newCachedThreadPool();
        http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        http.setExecutor(threads);
        HttpContext context = http.createContext("/", settings.apply(FcgiGateway.builder(client)).build());
        http.start();
        return context;
    }

    int port() {
        return http.getAddress().getPort();
    }

    Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port());
        socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(DEADLINE_SECONDS));
        sockets.add(socket);
        return socket;
    }

    static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Sends a request whose connection ends with it; lines are separated by a line feed here, as is a body. */
    HttpReply exchange(String request) throws IOException {
        Socket socket = connect();
        int end = request.indexOf("\n\n");
        String head = end < 0 ? request : request.substring(0, end);
        String body = end < 0 ? "" : request.substring(end + 2);
        send(socket, head.replace("\n", "\r\n") + "\r\nConnection: close\r\n\r\n" + body);
        InputStream in = socket.getInputStream();
        HttpReply reply = HttpReply.read(in, request.startsWith("HEAD"));
        return reply;
    }

    HttpReply get(String target) throws IOException {
        return get(target, "");
    }

    /** @param headers each with a line feed before it */
    HttpReply get(String target, String headers) throws IOException {
        return exchange("GET " + target + " HTTP/1.1\nHost: test" + headers);
    }

    void write(String path, String text) throws IOException {
        Path file = root.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    CountDownLatch gate() {
        CountDownLatch gate = new CountDownLatch(1);
        latches.add(gate);
        return gate;
    }

    static void print(Request request, String text) throws IOException {
        request.stdout().write(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Responds with the parameters, sorted, one on each line, as the bytes received. */
    static void params(Request request) throws IOException {
        TreeMap<String, byte[]> sorted = new TreeMap<>();
        request.params().pairs().forEach(pair -> sorted.put(new String(pair.name(), StandardCharsets.ISO_8859_1),
                pair.value()));
        print(request, "Content-Type: text/plain\n\n");
        for (Map.Entry<String, byte[]> param : sorted.entrySet()) {
            print(request, param.getKey() + '=');
            request.stdout().write(param.getValue());
            request.stdout().write('\n');
        }
    }

    static void await(CountDownLatch latch) throws InterruptedException {
        assertTrue(latch.await(DEADLINE_SECONDS, TimeUnit.SECONDS), "a latch stayed closed");
    }

    static void until(String what, BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_SECONDS);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                fail("did not come true: " + what);
            }
            TimeUnit.MILLISECONDS.sleep(2); // between polls
        }
    }
}
