package dev.fcgi.examples.cli;

import dev.fcgi.client.ClientRequest;
import dev.fcgi.client.ClientResponse;
import dev.fcgi.client.FcgiClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code fcgi top}: what a server is doing, and for how long. */
@Command(name = "top", sortOptions = false,
        header = "Shows what a server is doing, and for how long.",
        description = "Regularly reads the status page of PHP-FPM (pm.status_path) or of an fcgi server (statusListen) "
                + "and shows what is running, the longest first. Ends with Ctrl-C.",
        footer = {
            "",
            "Examples:",
            "  fcgi top unix:/run/app-status.sock",
            "  fcgi top unix:/run/php/php-fpm.sock --status /status --interval 5",
            "  fcgi top 127.0.0.1:9001 -n 1"
        })
final class TopCommand implements Callable<Integer> {
    private static final String CLEAR = "\u001b[H\u001b[2J";

    @ParentCommand
    private Fcgi fcgi;

    @Mixin
    private ServerOptions server;

    @Mixin
    private RequestOptions request;

    @Option(names = "--status", paramLabel = "PATH", defaultValue = "/status", order = 1,
            description = "The status page. Default: ${DEFAULT-VALUE}.")
    private String status;

    @Option(names = "--interval", paramLabel = "TIME", defaultValue = "2", order = 2,
            description = "The time between two updates: seconds, or with a unit (500ms, 2m). Default: ${DEFAULT-VALUE}.")
    private Duration interval;

    @Option(names = {"-n", "--count"}, paramLabel = "N", order = 3,
            description = "Print N tables below each other and end.")
    private Integer count;

    @Option(names = "--rows", paramLabel = "N", defaultValue = "20", order = 4,
            description = "How many requests to show. Default: ${DEFAULT-VALUE}.")
    private int rows;

    @Override
    @SuppressWarnings("try") // the termination is only ended
    public Integer call() throws Exception {
        try (FcgiClient client = server.client().build();
                Termination termination = new Termination(() -> true)) {
            StatusFields before = null;
            long looked = 0;
            for (int i = 0; count == null || i < count; i++) {
                if (i > 0) {
                    Thread.sleep(interval.toMillis());
                }
                long now = System.nanoTime();
                StatusFields fields = look(client);
                fcgi.console().println((count == null ? CLEAR : "") + table(fields, before, now - looked));
                before = fields;
                looked = now;
            }
            return ExitStatus.OK;
        }
    }

    private StatusFields look(FcgiClient client) throws IOException, Failure {
        String page = status + (status.contains("?") ? "&full" : "?full");
        try (ClientResponse response = ServerOptions.send(client,
                ClientRequest.responder().params(request.paramsOfStatusPage(page)).build())) {
            int code = response.head().status();
            if (code >= 400) {
                throw new Failure(ExitStatus.HTTP, page + " returned status " + code);
            }
            StatusFields fields = StatusFields.parse(new String(response.body().readAllBytes(), StandardCharsets.UTF_8));
            response.end();
            if (fields.number("active processes") < 0) {
                throw new Failure(ExitStatus.FAILED, page + " is not a status page");
            }
            return fields;
        }
    }

    private String table(StatusFields fields, StatusFields before, long nanos) {
        StringBuilder table = new StringBuilder();
        String rate = before == null ? "-" : String.format(Locale.ROOT, "%.1f",
                (fields.number("accepted conn") - before.number("accepted conn")) * 1e9 / nanos);
        table.append(String.format(Locale.ROOT, "%s, up %s; %d of %d active, at most %d; %s a second%n",
                fields.text("pool"), upTime(fields.number("start since")), fields.number("active processes"),
                fields.number("total processes"), fields.number("max active processes"), rate));
        table.append(String.format(Locale.ROOT, "queue %d, at most %d; limit reached %d times; slow %d%n%n",
                fields.number("listen queue"), fields.number("max listen queue"), fields.number("max children reached"),
                fields.number("slow requests")));
        table.append(String.format(Locale.ROOT, "%12s  %-15s  %10s  %-7s  %s", "pid", "state", "seconds", "method", "uri"));
        List<Map<String, String>> running = fields.processes().stream()
                .filter(process -> !"Idle".equals(process.get("state")))
                .sorted(Comparator.comparing((Map<String, String> process) ->
                        StatusFields.number(process, "request duration")).reversed())
                .limit(rows).toList();
        for (Map<String, String> process : running) {
            table.append(String.format(Locale.ROOT, "%n%12s  %-15s  %10.3f  %-7s  %s", process.get("pid"),
                    process.get("state"), StatusFields.number(process, "request duration") / 1e6,
                    process.get("request method"), process.getOrDefault("request URI", "-")));
        }
        return table.toString();
    }

    private static String upTime(long seconds) {
        Duration time = Duration.ofSeconds(Math.max(0, seconds));
        return (time.toDays() > 0 ? time.toDays() + "d " : "") + String.format(Locale.ROOT, "%d:%02d:%02d",
                time.toHoursPart(), time.toMinutesPart(), time.toSecondsPart());
    }
}
