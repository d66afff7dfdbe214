package dev.fcgi.examples;

import dev.fcgi.FcgiServer;
import dev.fcgi.cgi.CgiExchange;
import dev.fcgi.cgi.Router;
import dev.fcgi.client.FcgiClient;
import dev.fcgi.examples.cli.HostPortConverter;
import dev.fcgi.examples.cli.HttpFront;
import dev.fcgi.httpserver.FcgiGateway;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/**
 * All of it to click through: the playground and the guestbook as FastCGI servers on Unix sockets, and an HTTP server
 * in front of them. One process, which stops at SIGINT and SIGTERM.
 */
final class Demo {
    private static final String DEFAULT = "127.0.0.1:8080";
    private static final Duration GRACE = Duration.ofSeconds(2);
    private static final int MAX_CONNECTIONS = 256;

    private final Path directory;
    private final String playgroundAddress;
    private final String siteAddress;
    private final FcgiServer playground;
    private final FcgiServer site;
    private final FcgiClient toPlayground;
    private final FcgiClient toSite;
    private HttpFront front;

    private Demo() throws IOException {
        directory = Files.createTempDirectory("fcgi-demo");
        playgroundAddress = "unix:" + directory.resolve("playground.sock");
        siteAddress = "unix:" + directory.resolve("site.sock");
        playground = new Playground(playgroundAddress).server();
        Router router = Router.builder()
                .get("/", this::index)
                .prefix("/guestbook", Guestbook.in(directory.resolve("guestbook")))
                .build();
        site = FcgiServer.builder().listen(siteAddress).responder(router.toResponder(Guestbook.OPTIONS)).build();
        toPlayground = client(playgroundAddress);
        toSite = client(siteAddress);
    }

    private static FcgiClient client(String address) {
        return FcgiClient.builder().address(address).maxConnections(MAX_CONNECTIONS).build();
    }

    public static void main(String[] args) throws Exception {
        if (args.length > 1 || args.length == 1 && args[0].startsWith("-")) {
            System.err.println("usage: demo [HOST:PORT]    the default is " + DEFAULT + "; port 0 is a free one");
            System.exit(2);
        }
        Demo demo = new Demo();
        try {
            demo.start(new HostPortConverter().convert(args.length == 0 ? DEFAULT : args[0]));
        } catch (IOException | RuntimeException e) {
            System.err.println("demo: " + e.getMessage() + "; another address: demo HOST:PORT");
            demo.stop();
            System.exit(1);
        }
        Runtime.getRuntime().addShutdownHook(new Thread(demo::end));
        System.out.println("The demo is at " + demo.front.url() + " until Ctrl-C.");
        new CountDownLatch(1).await();
    }

    private void start(InetSocketAddress address) throws IOException {
        FcgiGateway playgroundPages = FcgiGateway.builder(toPlayground).passAllRequests().build();
        FcgiGateway sitePages = FcgiGateway.builder(toSite).passAllRequests().build();
        FcgiGateway guestbookPages = FcgiGateway.builder(toSite).passAllRequests("/guestbook").build();
        front = HttpFront.start(address, exchange -> {
            String path = exchange.target().split("\\?", 2)[0];
            boolean isGuestbook = path.equals("/guestbook") || path.startsWith("/guestbook/");
            (isGuestbook ? guestbookPages : path.equals("/") ? sitePages : playgroundPages).handle(exchange);
        }); // first, since its port may be in use; nobody knows of it before the others have started
        playground.start();
        site.start();
    }

    private void end() {
        stop();
        Runtime.getRuntime().halt(0); // SIGTERM is how we are meant to end, not a failure
    }

    private void stop() {
        if (front != null) {
            front.close();
        }
        toPlayground.close();
        toSite.close();
        try {
            playground.shutdown(GRACE);
            site.shutdown(GRACE);
            delete(directory);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the JVM ends anyway
        } catch (IOException e) {
            System.err.println("demo: " + directory + " is left over: " + e);
        }
    }

    private static void delete(Path root) throws IOException {
        List<Path> all;
        try (var files = Files.walk(root)) {
            all = files.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path file : all) {
            Files.delete(file);
        }
    }

    private void index(CgiExchange q) throws IOException {
        try (InputStream page = Demo.class.getResourceAsStream("demo.html")) {
            String text = new String(page.readAllBytes(), StandardCharsets.UTF_8);
            q.setContentType("text/html").out().print(text.replace("PLAYGROUND", playgroundAddress));
        }
    }
}
