package dev.fcgi.examples;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A PHP-FPM with its own configuration and socket, in the foreground. */
final class PhpFpm implements AutoCloseable {
    private static final String CONFIGURATION = """
            [global]
            daemonize = no
            error_log = %1$s/php-fpm.log
            [pool]
            user = %2$s
            listen = %1$s/php.sock
            %3$s
            pm.status_path = /status
            ping.path = /ping
            catch_workers_output = yes
            php_admin_value[session.save_path] = %1$s
            php_admin_value[upload_tmp_dir] = %1$s
            php_admin_value[upload_max_filesize] = 100M
            php_admin_value[post_max_size] = 0
            php_admin_value[output_buffering] = 0
            php_admin_value[error_log] =
            php_admin_value[log_errors] = 1
            """;

    private final Daemon daemon;
    private final Path directory;
    private final String script;

    private PhpFpm(Daemon daemon, Path directory, String script) {
        this.daemon = daemon;
        this.directory = directory;
        this.script = script;
    }

    static PhpFpm start(Path directory) throws Exception {
        return start(directory, "pm = static\npm.max_children = 4");
    }

    /** Starts it with these lines for the process manager, without the machine's php.ini. */
    static PhpFpm start(Path directory, String manager) throws Exception {
        return start(directory, manager, List.of("-n"));
    }

    /**
     * Starts it with the extensions of the machine.
     *
     * @param settings lines of the pool
     */
    static PhpFpm withExtensions(Path directory, String settings) throws Exception {
        return start(directory, "pm = static\npm.max_children = 4\n" + settings, List.of());
    }

    private static PhpFpm start(Path directory, String manager, List<String> options) throws Exception {
        Path configuration = directory.resolve("php-fpm.conf");
        Files.writeString(configuration, CONFIGURATION.formatted(directory,
                System.getProperty("user.name"), manager));
        Path log = directory.resolve("php-fpm.log");
        // -R: may run as root, as tests do in containers
        List<String> command = new ArrayList<>(List.of(Peer.PHP_FPM.path(), "-R", "-F", "-y", configuration.toString()));
        command.addAll(options);
        Daemon daemon = Daemon.start(directory, Map.of(), log,
                () -> Files.exists(log) && Files.readString(log).contains("ready to handle connections"),
                command.toArray(String[]::new));
        return new PhpFpm(daemon, directory, Resource.copy("peer.php", directory));
    }

    /** {@return the path of the script that the tests of the client call} */
    String script() {
        return script;
    }

    String address() {
        return "unix:" + directory.resolve("php.sock");
    }

    @Override
    public void close() {
        daemon.close();
    }
}
