package dev.fcgi.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.fcgi.examples.Traffic.Exchange;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Uses the starter like a user: copies it, builds it, tries it and installs it with the commands of its README, all
 * without privileges, and replaces it with new versions under load. Only with {@code -Dfcgi.long}.
 */
@Timeout(value = 400, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class StarterDeploymentIT {
    private static final Duration TIME = Duration.ofSeconds(20);
    /** Users, where root may choose: who does everything, and for whom the program works. */
    private static final String NOBODY = "65534";
    private static final String APP = "65533";
    private static final int CLIENTS = 16;
    private static final Duration PAUSE = Duration.ofMillis(20);
    /** Between two versions. */
    private static final int ANSWERS = 60;

    @TempDir
    Path directory;

    private Path project;
    private int port;

    @BeforeEach
    void copy() throws Exception {
        assumeTrue(LongRun.ASKED, "only with -Dfcgi.long");
        Peer.require(Peer.NGINX, Peer.CURL, Peer.PERL);
        if (isRoot()) {
            Peer.require(Peer.SETPRIV);
        }
        project = Daemon.open(directory).resolve("app");
        Path starter = Installed.sources().resolve("fcgi-examples/starter");
        try (Stream<Path> files = Files.walk(starter)) {
            for (Path file : files.filter(file -> !file.startsWith(starter.resolve("target"))).toList()) {
                Files.copy(file, project.resolve(starter.relativize(file).toString()), StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
        port = Ports.free();
    }

    @Test
    void itIsBuiltTriedInstalledAndReplacedUnderLoad() throws Exception {
        build(Installed.in(directory).repository);
        tryIt(Daemon.open(project.resolve("target")));
        install();
    }

    /** {@return the line of the README that begins like this} */
    private String command(String begin) throws Exception {
        Matcher command = Pattern.compile("(?m)^ {4}(" + Pattern.quote(begin) + ".*)$")
                .matcher(Files.readString(project.resolve("README.md")));
        assertTrue(command.find(), begin);
        return command.group(1);
    }

    private void build(Path repository) throws Exception {
        try (Child maven = Child.start(directory, Map.of("JAVA_HOME", System.getProperty("java.home")), "/bin/sh", "-c",
                "cd \"$0\" && exec " + command("./mvnw ") + " -B -Dmaven.repo.local=\"$1\"", project.toString(),
                repository.toString())) {
            assertEquals(0, maven.exitStatus(Await.LIMIT.multipliedBy(6)), maven.stdout());
        }
    }

    private void tryIt(Path target) throws Exception {
        replace(project.resolve("nginx.conf"), "127.0.0.1:8080", "127.0.0.1:" + port);
        try (Daemon app = start(target, command("image/bin/app "), () -> listens(target.resolve("app.sock")));
                Daemon nginx = start(target, command("/usr/sbin/nginx "), () -> Daemon.listens(port))) {
            String page = type(target, command("curl http://127.0.0.1:8080/").replace("8080", "" + port));
            assertTrue(page.contains("<h1>Hello, world</h1>"), page);
            String status = type(target, command("curl http://127.0.0.1:8080/status").replace("8080", "" + port));
            assertTrue(status.contains("accepted conn:        1\n"), status);
            // written when the browser has its response already
            Await.until("the line is there", () -> Files.readString(target.resolve("access.log")).contains("\"GET / HTTP/1.1\" 200 "));
            assertEquals(143, app.stop(), "as deploy/app.service says");
            assertEquals("", Child.withoutLifeLines(app.log()), nginx.log());
        }
    }

    /** In a root of its own. Somebody holds the socket and starts the program again, as systemd does. */
    private void install() throws Exception {
        for (String place : List.of("opt", "etc/nginx", "etc/nginx/conf.d", "run/app", "run/app-status", "var/log/app")) {
            Daemon.open(directory.resolve(place));
        }
        typeAsRoot(command("cp -r target/image "));
        typeAsRoot(command("cp deploy/nginx-app.conf "));
        Path socket = directory.resolve("run/app/app.sock");
        try (Child systemd = Child.start(directory, unit(), words(APP, directory, "umask 0 && exec '" + Peer.PERL.path()
                        + "' '" + Resource.copy("successors.pl", directory) + "' 'unix:" + socket + "' opt/app/bin/app"));
                Daemon nginx = start(nginx(), "nginx -p \"$PWD\" -c nginx.conf -e stderr",
                        () -> Daemon.listens(port) && systemd.stdout().contains("pid "));
                Traffic traffic = traffic()) {
            int versions = replaceForAWhile(systemd, traffic);
            List<String> failures = traffic.end();
            new Report(StarterDeploymentIT.class, "The starter, replaced under load").line(versions + " versions, "
                    + traffic.requests() + " requests, " + failures.size() + " failed, the slowest took "
                    + traffic.longest().toMillis() + " ms").write();
            assertEquals(List.of(), failures, nginx.log());
            String status = type(directory, command("curl -H ").replace("127.0.0.1", "127.0.0.1:" + port));
            assertTrue(status.contains("total processes:"), status);
            systemd.terminate();
            assertEquals(0, systemd.exitStatus(), systemd.stderr());
            assertEquals("", systemd.complaints());
        }
    }

    /** {@return the directory of an nginx that has the file of the README in its own} */
    private Path nginx() throws Exception {
        Path nginx = directory.resolve("etc/nginx");
        String try_ = Files.readString(project.resolve("nginx.conf"));
        int server = try_.indexOf("    server {");
        Files.writeString(nginx.resolve("nginx.conf"), try_.substring(0, server) + "    include conf.d/*.conf;\n}\n");
        Path site = nginx.resolve("conf.d/app.conf");
        replace(site, "listen 80;", "listen 127.0.0.1:" + port + ";");
        replace(site, "unix:/run", "unix:" + directory.resolve("run"));
        Files.createSymbolicLink(nginx.resolve("fastcgi_params"), Path.of("/etc/nginx/fastcgi_params"));
        return nginx;
    }

    private int replaceForAWhile(Child systemd, Traffic traffic) throws Exception {
        long end = System.nanoTime() + TIME.toNanos();
        int versions = 1;
        traffic.await(ANSWERS);
        while (System.nanoTime() < end || versions < 4) {
            typeAsRoot(command("cp -r target/image /opt/app.new"));
            typeAsRoot(command("mv /opt/app "));
            typeAsRoot(command("mv /opt/app.new "));
            long pid = lastPid(systemd);
            ProcessHandle.of(pid).orElseThrow().destroy();
            systemd.awaitOutput("ended " + pid + " 143\n");
            traffic.await(ANSWERS);
            typeAsRoot(command("rm -r /opt/app.old"));
            versions++;
        }
        return versions;
    }

    private static long lastPid(Child systemd) throws Exception {
        return systemd.stdout().lines()
                .filter(line -> line.startsWith("pid "))
                .mapToLong(line -> Long.parseLong(line.substring(4)))
                .reduce((one, next) -> next)
                .orElseThrow();
    }

    private Traffic traffic() {
        URI server = URI.create("http://127.0.0.1:" + port);
        byte[] form = """
                --boundary\r
                Content-Disposition: form-data; name="file"; filename="a.txt"\r
                \r
                12345\r
                --boundary--\r
                """.getBytes(StandardCharsets.US_ASCII);
        return new Traffic(Browser.of(server::resolve, "multipart/form-data; boundary=boundary"), CLIENTS, PAUSE, List.of(
                new Exchange("/upload", form, "a.txt: 5 bytes\n"),
                new Exchange("/events", null, "data: 1\n\ndata: 2\n\ndata: 3\n\ndata: 4\n\ndata: 5\n\nevent: end\ndata: \n\n")));
    }

    // ---- commands

    private static boolean listens(Path socket) throws Exception {
        return Files.exists(socket) && Daemon.listens(UnixDomainSocketAddress.of(socket));
    }

    private static void replace(Path file, String old, String by) throws Exception {
        Files.writeString(file, WebServer.replace(Files.readString(file), old, by));
    }

    private Daemon start(Path where, String command, Callable<Boolean> serves) throws Exception {
        return Daemon.start(directory, environment(), where.resolve("none"), serves, words(NOBODY, where, "exec " + command));
    }

    private String type(Path where, String command) throws Exception {
        return output(words(NOBODY, where, command));
    }

    /** In the root of this test, that is. */
    private void typeAsRoot(String command) throws Exception {
        output("/bin/sh", "-c", "cd \"$0\" && " + command.replaceAll(" /(?=opt|etc)", " ../"), project.toString());
    }

    private String output(String... words) throws Exception {
        try (Child child = Child.start(directory, environment(), words)) {
            assertEquals(0, child.exitStatus(), child.stderr());
            return child.stdout();
        }
    }

    /** As an ordinary user: that one, or who runs the test. */
    private static String[] words(String user, Path where, String command) {
        List<String> words = new ArrayList<>();
        if (isRoot()) {
            words.addAll(List.of(Peer.SETPRIV.path(), "--reuid", user, "--regid", user, "--clear-groups"));
        }
        words.addAll(List.of("/bin/sh", "-c", "cd \"$0\" && " + command, where.toString()));
        return words.toArray(String[]::new);
    }

    private static Map<String, String> environment() {
        return Map.of("PATH", System.getenv("PATH") + ":/usr/sbin");
    }

    /** {@return the environment that systemd gives to the program} */
    private Map<String, String> unit() {
        return Map.of("FCGI_WEB_SERVER_USERS", isRoot() ? "nobody" : System.getProperty("user.name"),
                "RUNTIME_DIRECTORY", directory.resolve("run/app-status").toString(),
                "LOGS_DIRECTORY", directory.resolve("var/log/app").toString());
    }

    private static boolean isRoot() {
        return System.getProperty("user.name").equals("root");
    }
}
