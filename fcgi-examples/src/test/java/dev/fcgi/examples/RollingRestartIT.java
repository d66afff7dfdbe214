package dev.fcgi.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fcgi.examples.Traffic.Exchange;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Playgrounds are stopped by SIGTERM and replaced, one after the other, under load, for some seconds, or for a minute
 * with {@code -Dfcgi.long}: no client may notice. All web servers are tested at the same time.
 */
@Timeout(value = 240, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class RollingRestartIT {
    private static final Duration TIME = Duration.ofSeconds(LongRun.ASKED ? 60 : 8);
    private static final int CLIENTS = 8;
    private static final Duration PAUSE = Duration.ofMillis(20);
    /** On a slow machine it takes longer. */
    private static final int LEAST = 4;
    /** Between two replacements. */
    private static final int ANSWERS = 300;

    /** What stands between the clients and the playgrounds. */
    private enum Front {
        NGINX("nginx", Exchange.ALL),
        // a kept connection may end just when nginx has sent a request on it; it repeats all but a POST
        NGINX_KEPT("nginx, kept connections", Exchange.GETS),
        NGINX_TCP("nginx, TCP", Exchange.ALL),
        NGINX_TCP_KEPT("nginx, TCP, kept connections", Exchange.GETS),
        HAPROXY("HAProxy", Exchange.ALL),
        HAPROXY_KEPT("HAProxy, kept connections", Exchange.GETS),
        HAPROXY_MULTIPLEXED("HAProxy, multiplexing", Exchange.GETS),
        INHERITED("nginx, one socket that a parent holds", Exchange.ALL);

        private final String title;
        private final List<Exchange> exchanges;

        Front(String title, List<Exchange> exchanges) {
            this.title = title;
            this.exchanges = exchanges;
        }

        Traffic traffic(Function<String, URI> uris) {
            return new Traffic(Browser.of(uris), CLIENTS, PAUSE, exchanges);
        }

        long allowed(long requests) {
            return switch (this) {
                // a connection is dropped with all requests on it when one of them is refused
                case HAPROXY_MULTIPLEXED -> requests / 500;
                // the kernel resets connections that it has queued between the last accept and the close
                case NGINX_TCP -> requests / 1000;
                default -> 0;
            };
        }

        /** Such a reset comes before any answer, so nginx repeats all but a POST. */
        boolean mayFail(String failure) {
            return this != NGINX_TCP || failure.startsWith("/sum 502 ");
        }
    }

    private record Outcome(int replaced, long requests, List<String> failures, Duration longest, String log) {
        static Outcome of(int replaced, Traffic traffic, String log) throws InterruptedException {
            List<String> failures = traffic.end();
            return new Outcome(replaced, traffic.requests(), failures, traffic.longest(), log);
        }
    }

    @TempDir
    static Path root;

    private static AtOnce<Front, Outcome> runs;

    @BeforeAll
    static void start() {
        runs = new AtOnce<>(List.of(Front.values()), front -> {
            Path directory = Files.createDirectory(root.resolve(front.name()));
            return switch (front) {
                case NGINX, NGINX_KEPT, NGINX_TCP, NGINX_TCP_KEPT -> behindNginx(front, directory);
                case HAPROXY, HAPROXY_KEPT, HAPROXY_MULTIPLEXED -> behindHaProxy(front, directory);
                case INHERITED -> inherited(front, directory);
            };
        });
    }

    @AfterAll
    static void end() throws Exception {
        runs.report(new Report(RollingRestartIT.class, "Restarts under load, for " + TIME.toSeconds() + " s"),
                List.of("front", "stopped and replaced", "requests", "failed", "slowest"),
                (front, outcome) -> List.of(front.title, outcome.replaced() + " times", "" + outcome.requests(),
                        "" + outcome.failures().size(), outcome.longest().toMillis() + " ms"));
    }

    @ParameterizedTest
    @EnumSource
    void noRequestFails(Front front) throws Exception {
        Outcome outcome = runs.result(front);
        long failed = outcome.failures().size();
        boolean allowed = failed <= front.allowed(outcome.requests())
                && outcome.failures().stream().allMatch(front::mayFail);
        assertTrue(allowed, () -> front.title + ": " + failed + " of "
                + outcome.requests() + " requests failed over " + outcome.replaced() + " restarts: "
                + outcome.failures() + "; " + outcome.log());
    }

    private static Outcome behindNginx(Front front, Path directory) throws Exception {
        Peer.require(Peer.NGINX);
        Upstream upstream = switch (front) {
            case NGINX -> Upstream.UNIX;
            case NGINX_KEPT -> Upstream.UNIX_KEPT;
            case NGINX_TCP -> Upstream.TCP;
            default -> Upstream.TCP_KEPT;
        };
        try (Pair pair = new Pair(directory, upstream.address(directory, "a"), upstream.address(directory, "b"));
                Nginx nginx = Nginx.start(directory, upstream.isKept(), pair.addresses());
                Traffic traffic = front.traffic(nginx::uri)) {
            return Outcome.of(replaceForAWhile(pair, traffic), traffic, nginx.errors());
        }
    }

    private static Outcome behindHaProxy(Front front, Path directory) throws Exception {
        Peer.require(Peer.HAPROXY);
        String a = directory.resolve("a").toString();
        String b = directory.resolve("b").toString();
        int port = Ports.free();
        SocketAddress address = new InetSocketAddress(InetAddress.getByName("127.0.0.1"), port);
        String connections = switch (front) {
            case HAPROXY -> "no option keep-conn";
            case HAPROXY_KEPT -> "option keep-conn";
            // without max-reqs it takes a connection for each request
            default -> "option keep-conn\n  option mpxs-conns\n  option max-reqs 32";
        };
        try (Pair pair = new Pair(directory, "unix:" + a, "unix:" + b);
                Daemon haproxy = HaProxy.start(directory, List.of(), address, """
                        defaults
                          mode http
                          timeout connect 5s
                          timeout client 30s
                          timeout server 30s
                          # A request that reached nobody goes to the other instance at once, so does one whose
                          # connection ended before an answer; but a POST may have been at work by then.
                          retries 3
                          option redispatch 1
                          retry-on conn-failure empty-response
                        fcgi-app playground
                          docroot %s
                          %s
                        listen web
                          bind 127.0.0.1:%d
                          http-request disable-l7-retry if METH_POST
                          http-reuse always
                          use-fcgi-app playground
                          server a unix@%s proto fcgi
                          server b unix@%s proto fcgi
                        """.formatted(directory, connections, port, a, b));
                Traffic traffic = front.traffic(path -> URI.create("http://127.0.0.1:" + port + path))) {
            if (front == Front.HAPROXY_MULTIPLEXED) {
                Await.until("requests share connections", pair::hasMoreRequestsThanConnections);
            }
            return Outcome.of(replaceForAWhile(pair, traffic), traffic, haproxy.log());
        }
    }

    private static int replaceForAWhile(Pair pair, Traffic traffic) throws Exception {
        long end = System.nanoTime() + TIME.toNanos();
        int replaced = 0;
        traffic.await(ANSWERS);
        while (System.nanoTime() < end || replaced < LEAST) {
            pair.replace(replaced % 2);
            replaced++;
            traffic.await(ANSWERS);
        }
        return replaced;
    }

    /** Two playgrounds. */
    private static final class Pair implements AutoCloseable {
        private final Path directory;
        private final PlaygroundProcess[] playgrounds = new PlaygroundProcess[2];

        Pair(Path directory, String... addresses) throws Exception {
            this.directory = directory;
            for (int i = 0; i < addresses.length; i++) {
                playgrounds[i] = PlaygroundProcess.start(directory, addresses[i]);
            }
        }

        List<String> addresses() {
            return List.of(playgrounds[0].address(), playgrounds[1].address());
        }

        boolean hasMoreRequestsThanConnections() throws Exception {
            Map<String, Long> stats = playgrounds[0].stats();
            return stats.get("active") > stats.get("connections");
        }

        void replace(int which) throws Exception {
            PlaygroundProcess old = playgrounds[which];
            assertEquals(0, old.stop(), old.process().stderr());
            if (old.address().startsWith("unix:")) {
                assertFalse(Files.exists(Path.of(old.address().substring("unix:".length()))));
            }
            playgrounds[which] = PlaygroundProcess.start(directory, old.address());
        }

        @Override
        public void close() {
            for (PlaygroundProcess playground : playgrounds) {
                if (playground != null) {
                    playground.close();
                }
            }
        }
    }

    /** Like systemd: for a moment no process accepts, but the socket exists, and connections wait. */
    private static Outcome inherited(Front front, Path directory) throws Exception {
        Peer.require(Peer.PERL, Peer.NGINX);
        String address = "unix:" + directory.resolve("held");
        try (Child parent = Child.start(directory, Map.of(), Peer.PERL.path(),
                        Resource.copy("successors.pl", directory), address, Image.program("playground"), "fd:0");
                Nginx nginx = nginxBefore(parent, directory, address);
                Traffic traffic = front.traffic(nginx::uri)) {
            long end = System.nanoTime() + TIME.toNanos();
            int replaced = 0;
            traffic.await(ANSWERS);
            while (System.nanoTime() < end || replaced < LEAST) {
                long pid = lastPid(parent);
                ProcessHandle.of(pid).orElseThrow().destroy();
                parent.awaitOutput("ended " + pid + " 0\n");
                replaced++;
                traffic.await(ANSWERS);
            }
            Outcome outcome = Outcome.of(replaced, traffic, nginx.errors());
            assertFalse(nginx.errors().contains("connect() "), nginx.errors());
            parent.terminate();
            assertEquals(0, parent.exitStatus());
            return outcome;
        }
    }

    private static Nginx nginxBefore(Child parent, Path directory, String address) throws Exception {
        parent.awaitOutput("READY\n");
        return Nginx.start(directory, false, List.of(address));
    }

    private static long lastPid(Child parent) throws Exception {
        return parent.stdout().lines()
                .filter(line -> line.startsWith("pid "))
                .mapToLong(line -> Long.parseLong(line.substring(4)))
                .reduce((one, next) -> next)
                .orElseThrow();
    }
}
