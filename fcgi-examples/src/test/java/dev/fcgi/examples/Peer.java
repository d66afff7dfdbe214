package dev.fcgi.examples;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Prerequisites of tests: foreign programs, their libraries, privileges. Only this class knows where they are, so that
 * no test starts one without checking: if it is missing, the test is skipped, and the build says so at its end
 * (src/build/TestReport.java). With {@code FCGI_REQUIRE_PEERS=1} it fails instead, except for what {@code
 * FCGI_WITHOUT_PEERS} names because the system has no such thing.
 */
enum Peer {
    APACHE("apache2", "apache2-bin"),
    CADDY("caddy", "caddy"),
    CGI_FCGI("cgi-fcgi", "libfcgi-bin"),
    /** The plugin of Nagios, Icinga and others. */
    CHECK_HTTP("check_http", "monitoring-plugins-basic"),
    CHROMEDRIVER("chromedriver", "chromium-driver"),
    CHROMIUM("chromium", "chromium"),
    COLLECTD("collectd", "collectd-core"),
    CURL("curl", "curl"),
    FCGIWRAP("fcgiwrap", "fcgiwrap"),
    GIT("git", "git"),
    GO("go", "golang-go"),
    GOACCESS("goaccess", "goaccess"),
    H2O("h2o", "h2o"),
    HAPROXY("haproxy", "haproxy"),
    IP("ip", "iproute2"),
    LIGHTTPD("lighttpd", "lighttpd"),
    NGINX("nginx", "nginx-light"),
    PERL("perl", "perl"),
    /** Its name has the version of PHP in Debian. */
    PHP_FPM("php-fpm", "php-fpm", Stream.concat(Stream.of("php-fpm"), IntStream.rangeClosed(74, 99)
            .map(i -> 99 + 74 - i).mapToObj(i -> "php-fpm" + i / 10 + '.' + i % 10)).toList()),
    SPAWN_FCGI("spawn-fcgi", "spawn-fcgi"),
    UWSGI("uwsgi", "uwsgi-core uwsgi-plugin-psgi"),
    SYSTEMD_ANALYZE("systemd-analyze", "systemd"),
    SYSTEMD_SOCKET_ACTIVATE("systemd-socket-activate", "systemd"),

    APACHE_FCGID("mod_fcgid", "libapache2-mod-fcgid", List.of("sh"), "-c",
            "test -f /usr/lib/apache2/modules/mod_fcgid.so"),
    DOKUWIKI("dokuwiki", "dokuwiki", List.of("sh"), "-c", "test -f /usr/share/dokuwiki/doku.php"),
    LIBFCGI("gcc and libfcgi", "gcc libc6-dev libfcgi-dev", List.of("gcc"), "-fsyntax-only", "-include",
            "fcgi_stdio.h", "-x", "c", "/dev/null"),
    PERL_CGI_FAST("CGI::Fast", "libcgi-fast-perl", List.of("perl"), "-MCGI::Fast", "-e", "1"),
    PERL_FCGI("FCGI", "libfcgi-perl", List.of("perl"), "-MFCGI", "-e", "1"),
    PERL_FCGI_CLIENT("FCGI::Client", "libfcgi-client-perl", List.of("perl"), "-MFCGI::Client", "-e", "1"),
    PERL_NET_ASYNC("Net::Async::FastCGI", "libnet-async-fastcgi-perl", List.of("perl"), "-MNet::Async::FastCGI", "-e",
            "1"),

    PHP_STATUS_PAGE("status.html of PHP-FPM", "php-fpm", List.of("sh"), "-c", "ls /usr/share/php/*/fpm/status.html"),
    PROMETHEUS("prometheus_client", "python3-prometheus-client", List.of("python3"), "-c",
            "import prometheus_client.openmetrics.parser"),

    /** Not a Debian package: a capability of the machine. */
    DESCRIPTORS("11000 file descriptors", null, List.of("sh"), "-c",
            "test $(ulimit -Hn) = unlimited || test $(ulimit -Hn) -ge 11000"),
    NAMESPACES("network namespaces", null, List.of("unshare"), "--net", "--mount", "true"),
    SETPRIV("programs of other users", null, List.of("setpriv"), "--reuid", "65534", "--regid", "65534",
            "--clear-groups", "true");

