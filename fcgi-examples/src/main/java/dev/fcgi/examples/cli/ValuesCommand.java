package dev.fcgi.examples.cli;

import dev.fcgi.FcgiException;
import dev.fcgi.client.FcgiClient;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Parameters;

/** {@code fcgi values}: the query of FastCGI 4.1. */
@Command(name = "values", sortOptions = false,
        header = "Queries the values of a server (FCGI_GET_VALUES).",
        description = "Ends with status 0 when it answers, and 4 when it does not answer in time (PHP-FPM answers, several "
                + "others never do).",
        footer = {
            "",
            "Examples:",
            "  fcgi values unix:/run/app.sock",
            "  fcgi values 127.0.0.1:9000 FCGI_MPXS_CONNS --timeout 200ms --json"
        })
final class ValuesCommand implements Callable<Integer> {
    private static final List<String> SPECIFIED = List.of("FCGI_MAX_CONNS", "FCGI_MAX_REQS", "FCGI_MPXS_CONNS");

    @ParentCommand
    private Fcgi fcgi;

    @Mixin
    private ServerOptions server;

    @Parameters(index = "1..*", paramLabel = "NAME", arity = "0..*",
            description = "The names to query. Default: the three of the specification.")
    private String[] names = SPECIFIED.toArray(String[]::new);

    @Option(names = "--json", order = 42, description = "Print one JSON object.")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        try (FcgiClient client = server.client().build()) {
            Map<String, String> values = ask(client);
            if (values.isEmpty()) {
                throw new Failure(ExitStatus.TIMEOUT, "no answer from " + server.address
                        + ": many servers never answer this query");
            }
            values.keySet().retainAll(List.of(names));
            for (String name : names) {
                if (!values.containsKey(name)) {
                    fcgi.console().err().println("fcgi values: the server does not know " + name);
                }
            }
            if (json) {
                fcgi.console().println(Json.of(values));
            } else {
                for (Map.Entry<String, String> value : values.entrySet()) {
                    fcgi.console().println(value.getKey() + '=' + value.getValue());
                }
            }
            return ExitStatus.OK;
        }
    }

    private Map<String, String> ask(FcgiClient client) throws IOException, Failure {
        try {
            // those of the specification as well: every server knows at least one, so an answer is never empty
            Set<String> all = new LinkedHashSet<>(SPECIFIED);
            all.addAll(List.of(names));
            return new LinkedHashMap<>(client.getValues(all.toArray(String[]::new)));
        } catch (FcgiException e) {
            throw e;
        } catch (IOException e) {
            throw new Failure(ExitStatus.CANNOT_CONNECT,
                    "cannot connect to " + server.address + ": " + e.getMessage());
        }
    }
}
