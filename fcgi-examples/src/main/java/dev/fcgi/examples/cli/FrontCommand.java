package dev.fcgi.examples.cli;

import com.sun.net.httpserver.HttpHandler;
import dev.fcgi.client.FcgiClient;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code fcgi front}: a browser for FastCGI servers without a web server. */
@Command(name = "front", sortOptions = false,
        header = "Puts an HTTP server in front of a FastCGI server, until it is interrupted.",
        description = "For development: no TLS, no static files.",
        footer = {
            "",
            "Examples:",
            "  fcgi front unix:/run/app.sock",
            "  fcgi front unix:/run/php/php-fpm.sock --listen 127.0.0.1:8081 --root /srv/www"
        })
final class FrontCommand implements Callable<Integer> {
    private static final int MAX_CONNECTIONS = 256;

    @ParentCommand
    private Fcgi fcgi;

    @Mixin
    private ServerOptions server;

    @Option(names = "--listen", paramLabel = "HOST:PORT", defaultValue = "127.0.0.1:8080", order = 10,
            description = "Where to listen for HTTP; *:PORT is all interfaces, port 0 a free one. Default: "
                    + "${DEFAULT-VALUE}.")
    private InetSocketAddress listen;

    @Option(names = "--root", paramLabel = "DIR", order = 11,
            description = "Where the scripts are on the server's machine (DOCUMENT_ROOT): SCRIPT_FILENAME becomes DIR "
                    + "and the path.")
    private Path root;

    @Override
    public Integer call() throws Exception {
        try (FcgiClient client = server.client().maxConnections(MAX_CONNECTIONS).build();
                HttpFront front = HttpFront.start(listen, handler(client))) {
            fcgi.console().println(front.url() + " -> " + server.address);
            new CountDownLatch(1).await(); // SIGINT and SIGTERM end the process
            return ExitStatus.OK;
        }
    }

    private HttpHandler handler(FcgiClient client) {
        return root == null ? HttpFront.application(client, "") : HttpFront.scripts(client, root);
    }
}
