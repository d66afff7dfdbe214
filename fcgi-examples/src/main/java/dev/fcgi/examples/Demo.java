package dev.fcgi.examples;

import dev.fcgi.FcgiAcceptor;
import dev.fcgi.FcgiServer;
import dev.fcgi.ServerStats;
import dev.fcgi.cgi.CgiExchange;
import dev.fcgi.cgi.Router;
import dev.fcgi.client.CgiParams;
import dev.fcgi.client.ClientRequest;
import dev.fcgi.client.ClientResponse;
import dev.fcgi.client.FcgiClient;
import dev.fcgi.examples.cli.HostPortConverter;
import dev.fcgi.examples.cli.HttpFront;
import dev.fcgi.httpserver.FcgiGateway;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * All of it to click through: a site as a FastCGI server on a Unix socket, an HTTP server in front of it, and two more
 * FastCGI servers that the site calls. One process, which stops at SIGINT and SIGTERM.
 */
final class Demo {
    private static final String DEFAULT = "127.0.0.1:8080";
    private static final Duration GRACE = Duration.ofSeconds(2);
    private static final int MAX_CONNECTIONS = 256;
    private static final Logger LOG = Logger.getLogger("dev.fcgi"); // a constant, or its level is soon forgotten

    private final Path directory = Files.createTempDirectory("fcgi-demo");
    private final FcgiServer playground = new Playground(socket("playground")).server();
    private final FcgiAcceptor loop = FcgiAcceptor.open(socket("loop"));
    private final DemoCalls calls = new DemoCalls(socket("playground"), socket("loop"));
    private final DemoPhp php = new DemoPhp(directory);
    private final FcgiClient toStatus = FcgiClient.to(socket("status"));
    private final FcgiServer site;
    private final FcgiClient toSite =
            FcgiClient.builder().address(socket("site")).maxConnections(MAX_CONNECTIONS).build();
    private HttpFront front;

    private Demo() throws IOException {
        Router router = DemoPages.addTo(Router.builder(), this::stats)
                .get("/", this::home)
                .prefix("/guestbook", Guestbook.in(directory.resolve("guestbook"), Page::of))
                .get("/call", calls::list)
                .any("/call/{what}", calls::call)
                .any("/php", php::show)
                .get("/status", this::status)
                .build();
        site = FcgiServer.builder().listen(socket("site")).statusListen(socket("status"))
                .responder(router.toResponder(Guestbook.OPTIONS)).build();
    }

    private ServerStats stats() {
        return site.stats();
    }

    private String socket(String name) {
        return "unix:" + directory.resolve(name + ".sock");
    }

    public static void main(String[] args) throws Exception {
        if (args.length > 1 || args.length == 1 && args[0].startsWith("-")) {
            System.err.println("usage: demo [HOST:PORT]    the default is " + DEFAULT + "; port 0 is a free one");
            System.exit(2);
        }
        LOG.setLevel(Level.WARNING); // where the servers listen is no matter here
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
        Hello.greet(demo.loop);
        new CountDownLatch(1).await(); // the loop ends before the rest has
    }

    private void start(InetSocketAddress address) throws IOException {
        // first, because its port may be in use; it is announced after the others have started
        front = HttpFront.start(address, FcgiGateway.builder(toSite).passAllRequests().build()::handle);
        playground.start();
        site.start();
    }

    private void end() {
        Runtime.getRuntime().halt(stop() ? 0 : Playground.ABORTED); // SIGTERM is the regular end, not a failure
    }

    /** {@return whether no request had to be aborted} */
    private boolean stop() {
        boolean drained = true;
        try {
            drained = front == null || front.shutdown(GRACE);
            toSite.close();
            toStatus.close();
            calls.close();
            php.close();
            loop.close();
            drained &= site.shutdown(GRACE);
            drained &= playground.shutdown(GRACE);
            delete(directory);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the JVM ends anyway
        } catch (IOException e) {
            System.err.println("demo: " + directory + " is left over: " + e);
        }
        return drained;
    }

    private static void delete(Path root) throws IOException {
        List<Path> all;
        try (var files = Files.walk(root)) {
            all = files.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path file : all) {
            Files.deleteIfExists(file);
        }
    }

    private void home(CgiExchange q) {
        StringBuilder cards = new StringBuilder("<ul class=\"cards\">\n");
        for (Page.Link link : Page.MENU) {
            cards.append("<li class=\"card\"><a href=\"%s\">%s</a>%s</li>\n".formatted(link.path(), link.name(),
                    link.about()));
        }
        Page.show(q, "FastCGI for Java", """
                <p>Every page here comes from a FastCGI server on a Unix socket, behind an HTTP server with the
                library's gateway. In production that would be nginx, Apache or another web server.</p>
                %s</ul>
                <h2>Errors</h2>
                <p>They look like any other page: <a href="/nowhere">a page that is not there</a>,
                <a href="/fail">a handler that throws</a>.</p>
                <h2>From the command line</h2>
                <p>While the demo runs, with <code>fcgi</code> from the run-time image:</p>
                <pre>cd %s
                fcgi call unix:playground.sock /hello -i
                fcgi call unix:playground.sock '/?user=alice' --role authorizer -i
                fcgi load unix:playground.sock /hello
                fcgi top unix:status.sock</pre>
                """.formatted(cards, directory));
    }

    /** The library's page, which knows nothing of this site, with the top of all pages. */
    private void status(CgiExchange q) throws IOException {
        CgiParams params = CgiParams.builder("GET", "/").query("html").build();
        try (ClientResponse response = toStatus.send(ClientRequest.responder().params(params).build())) {
            String page = new String(response.body().readAllBytes(), StandardCharsets.UTF_8);
            q.setContentType("text/html").setHeader("Cache-Control", "no-store").out().print(page
                    .replace("<style>", Page.STYLE + "<style>").replace("<body>", "<body>\n" + Page.menu("Status")));
        }
    }
}
