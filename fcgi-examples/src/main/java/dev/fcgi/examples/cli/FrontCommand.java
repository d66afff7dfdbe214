package dev.fcgi.examples.cli;

import dev.fcgi.client.FcgiClient;
import dev.fcgi.httpserver.FcgiGateway;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code fcgi front}: FastCGI servers in a browser, without a web server. */
@Command(name = "front", sortOptions = false,
        header = "Puts an HTTP server in front of a FastCGI server, until it is interrupted.",
        description = "For development: it has no TLS and is not meant for public networks. On SIGTERM or Ctrl-C it "
                + "finishes what it has begun, for up to 5 seconds: exit status 0, or 1 if something was not finished.",
        footer = {
            "",
            "Examples:",
            "  fcgi front unix:/run/app.sock",
            "  fcgi front unix:/run/php/php-fpm.sock --root /srv/www --front-controller /index.php",
            "  fcgi front unix:/run/fcgiwrap.socket --root /usr/lib/cgi-bin --scripts .cgi,.pl,.sh",
            "  fcgi front unix:/run/fcgiwrap.socket --script /usr/lib/git-core/git-http-backend"
                    + " --param GIT_PROJECT_ROOT=/srv/git --param GIT_HTTP_EXPORT_ALL="
        })
final class FrontCommand implements Callable<Integer> {
    private static final int MAX_CONNECTIONS = 256;
    private static final Duration GRACE = Duration.ofSeconds(5);

    @ParentCommand
    private Fcgi fcgi;

    @Mixin
    private ServerOptions server;

    @Option(names = "--listen", paramLabel = "HOST:PORT", defaultValue = "127.0.0.1:8080", order = 10,
            description = "Where to listen for HTTP; *:PORT is all interfaces, port 0 a free one. Default: "
                    + "${DEFAULT-VALUE}.")
    private InetSocketAddress listen;

    @Option(names = "--root", paramLabel = "DIR", order = 11,
            description = "Serve this directory: the server runs scripts, other files are sent unchanged. Without it the "
                    + "server gets all requests.")
    private Path root;

    @Option(names = "--script-root", paramLabel = "DIR", order = 12,
            description = "The path of that directory on the server's machine. Default: the same.")
    private String scriptRoot;

    @Option(names = "--front-controller", paramLabel = "SCRIPT", order = 13,
            description = "The script for paths without a file, such as /index.php.")
    private String frontController;

    @Option(names = "--scripts", paramLabel = "SUFFIX", split = ",", order = 14,
            description = "The suffixes of scripts, such as .cgi,.pl. Default: .php.")
    private String[] scripts;

    @Option(names = "--index", paramLabel = "NAME", split = ",", order = 15,
            description = "The index files of a directory; the first that exists is used. Default: index.php,index.html.")
    private String[] index;

    @Option(names = "--follow-links", order = 16,
            description = "Also follow symbolic links that lead out of the directory.")
    private boolean followLinks;

    @Option(names = "--script", paramLabel = "FILE", order = 20,
            description = "SCRIPT_FILENAME of all requests: one program that handles everything, for instance with fcgiwrap.")
    private String script;

    @Option(names = "--script-name", paramLabel = "NAME", order = 21,
            description = "SCRIPT_NAME: the path of the application, such as /app; other paths get a 404. Default: at /.")
    private String scriptName;

    @Option(names = "--param", paramLabel = "NAME=VALUE", order = 22,
            description = "Set a FastCGI parameter of all requests, replacing its default; repeatable.")
    private Map<String, String> params = new LinkedHashMap<>();

    @Mixin
    private CallLog log;

    @Override
    @SuppressWarnings("try") // the termination is only ended
    public Integer call() throws Exception {
        boolean forFiles = scriptRoot != null || frontController != null || scripts != null || index != null
                || followLinks;
        if (root == null && forFiles) {
            throw new IllegalArgumentException(
                    "--script-root, --front-controller, --scripts, --index and --follow-links need --root");
        }
        if (root != null && (script != null || scriptName != null)) {
            throw new IllegalArgumentException("--script and --script-name cannot be used together with --root");
        }
        if (root != null && !Files.isDirectory(root)) {
            throw new IllegalArgumentException("--root " + root + " is not a directory");
        }
        try (FcgiClient client = log.watch(server.client().maxConnections(MAX_CONNECTIONS), fcgi.console().err()).build();
                HttpFront front = HttpFront.start(listen, gateway(client)::handle);
                Termination termination = new Termination(() -> front.shutdown(GRACE))) {
            fcgi.console().println(front.url() + " -> " + server.address);
            new CountDownLatch(1).await();
            return ExitStatus.OK;
        }
    }

    private FcgiGateway gateway(FcgiClient client) {
        FcgiGateway.Builder gateway = FcgiGateway.builder(client);
        if (root == null) {
            gateway.passAllRequests(scriptName == null ? "" : scriptName);
        } else {
            gateway.documentRoot(root);
        }
        if (scriptRoot != null) {
            gateway.scriptRoot(scriptRoot);
        }
        if (frontController != null) {
            gateway.frontController(frontController);
        }
        if (scripts != null) {
            gateway.scriptSuffixes(scripts);
        }
        if (index != null) {
            gateway.indexFiles(index);
        }
        gateway.followLinks(followLinks);
        if (script != null) {
            gateway.param("SCRIPT_FILENAME", script);
        }
        params.forEach(gateway::param);
        return gateway.build();
    }
}
