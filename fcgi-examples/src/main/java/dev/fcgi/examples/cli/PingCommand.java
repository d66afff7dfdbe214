package dev.fcgi.examples.cli;

import dev.fcgi.client.CgiParams;
import dev.fcgi.client.ClientRequest;
import dev.fcgi.client.ClientResponse;
import dev.fcgi.client.FcgiClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code fcgi ping}: is a server healthy? */
@Command(name = "ping", sortOptions = false,
        header = "Checks the health of a server.",
        description = "Asks for a page, as both SCRIPT_NAME and SCRIPT_FILENAME, which is how PHP-FPM recognizes its "
                + "ping.path and pm.status_path. Ends with status 0 when the answer is below 400, with 22 otherwise.",
        footer = {
            "",
            "Examples:",
            "  fcgi ping unix:/run/php/php-fpm.sock --expect pong",
            "  fcgi ping unix:/run/php/php-fpm.sock --status /status --max-queue 10",
            "  fcgi ping unix:/run/app.sock --path /hello --timeout 500ms"
        })
final class PingCommand implements Callable<Integer> {
    private static final Pattern QUEUE = Pattern.compile("^listen queue:\\s*(\\d{1,9})\\s*$", Pattern.MULTILINE);

    @ParentCommand
    private Fcgi fcgi;

    @Mixin
    private ServerOptions server;

    @Option(names = "--path", paramLabel = "PATH", defaultValue = "/ping", order = 10,
            description = "The page to ask for. Default: ${DEFAULT-VALUE}.")
    private String path;

    @Option(names = "--expect", paramLabel = "TEXT", order = 11, description = "What the page must contain.")
    private String expected;

    @Option(names = "--status", paramLabel = "PATH", order = 20,
            description = "A status page to print, too, such as PHP-FPM's.")
    private String status;

    @Option(names = "--max-queue", paramLabel = "N", order = 21,
            description = "With --status: unhealthy when PHP-FPM's listen queue is longer.")
    private Integer maxQueue;

    @Override
    public Integer call() throws Exception {
        if (maxQueue != null && status == null) {
            throw new IllegalArgumentException("--max-queue needs --status");
        }
        try (FcgiClient client = server.client().build()) {
            long start = System.nanoTime();
            String answer = get(client, path);
            double milliseconds = (System.nanoTime() - start) / 10_000 / 100.0;
            if (expected != null && !answer.contains(expected)) {
                throw new Failure(ExitStatus.FAILED, path + " does not contain '" + expected + "'");
            }
            fcgi.console().println(path + ": ok, " + milliseconds + " ms");
            if (status != null) {
                String page = get(client, status);
                fcgi.console().println(page.stripTrailing());
                checkQueue(page);
            }
            return ExitStatus.OK;
        }
    }

    private static String get(FcgiClient client, String page) throws IOException, Failure {
        ClientRequest request = ClientRequest.responder()
                .params(CgiParams.of("GET", page).scriptFilename(page))
                .build();
        try (ClientResponse response = ServerOptions.send(client, request)) {
            int code = response.head().status();
            if (code >= 400) {
                throw new Failure(ExitStatus.HTTP, page + " answers with status " + code);
            }
            String body = new String(response.body().readAllBytes(), StandardCharsets.UTF_8);
            response.end();
            return body;
        }
    }

    private void checkQueue(String page) throws Failure {
        if (maxQueue == null) {
            return;
        }
        Matcher matcher = QUEUE.matcher(page);
        if (!matcher.find()) {
            throw new Failure(ExitStatus.FAILED, status + " tells no listen queue");
        }
        if (Integer.parseInt(matcher.group(1)) > maxQueue) {
            throw new Failure(ExitStatus.FAILED, "listen queue of " + matcher.group(1) + ", more than " + maxQueue);
        }
    }
}
