package dev.fcgi.examples.cli;

import com.sun.net.httpserver.HttpHandler;
import dev.fcgi.client.FcgiClient;
import dev.fcgi.httpserver.FcgiGateway;
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
        description = "For development: no TLS, and not made for the open network.",
        footer = {
            "",
            "Examples:",
            "  fcgi front unix:/run/app.sock",
            "  fcgi front unix:/run/php/php-fpm.sock --root /srv/www --front-controller /index.php"
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
            description = "Serve this directory: PHP scripts by the server, other files as they are. Without it the "
                    + "server gets everything.")
    private Path root;

    @Option(names = "--script-root", paramLabel = "DIR", order = 12,
            description = "Where that directory is on the server's machine. Default: the same.")
    private String scriptRoot;

    @Option(names = "--front-controller", paramLabel = "SCRIPT", order = 13,
            description = "What answers where there is no file, such as /index.php.")
    private String frontController;

    @Override
    public Integer call() throws Exception {
        if (root == null && (scriptRoot != null || frontController != null)) {
            throw new IllegalArgumentException("--script-root and --front-controller need --root");
        }
        try (FcgiClient client = server.client().maxConnections(MAX_CONNECTIONS).build();
                HttpFront front = HttpFront.start(listen, handler(client))) {
            fcgi.console().println(front.url() + " -> " + server.address);
            new CountDownLatch(1).await(); // SIGINT and SIGTERM end the process
            return ExitStatus.OK;
        }
    }

    private HttpHandler handler(FcgiClient client) {
        FcgiGateway.Builder gateway = FcgiGateway.builder(client);
        if (root == null) {
            gateway.everything();
        } else {
            gateway.documentRoot(root);
        }
        if (scriptRoot != null) {
            gateway.scriptRoot(scriptRoot);
        }
        if (frontController != null) {
            gateway.frontController(frontController);
        }
        return gateway.build();
    }
}
