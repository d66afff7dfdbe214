package dev.fcgi.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fcgi.FcgiServer;
import dev.fcgi.Request;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Programs that watch a PHP-FPM by its status page watch a server of ours, with the same settings, beside one. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class MonitoringIT {
    /** A block for each server; what it has in its pages, as collectd's configuration has it. */
    private static final String COLLECTD = """
            Hostname "host"
            FQDNLookup false
            BaseDir "%1$s"
            PIDFile "%1$s/collectd.pid"
            Interval 1
            LoadPlugin csv
            LoadPlugin curl_json
            <Plugin csv>
              DataDir "%1$s/csv"
            </Plugin>
            <Plugin curl_json>
            %2$s
            </Plugin>
            """;
    private static final String URL = """
              <URL "%s">
                Instance "%s"
                %s
              </URL>
            """;
    private static final List<String> KEYS = List.of("accepted conn", "listen queue", "max listen queue", "listen queue len",
            "idle processes", "active processes", "total processes", "max active processes", "max children reached",
            "slow requests", "processes/*/pid", "processes/*/request duration", "processes/*/last request memory");

    @TempDir
    private Path directory;

    private final CountDownLatch goOn = new CountDownLatch(1);
    private FcgiServer server;
    private String status;

    @BeforeEach
    void start() throws Exception {
        status = "unix:" + directory.resolve("status");
        server = FcgiServer.builder().listen("unix:" + directory.resolve("app")).maxRequests(2).statusListen(status)
                .responder(this::respond).build().start();
    }

    @AfterEach
    void stop() {
        goOn.countDown();
        server.close();
    }

    private void respond(Request request) throws Exception {
        goOn.await();
        request.stdout().write("\r\n".getBytes(StandardCharsets.US_ASCII));
    }

    private List<RawConnection> occupy(int count) throws Exception {
        List<RawConnection> connections = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            RawConnection connection = RawConnection.open("unix:" + directory.resolve("app"));
            connection.send(RawConnection.RESPONDER, false, RawConnection.environment("/busy", ""), new byte[0], null);
            connections.add(connection);
        }
        Await.until("they run", () -> server.stats().requestsStarted() == count);
        return connections;
    }

    /** Pages by way of nginx, as the manual of PHP-FPM has it; servers by the first part of the path. */
    private Nginx nginx(Map<String, String> servers) throws Exception {
        StringBuilder locations = new StringBuilder();
        servers.forEach((name, address) -> locations.append("""
                  location /%1$s/ {
                    rewrite ^/%1$s(/.*) $1 break;
                    fastcgi_param SCRIPT_NAME $uri;
                    fastcgi_param SCRIPT_FILENAME $uri;
                    fastcgi_param QUERY_STRING $query_string;
                    fastcgi_param REQUEST_METHOD $request_method;
                    fastcgi_pass %2$s;
                  }
                """.formatted(name, address)));
        return Nginx.start(directory, port -> "server { listen 127.0.0.1:%d;\n%s}".formatted(port, locations));
    }

    @Test
    void collectdReadsTheJson() throws Exception {
        Peer.require(Peer.COLLECTD, Peer.NGINX, Peer.PHP_FPM);
        List<RawConnection> busy = occupy(1);
        try (PhpFpm fpm = PhpFpm.start(directory, "pm = static\npm.max_children = 1");
                Nginx nginx = nginx(Map.of("fpm", fpm.address(), "ours", status))) {
            StringBuilder keys = new StringBuilder();
            KEYS.forEach(key -> keys.append("<Key \"" + key + "\">\nType gauge\n</Key>\n"));
            StringBuilder urls = new StringBuilder();
            for (String name : List.of("fpm", "ours")) {
                urls.append(URL.formatted(nginx.uri("/" + name + "/status?json&full"), name, keys));
            }
            Path configuration = directory.resolve("collectd.conf");
            Files.writeString(configuration, COLLECTD.formatted(directory, urls));
            try (Child collectd = Child.start(directory, Map.of(), Peer.COLLECTD.path(), "-f", "-C",
                    configuration.toString())) {
                for (String name : List.of("fpm", "ours")) {
                    Await.until("it has all of " + name, () -> values(name).size() == KEYS.size());
                }
                assertEquals(values("fpm"), values("ours"));
                assertEquals(1, value("ours", "active processes"));
                assertEquals(1, value("ours", "idle processes"));
                assertEquals(2, value("ours", "total processes"));
                assertEquals(100_001, value("ours", "processes-0-pid"));
                assertTrue(value("ours", "processes-0-request duration") > 0);
                collectd.terminate();
                assertEquals(0, collectd.exitStatus());
                assertTrue(!collectd.stderr().contains("curl_json plugin: "), collectd.stderr());
            }
        }
        busy.get(0).close();
    }

    private Path csv(String name) {
        return directory.resolve("csv/host/curl_json-" + name);
    }

    /** The names of what it has read, without the day. */
    private Set<String> values(String name) throws IOException {
        Set<String> names = new TreeSet<>();
        if (Files.exists(csv(name))) {
            try (Stream<Path> files = Files.list(csv(name))) {
                files.forEach(file -> names.add(file.getFileName().toString().replaceFirst("-\\d{4}-\\d\\d-\\d\\d$", "")));
            }
        }
        return names;
    }

    private double value(String name, String key) throws IOException {
        try (Stream<Path> files = Files.list(csv(name))) {
            Path file = files.filter(one -> one.getFileName().toString().startsWith("gauge-" + key + "-2")).findFirst()
                    .orElseThrow();
            List<String> lines = Files.readAllLines(file);
            return Double.parseDouble(lines.get(lines.size() - 1).split(",")[1]);
        }
    }

    @Test
    void nagiosReadsTheText() throws Exception {
        Peer.require(Peer.CHECK_HTTP, Peer.NGINX);
        List<RawConnection> busy = occupy(2);
        try (Nginx nginx = nginx(Map.of("ours", status))) {
            assertEquals(0, check(nginx, "/ours/ping", "^pong$"));
            assertEquals(0, check(nginx, "/ours/status", "active processes: +2"));
            assertEquals(2, check(nginx, "/ours/status", "idle processes: +[1-9]"), "critical: all are busy");
        }
        for (RawConnection connection : busy) {
            connection.close();
        }
    }

    private int check(Nginx nginx, String path, String expected) throws Exception {
        try (Child check = Child.start(directory, Map.of(), Peer.CHECK_HTTP.path(), "-I", "127.0.0.1", "-p",
                "" + nginx.uri("/").getPort(), "-u", path, "-r", expected)) {
            int exitStatus = check.exitStatus();
            assertTrue(check.stdout().startsWith("HTTP "), check.stdout());
            return exitStatus;
        }
    }

    /** The health check of containers: cgi-fcgi asks, four lines are cut off the head, the fields are compared. */
    @Test
    void healthChecksOfContainersReadTheText() throws Exception {
        Peer.require(Peer.CGI_FCGI, Peer.PHP_FPM);
        try (PhpFpm fpm = PhpFpm.start(directory, "pm = static\npm.max_children = 1")) {
            List<String> theirs = health(fpm.address(), "-n +5");
            List<String> ours = health(status, "-n +5");
            assertEquals("pool:", ours.get(0).split(" ")[0]);
            assertEquals(names(theirs), names(ours));
            assertEquals(List.of("pong"), health(status, "-n 1", "/ping"));
        }
    }

    private static List<String> names(List<String> lines) {
        return lines.stream().map(line -> line.split(":")[0]).filter(name -> !name.isEmpty() && !name.equals("memory peak")).toList();
    }

    private List<String> health(String address, String cut) throws Exception {
        return health(address, cut, "/status");
    }

    private List<String> health(String address, String cut, String path) throws Exception {
        String command = "env -i REQUEST_METHOD=GET SCRIPT_NAME=\"$2\" SCRIPT_FILENAME=\"$2\" \"$0\" -bind -connect \"$1\""
                + " | tail " + cut;
        try (Child child = Child.start(directory, Map.of(), "/bin/sh", "-c", command, Peer.CGI_FCGI.path(),
                address.substring("unix:".length()), path)) {
            assertEquals(0, child.exitStatus(), child.stderr());
            return child.stdout().lines().toList();
        }
    }
}
