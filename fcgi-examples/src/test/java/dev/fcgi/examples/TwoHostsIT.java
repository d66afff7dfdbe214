package dev.fcgi.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fcgi.examples.Traffic.Exchange;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Two application hosts behind a balancer with the documented configurations: one is cut off from the network and comes
 * back, the other one's playground is killed and started again. Requests continue. With {@code -Dfcgi.long} it waits
 * for the timeouts that end dead connections, more than a minute. It mostly waits, so other classes run meanwhile.
 */
@Execution(ExecutionMode.CONCURRENT)
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class TwoHostsIT {
    private static final Path DOCUMENTED = Path.of("..", "docs", "webservers");
    private static final int PORT = 9000;
    private static final int CLIENTS = 8;
    private static final Duration PAUSE = Duration.ofMillis(50);
    /** What the configurations promise: 1 s to connect and 5 s for a response, then the other host is tried. */
    private static final Duration LONGEST = Duration.ofSeconds(6 + 6); // and a loaded machine
    /** By keep-alive probes after 60 s; with unacknowledged output, the kernel is set to give up after 25 s. */
    private static final Duration DEAD = Duration.ofSeconds(90);
    private static final String RETRIES = "6";

    private enum Balancer {
        NGINX("nginx", Peer.NGINX), HAPROXY("HAProxy", Peer.HAPROXY);

        private final String title;
        private final Peer peer;

        Balancer(String title, Peer peer) {
            this.title = title;
            this.peer = peer;
        }

        Daemon start(Hosts hosts, Path directory, Path socket) throws Exception {
            UnixDomainSocketAddress address = UnixDomainSocketAddress.of(socket);
            return switch (this) {
                case NGINX -> Nginx.start(directory, hosts.onBalancer(), address,
                        configuration("nginx-two-hosts.conf", "listen 80;", "listen unix:" + socket + ";"));
                case HAPROXY -> HaProxy.start(directory, hosts.onBalancer(), address,
                        configuration("haproxy-two-hosts.cfg", "bind :80", "bind unix@" + socket));
            };
        }

        /** The documented file; the test connects from outside the hosts' network, on a Unix socket. */
        private static String configuration(String name, String listen, String instead) throws Exception {
            String text = Files.readString(DOCUMENTED.resolve(name));
            assertTrue(text.contains(listen), name);
            for (String host : Hosts.APPLICATIONS) {
                assertTrue(text.contains(host + ":" + PORT), name);
            }
            return text.replace(listen, instead);
        }
    }

    private record Outcome(long requests, List<String> failures, Duration longest, Duration cut, String log) {}

    @TempDir
    static Path root;

    private static AtOnce<Balancer, Outcome> runs;

    @BeforeAll
    static void start() {
        runs = new AtOnce<>(List.of(Balancer.values()), balancer -> {
            Path directory = Files.createDirectory(root.resolve(balancer.name()));
            Peer.require(balancer.peer, Peer.IP, Peer.NAMESPACES);
            try (Hosts hosts = Hosts.make()) {
                return new Run(balancer, hosts, directory).run();
            }
        });
    }

    @AfterAll
    static void end() throws Exception {
        runs.report(new Report(TwoHostsIT.class,
                        "Two hosts: one is cut off and comes back, the other's process is killed and started again"),
                List.of("balancer", "requests", "failed", "slowest", LongRun.ASKED ? "dead connections ended after" : "cut off for"),
                (balancer, outcome) -> List.of(balancer.title, "" + outcome.requests(),
                        "" + outcome.failures().size(), outcome.longest().toMillis() + " ms",
                        outcome.cut().toSeconds() + " s"));
    }

    @ParameterizedTest
    @EnumSource
    void requestsGoOn(Balancer balancer) throws Exception {
        Outcome outcome = runs.result(balancer);
        assertEquals(List.of(), outcome.failures(), () -> "of " + outcome.requests() + " requests; " + outcome.log());
        assertTrue(outcome.longest().compareTo(LONGEST) < 0, () -> "the slowest took " + outcome.longest());
    }

    /** One balancer with its hosts. */
    private record Run(Balancer balancer, Hosts hosts, Path directory) {
        Outcome run() throws Exception {
            Path socket = directory.resolve("web");
            try (PlaygroundProcess first = playground(0);
                    PlaygroundProcess second = playground(1);
                    Daemon web = balancer.start(hosts, directory, socket);
                    Traffic traffic = new Traffic(Browser.of(socket), CLIENTS, PAUSE,
                            List.of(Exchange.HELLO, Exchange.SLOW))) {
                awaitRequests(0);
                awaitRequests(1);
                try (Child stranger = Child.start(directory, Map.of(), call(hosts.on(1), 0, "/hello"))) {
                    assertNotEquals(0, stranger.exitStatus(), "the first host has answered the second");
                }
                Duration cut = cutOff(first, traffic);
                second.process().kill();
                traffic.await(300);
                try (PlaygroundProcess third = playground(1)) {
                    awaitRequests(1);
                    traffic.await(300);
                    List<String> failures = traffic.end();
                    assertEquals(0, third.stop());
                    return new Outcome(traffic.requests(), failures, traffic.longest(), cut, web.log());
                }
            }
        }

        /** The first host is cut off, with {@code -Dfcgi.long} until all its connections have ended, and comes back. */
        private Duration cutOff(PlaygroundProcess playground, Traffic traffic) throws Exception {
            long pid = playground.process().pid();
            // a handler that has nothing to read or to write for ten minutes
            try (Child waiting = Child.start(directory, Map.of(), call(hosts.onBalancer(), 0, "/drip?n=1&ms=600000"))) {
                waiting.awaitOutput("chunk 0\n");
                assertTrue(connections(pid) > 0);
                hosts.cutOff(0);
                long before = System.nanoTime();
                traffic.await(300);
                if (LongRun.ASKED) {
                    Await.until("connections to nowhere end", DEAD, () -> connections(pid) == 0);
                }
                Duration cut = Duration.ofNanos(System.nanoTime() - before);
                traffic.await(300);
                hosts.reconnect(0);
                awaitRequests(0);
                assertTrue(!LongRun.ASKED || stats(0).getOrDefault("aborted", 0L) >= 1, "the handler waits on");
                return cut;
            }
        }

        private PlaygroundProcess playground(int host) throws Exception {
            String address = Hosts.APPLICATIONS.get(host) + ":" + PORT;
            // output that nobody acknowledges is repeated for a quarter of an hour by default
            String start = "echo " + RETRIES + " >/proc/sys/net/ipv4/tcp_retries2; exec \"$@\"";
            Child child = Child.start(directory, Map.of("FCGI_WEB_SERVER_ADDRS", Hosts.BALANCER),
                    command(hosts.on(host), "sh", "-c", start, "sh", Image.program("playground"), address));
            return PlaygroundProcess.ready(child, address);
        }

        private String[] call(List<String> enter, int host, String path) {
            return command(enter, Image.program("fcgi"), "call", "--timeout", "10m", "--connect-timeout", "2",
                    Hosts.APPLICATIONS.get(host) + ":" + PORT, path);
        }

        private static String[] command(List<String> enter, String... command) {
            return Stream.concat(enter.stream(), Arrays.stream(command)).toArray(String[]::new);
        }

        /** The counters of a host's playground, which serves only the balancer; empty when it does not respond. */
        private Map<String, Long> stats(int host) throws Exception {
            try (Child call = Child.start(directory, Map.of(), call(hosts.onBalancer(), host, "/stats"))) {
                return call.exitStatus() == 0 ? PlaygroundProcess.counters(call.stdout()) : Map.of();
            }
        }

        /** Waits until a host gets requests, many more than our own. */
        private void awaitRequests(int host) throws Exception {
            Await.until("host " + host + " answers", () -> total(host) > 0);
            long goal = total(host) + 50;
            Await.until("host " + host + " gets requests", () -> total(host) > goal);
        }

        private long total(int host) throws Exception {
            return stats(host).getOrDefault("total", 0L);
        }

        /** How many connections are open to the port that a process listens on, as its own network sees it. */
        private static long connections(long pid) throws Exception {
            String port = ":%04X".formatted(PORT);
            long count = 0;
            for (String family : List.of("tcp", "tcp6")) {
                count += Files.readAllLines(Path.of("/proc/" + pid + "/net/" + family)).stream()
                        .map(line -> line.strip().split(" +"))
                        .filter(socket -> socket[1].endsWith(port) && socket[3].equals("01")) // ESTABLISHED
                        .count();
            }
            return count;
        }
    }
}
