package dev.fcgi.examples;

import dev.fcgi.cgi.CgiExchange;
import dev.fcgi.client.CgiParams;
import dev.fcgi.client.ClientRequest;
import dev.fcgi.client.ClientResponse;
import dev.fcgi.client.FcgiClient;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** A page that PHP-FPM makes; it is started with the first visit. */
final class DemoPhp implements AutoCloseable {
    private final Path directory;
    private final Path script;
    private final FcgiClient client;
    private Process process; // guarded by this

    /** @param directory for the script, the socket and the configuration */
    DemoPhp(Path directory) {
        this.directory = directory;
        script = directory.resolve("demo.php");
        client = FcgiClient.to("unix:" + directory.resolve("php.sock"));
    }

    void show(CgiExchange q) throws Exception {
        if (!start()) {
            Page.show(q, "PHP", "<p>There is no PHP-FPM on this machine, or it does not start. "
                    + "In Debian it is the package <code>php-fpm</code>.</p>\n");
            return;
        }
        CgiParams.Builder params = CgiParams.builder(q.method(), "/php").scriptFilename(script.toString());
        ClientRequest.Builder request = ClientRequest.responder();
        if (q.method().equals("POST")) {
            params.header("Content-Type", q.contentType());
            request.body(q.body(), q.contentLength());
        }
        try (ClientResponse response = client.send(request.params(params.build()).build())) {
            Page.show(q, "PHP", new String(response.body().readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    /** {@return whether it runs} */
    private synchronized boolean start() throws IOException, InterruptedException {
        Path program = process == null ? program() : null;
        if (program != null) {
            Files.writeString(script, DemoPages.resource("demo.php"));
            Path configuration = Files.writeString(directory.resolve("php-fpm.conf"), """
                    [global]
                    daemonize = no
                    error_log = %1$s/php-fpm.log
                    [demo]
                    listen = %1$s/php.sock
                    user = %2$s
                    pm = static
                    pm.max_children = 2
                    """.formatted(directory, System.getProperty("user.name")));
            // -n: whatever the php.ini of this machine says; -R: root may, in a container for instance
            process = new ProcessBuilder(program.toString(), "-n", "-R", "-F", "-y", configuration.toString())
                    .redirectErrorStream(true).redirectOutput(directory.resolve("php-fpm.out").toFile()).start();
            while (process.isAlive() && !Files.exists(directory.resolve("php.sock"))) {
                Thread.sleep(10);
            }
        }
        return process != null && process.isAlive();
    }

    /** Debian has its version in the name, and /usr/sbin is not on the path of everybody. */
    private static Path program() throws IOException {
        for (String place : (System.getenv("PATH") + File.pathSeparator + "/usr/sbin").split(File.pathSeparator)) {
            if (Files.isDirectory(Path.of(place))) {
                try (DirectoryStream<Path> programs = Files.newDirectoryStream(Path.of(place), "php-fpm*")) {
                    for (Path program : programs) {
                        return program;
                    }
                }
            }
        }
        return null;
    }

    @Override
    public synchronized void close() {
        client.close();
        if (process != null) {
            process.destroy();
            process.onExit().join();
        }
    }
}
