package dev.fcgi.examples.cli;

import dev.fcgi.client.CgiParams;
import dev.fcgi.client.ClientRequest;
import dev.fcgi.client.ClientResponse;
import dev.fcgi.client.FcgiClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code fcgi ping}: is a server healthy? */
@Command(name = "ping", sortOptions = false,
        header = "Checks the health of a server.",
        description = "Requests a page of an application at /, or of PHP-FPM: the latter without --path, with "
                + "--status, and with --script. Ends with status 0 when the HTTP status is below 400, with 22 otherwise.",
        footer = {
            "",
            "Examples:",
            "  fcgi ping unix:/run/php/php-fpm.sock --expect pong",
            "  fcgi ping unix:/run/php/php-fpm.sock --status /status --max-queue 10",
            "  fcgi ping unix:/run/php/php-fpm.sock --path /alive --script /alive",
            "  fcgi ping unix:/run/app.sock --path /hello?from=ping --timeout 500ms"
        })
final class PingCommand implements Callable<Integer> {
    @ParentCommand
    private Fcgi fcgi;

    @Mixin
    private ServerOptions server;

    @Option(names = "--path", paramLabel = "PATH", order = 1,
            description = "The page to request, as in a URL. Default: PHP-FPM's, /ping (ping.path).")
    private String path;

    @Mixin
    private RequestOptions request;

    @Option(names = "--expect", paramLabel = "TEXT", order = 2, description = "What the page must contain.")
    private String expected;

    @Option(names = "--status", paramLabel = "PATH", order = 20,
            description = "PHP-FPM's status page (pm.status_path), which is also printed: PATH, or PATH?json and similar.")
    private String status;

    @Option(names = "--max-queue", paramLabel = "N", order = 21,
            description = "With --status: unhealthy when the listen queue is longer.")
    private Integer maxQueue;

    @Option(names = "--max-active", paramLabel = "N", order = 22,
            description = "With --status: unhealthy when more processes are active, or requests in flight.")
    private Integer maxActive;

    @Option(names = "--min-idle", paramLabel = "N", order = 23,
            description = "With --status: unhealthy when fewer processes are idle, or places for requests free.")
    private Integer minIdle;

    @Option(names = "--max-slow", paramLabel = "N", order = 24,
            description = "With --status: unhealthy after more slow requests.")
    private Integer maxSlow;

    @Option(names = "--max-accepted", paramLabel = "N", order = 25,
            description = "With --status: unhealthy after more accepted connections, or requests: time for a restart.")
    private Integer maxAccepted;

    @Override
    public Integer call() throws Exception {
        List<Threshold> thresholds = List.of(Threshold.most("listen queue", maxQueue),
                Threshold.most("active processes", maxActive), Threshold.least("idle processes", minIdle),
                Threshold.most("slow requests", maxSlow), Threshold.most("accepted conn", maxAccepted));
        if (status == null && thresholds.stream().anyMatch(threshold -> threshold.limit() != null)) {
            throw new IllegalArgumentException("a threshold needs --status");
        }
        try (FcgiClient client = server.client().build()) {
            long start = System.nanoTime();
            String page = path == null ? "/ping" : path;
            String answer = get(client, page,
                    path == null ? request.paramsOfStatusPage(page) : request.params(page, false, null));
            double milliseconds = (System.nanoTime() - start) / 10_000 / 100.0;
            if (expected != null && !answer.contains(expected)) {
                throw new Failure(ExitStatus.FAILED, page + " does not contain '" + expected + "'");
            }
            fcgi.console().println(page + ": ok, " + milliseconds + " ms");
            if (status != null) {
                String text = get(client, status, request.paramsOfStatusPage(status));
                fcgi.console().println(text.stripTrailing());
                StatusFields fields = StatusFields.parse(text);
                for (Threshold threshold : thresholds) {
                    threshold.check(fields, status);
                }
            }
            return ExitStatus.OK;
        }
    }

    private static String get(FcgiClient client, String page, CgiParams params) throws IOException, Failure {
        try (ClientResponse response =
                ServerOptions.send(client, ClientRequest.responder().params(params).build())) {
            int code = response.head().status();
            if (code >= 400) {
                throw new Failure(ExitStatus.HTTP, page + " returned status " + code);
            }
            String body = new String(response.body().readAllBytes(), StandardCharsets.UTF_8);
            response.end();
            return body;
        }
    }
}
