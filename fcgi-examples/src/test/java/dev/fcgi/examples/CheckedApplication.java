package dev.fcgi.examples;

import dev.fcgi.examples.check.ApplicationSubject;
import dev.fcgi.examples.check.Page;
import dev.fcgi.examples.check.Result;
import dev.fcgi.examples.check.Suite;
import dev.fcgi.examples.check.TestCase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The applications for the conformance suite, each on a Unix socket. */
enum CheckedApplication {
    LIBFCGI("libfcgi", "dpkg-query -W -f '${Version}' libfcgi-dev", Peer.LIBFCGI),
    PHP_FPM("PHP-FPM", "%s -v | sed -n '1s/^PHP \\([^ ]*\\).*/\\1/p'", Peer.PHP_FPM),
    GO("Go", "%s version | sed 's/go version go\\([^ ]*\\).*/\\1/'", Peer.GO),
    PERL_FCGI("FCGI (Perl)", "%s -MFCGI -e 'print FCGI->VERSION'", Peer.PERL, Peer.PERL_FCGI),
    NET_ASYNC("Net::Async::FastCGI", "%s -MNet::Async::FastCGI -e 'print Net::Async::FastCGI->VERSION'", Peer.PERL,
            Peer.PERL_NET_ASYNC),
    UWSGI("uWSGI", "%s --version", Peer.UWSGI),
    OURS("fcgi-core", null);

    private static final String FPM = """
            [global]
            daemonize = no
            error_log = %1$s/fpm.log
            [pool]
            user = %2$s
            listen = %1$s/s
            pm = static
            pm.max_children = 2
            """;

    private final String title;
    private final String version;
    private final Peer[] peers;

    CheckedApplication(String title, String version, Peer... peers) {
        this.title = title;
        this.version = version;
        this.peers = peers;
    }

    @Override
    public String toString() {
        return title;
    }

    Peer[] peers() {
        return peers;
    }

    private String program() {
        return peers[0].path();
    }

    String version(Path directory) throws Exception {
        if (this == OURS) {
            return "";
        }
        try (Child child = Child.start(directory, Map.of(), "/bin/sh", "-c", version.formatted(program()))) {
            child.exitStatus();
            return child.stdout().strip();
        }
    }

    /** {@return the command that starts it} {addr} is to be unix: and the path of {@code directory/s}. */
    private String command(Path directory) throws Exception {
        String socket = directory.resolve("s").toString();
        String removed = "rm -f " + socket + "; exec ";
        String program = directory.resolve("program").toString();
        return switch (this) {
            case OURS -> "exec " + Image.program("playground") + " {addr}";
            case LIBFCGI -> {
                Peer.LIBFCGI.run("-std=c99", "-o", program, Resource.copy("check.c", directory), "-lfcgi");
                yield removed + program + " " + socket;
            }
            case GO -> {
                GoProgram.build(directory, Resource.copy("check.go", directory), program);
                yield removed + program + " " + socket;
            }
            case PERL_FCGI -> removed + program() + " " + Resource.copy("check-fcgi.pl", directory) + " " + socket;
            case NET_ASYNC -> removed + program() + " " + Resource.copy("check-async.pl", directory) + " " + socket
                    + " 2>/dev/null";
            case UWSGI -> removed + program() + " --plugin psgi --psgi " + Resource.copy("check.psgi", directory)
                    + " --fastcgi-socket " + socket
                    + " --buffer-size 65535 --master --processes 2 --die-on-term 2>/dev/null";
            case PHP_FPM -> {
                Path configuration = Files.writeString(directory.resolve("fpm.conf"),
                        FPM.formatted(directory, System.getProperty("user.name")));
                yield removed + program() + " -R -n -F -y " + configuration + " 2>/dev/null";
            }
        };
    }

    /** Runs the suite on it. */
    List<Result> check(Path directory, Duration timeout) throws Exception {
        return check(directory, "unix:" + directory.resolve("s"), timeout);
    }

    List<Result> check(Path directory, String address, Duration timeout) throws Exception {
        String script = this == PHP_FPM ? Resource.copy("check.php", directory) : null;
        String page = this == OURS ? "/hello" : "/page";
        List<Result> results = new ArrayList<>();
        try (ApplicationSubject subject = new ApplicationSubject(address, new Page(page, script),
                new Page("/echo", script), command(directory))) {
            Suite.APPLICATIONS.run(subject, timeout, new Suite.Listener() {
                @Override
                public void begins(TestCase<?> testCase) {}

                @Override
                public void ended(Result result) {
                    results.add(result);
                }
            });
        }
        return results;
    }
}
