package dev.fcgi.examples.cli;

import dev.fcgi.client.ClientRequest;
import dev.fcgi.client.ClientResponse;
import dev.fcgi.client.FcgiClient;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code fcgi load}: how many requests a server handles, and how long they take. */
@Command(name = "load", sortOptions = false,
        header = "Puts a server under load and prints requests/s, latencies and errors.",
        description = "Each connection sends its next request when the previous one is answered: latencies are those of a "
                + "busy server, not those at a given rate. Ends with status 1 when requests failed. Ctrl-C "
                + "ends it early and prints what was measured so far.",
        footer = {
            "",
            "Examples:",
            "  fcgi load unix:/run/app.sock /hello -c 32 -t 10",
            "  fcgi load 127.0.0.1:9000 /index.php --script /srv/www/index.php -c 8 --no-keep-alive",
            "  fcgi load unix:/run/app.sock /echo -d @data -c 4 -m 16 --json"
        })
final class LoadCommand implements Callable<Integer> {
    @ParentCommand
    private Fcgi fcgi;

    @Mixin
    private ServerOptions server;

    @Parameters(index = "1", paramLabel = "PATH",
            description = "Path and query, as in a URL: percent-encoded, with ?query.")
    private String path;

    @Mixin
    private RequestOptions request;

    @Option(names = {"-d", "--body"}, paramLabel = "BODY", order = 20,
            description = "The body: text, @file, or @- for standard input.")
    private String body;

    @Option(names = {"-c", "--connections"}, paramLabel = "N", defaultValue = "8", order = 30,
            description = "How many connections. Default: ${DEFAULT-VALUE}.")
    private int connections;

    @Option(names = {"-m", "--multiplex"}, paramLabel = "N", defaultValue = "1", order = 31,
            description = "How many requests at a time on each connection, if the server supports it. Default: "
                    + "${DEFAULT-VALUE}.")
    private int outstanding;

    @Option(names = {"-t", "--duration"}, paramLabel = "TIME", defaultValue = "10", order = 33,
            description = "How long to measure. Default: ${DEFAULT-VALUE}.")
    private Duration duration;

    @Option(names = {"-w", "--warm-up"}, paramLabel = "TIME", defaultValue = "2", order = 34,
            description = "How long to run before measuring. Default: ${DEFAULT-VALUE}.")
    private Duration warmUp;

    @Option(names = {"-q", "--quiet"}, order = 40, description = "No progress on standard error.")
    private boolean quiet;

    @Option(names = "--json", order = 42, description = "Print one JSON object; latencies in microseconds.")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        if (connections < 1 || outstanding < 1 || outstanding > 0xFFFF || (long) connections * outstanding > 100_000) {
            throw new IllegalArgumentException("-c and -m must be at least 1, and -c times -m at most 100000: they "
                    + "are " + connections + " and " + outstanding);
        }
        if (duration.isZero()) {
            throw new IllegalArgumentException("-t must be more than 0");
        }
        ClientRequest prepared = prepare();
        try (FcgiClient client = server.client()
                .maxConnections(connections)
                .multiplex(outstanding > 1)
                .maxRequestsPerConnection(outstanding)
                .build()) {
            tryOnce(client, prepared);
            int atATime = connections * (outstanding > 1 && canMultiplex(client) ? outstanding : 1);
            LoadRun run = new LoadRun(client, prepared, atATime, quiet ? null : fcgi.console().err());
            Interruption interruption = new Interruption(run::endEarly);
            try {
                LoadReport report = run.run(warmUp, duration);
                fcgi.console().println(json ? Json.of(report.toMap()) : report.toText());
                return report.errors().isEmpty() ? ExitStatus.OK : ExitStatus.FAILED;
            } finally {
                interruption.end();
            }
        }
    }

    private ClientRequest prepare() throws Exception {
        ClientRequest.Builder builder = ClientRequest.responder()
                .params(request.params(path, body != null, "application/octet-stream"));
        if (body != null) {
            builder.body(RequestOptions.bytes(body, fcgi.console().in()));
        }
        return builder.build();
    }

    /** A server that cannot be reached is one clear error, not a count of many. */
    private static void tryOnce(FcgiClient client, ClientRequest request) throws Exception {
        try (ClientResponse response = ServerOptions.send(client, request)) {
            response.end();
        }
    }

    private boolean canMultiplex(FcgiClient client) throws Exception {
        boolean can = server.keepAlive && "1".equals(client.getValues("FCGI_MPXS_CONNS").get("FCGI_MPXS_CONNS"));
        if (!can) {
            fcgi.console().err().println("fcgi load: " + (server.keepAlive ? "the server does not multiplex" : "no keep-alive")
                    + ": one request at a time on each connection");
        }
        return can;
    }
}
