package dev.fcgi.examples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A PHP-FPM of our own: own configuration, own socket, in the foreground. */
final class PhpFpm implements AutoCloseable {
    private static final String CONFIGURATION = """
            [global]
            error_log = %1$s/fpm.log
            daemonize = no
            [pool]
            user = %2$s
            listen = %1$s/fpm
            pm = static
            pm.max_children = 2
            pm.status_path = /status
            ping.path = /ping
            php_admin_flag[log_errors] = on
            php_admin_value[post_max_size] = 0
            php_admin_value[output_buffering] = 0
            """;

    private final Child child;
    private final Path directory;
    private final String script;

    private PhpFpm(Child child, Path directory, String script) {
        this.child = child;
        this.directory = directory;
        this.script = script;
    }

    static PhpFpm start(Path directory) throws Exception {
        String program = program();
        Path file = Files.writeString(directory.resolve("fpm.conf"),
                CONFIGURATION.formatted(directory, System.getProperty("user.name")));
        Child child = Child.start(directory, Map.of(), program, "-n", "-F", "-R", "-y", file.toString());
        PhpFpm started = new PhpFpm(child, directory, Resource.copy("peer.php", directory));
        try {
            Await.until("PHP-FPM listens", () -> {
                if (!child.isAlive()) {
                    throw new AssertionError("PHP-FPM ended: " + child.stderr());
                }
                return Files.exists(directory.resolve("fpm.log"))
                        && Files.readString(directory.resolve("fpm.log")).contains("ready to handle connections");
            });
            return started;
        } catch (Throwable e) {
            child.close();
            throw e;
        }
    }

    /** The program has its version in its name. */
    private static String program() throws IOException {
        for (String place : List.of("/usr/sbin", "/usr/local/sbin")) {
            try (Stream<Path> files = Files.list(Path.of(place))) {
                List<Path> found = files.filter(file -> file.getFileName().toString().startsWith("php-fpm")).toList();
                if (!found.isEmpty()) {
                    return found.get(0).toString();
                }
            }
        }
        return Peers.require("php-fpm");
    }

    String address() {
        return "unix:" + directory.resolve("fpm");
    }

    String script() {
        return script;
    }

    /** Asks it to end first: killed, it would leave workers behind, for it replaces those that are killed before it. */
    @Override
    public void close() {
        child.terminate();
        try {
            child.exitStatus();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            child.close();
        }
    }
}