    private static final String PLACES = System.getenv("PATH") + ":/usr/local/sbin:/usr/sbin:/sbin:/usr/lib/nagios/plugins";

    private final String title;
    private final String packages;
    private final List<String> programs;
    private final List<String> trial;
    /** Guarded by this; null before the first check. */
    private Optional<String> found;

    Peer(String program, String packages) {
        this(program, packages, List.of(program));
    }

    /**
     * Describes a peer.
     *
     * @param packages of Debian, or null
     * @param programs the names that the program may have
     * @param trial arguments with which the program must succeed, if any
     */
    Peer(String title, String packages, List<String> programs, String... trial) {
        this.title = title;
        this.packages = packages;
        this.programs = programs;
        this.trial = List.of(trial);
    }

    /** {@return the path of the program} If it is missing, the test is skipped. */
    String path() {
        require(this);
        return find().orElseThrow();
    }

    /** Runs it to its end, which must be successful. */
    void run(String... arguments) throws IOException, InterruptedException {
        run(path(), List.of(arguments));
    }

    private static void run(String program, List<String> arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(program));
        command.addAll(arguments);
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes());
        if (process.waitFor() != 0) {
            throw new IOException(command + ": " + output);
        }
    }

    /** For preparations of tests that each require it, because a skipped class would not be counted. */
    static boolean areThere(Peer... peers) {
        return Stream.of(peers).allMatch(peer -> peer.find().isPresent());
    }

    /** Skips the test unless all are present, and names those that are missing; called first in a test. */
    static void require(Peer... peers) {
        List<Peer> missing = Stream.of(peers).filter(peer -> peer.find().isEmpty()).toList();
        if (missing.isEmpty()) {
            return;
        }
        String message = missing.stream().map(Peer::toString).collect(Collectors.joining("; "));
        List<String> unheardOf = List.of(System.getenv().getOrDefault("FCGI_WITHOUT_PEERS", "").split(" "));
        if ("1".equals(System.getenv("FCGI_REQUIRE_PEERS"))
                && !missing.stream().allMatch(peer -> unheardOf.contains(peer.title))) {
            fail(message);
        }
        abort(message);
    }

    /**
     * Fails for a command that runs a peer without having required it, or a program that should be a peer and is not.
     */
    static void check(List<String> command) {
        List<String> foreign = command.stream().filter(word -> !isOurs(word)).toList();
        for (String word : foreign) {
            String name = word.substring(word.lastIndexOf('/') + 1);
            boolean asked = Stream.of(values()).anyMatch(peer -> peer.find().equals(Optional.of(word)));
            boolean peer = Stream.of(values()).anyMatch(one -> one.trial.isEmpty() && one.programs.contains(name));
            if (!asked && (peer || word.equals(command.get(0)))) {
                throw new AssertionError(word + " comes from no Peer: " + command);
            }
        }
    }

    /** {@return whether it is of the image, made by the tests themselves, or of POSIX} */
    private static boolean isOurs(String word) {
        return word.startsWith(System.getProperty("fcgi.image") + "/")
                || word.startsWith(System.getProperty("java.io.tmpdir") + "/")
                || List.of("/bin/sh", "/usr/bin/env").contains(word);
    }

    private synchronized Optional<String> find() {
        if (found == null) {
            found = programs.stream()
                    .flatMap(name -> Stream.of(PLACES.split(":")).map(directory -> Path.of(directory, name)))
                    .filter(Files::isExecutable)
                    .map(Path::toString)
                    .filter(this::works) // of several of one name, some may be without a library
                    .findFirst();
        }
        return found;
    }

    private boolean works(String program) {
        try {
            if (!trial.isEmpty()) {
                run(program, trial);
            }
            return true;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public String toString() {
        return "no " + title + (packages == null ? " (a matter of rights)" : " (Debian: " + packages + ")");
    }
}
