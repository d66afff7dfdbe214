package dev.fcgi.examples.cli;

import dev.fcgi.FcgiException;
import dev.fcgi.ProtocolStatus;
import dev.fcgi.Role;
import dev.fcgi.CgiHead;
import dev.fcgi.client.CgiParams;
import dev.fcgi.client.ClientRequest;
import dev.fcgi.client.ClientResponse;
import dev.fcgi.client.EndRequest;
import dev.fcgi.client.FcgiClient;
import dev.fcgi.client.RequestRefusedException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code fcgi call}: one request, like curl. */
@Command(name = "call", sortOptions = false,
        header = "Sends one request and prints the body of the response.",
        description = "What the application writes to STDERR appears on standard error.",
        footer = {
            "",
            "Examples:",
            "  fcgi call unix:/run/app.sock /hello?name=world -i",
            "  fcgi call unix:/run/app.sock /form -d a=1 -d b=2",
            "  fcgi call unix:/run/app.sock /api -d @order.json -H 'Content-Type: application/json'",
            "  fcgi call unix:/run/app.sock /upload -F note=hi -F picture=@cat.png",
            "  fcgi call 127.0.0.1:9000 /index.php --script /srv/www/index.php --fail",
            "  fcgi call 127.0.0.1:9000 /private?user=alice --role authorizer -i",
            "  fcgi call 127.0.0.1:9000 /page.shtml --role filter --data page.shtml",
            "  fcgi call 127.0.0.1:9000 /hello --json"
        })
final class CallCommand implements Callable<Integer> {
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
            description = "The body: text, @file, or @- for standard input. Several are joined by &, as curl does.")
    private List<String> body = new ArrayList<>();

    @Option(names = {"-F", "--form"}, paramLabel = "NAME=VALUE", order = 21,
            description = "A field of a multipart form: NAME=VALUE or NAME=@FILE; repeatable.")
    private List<String> form = new ArrayList<>();

    @Option(names = "--role", paramLabel = "ROLE", defaultValue = "RESPONDER", order = 30,
            description = "responder, authorizer or filter. Default: responder.")
    private Role role;

    @Option(names = "--data", paramLabel = "FILE", order = 31, description = "The file for a filter (DATA).")
    private Path data;

    @Option(names = {"-i", "--include"}, order = 40, description = "Also print the head of the response.")
    private boolean head;

    @Option(names = {"-f", "--fail"}, order = 41,
            description = "End with status 22 when the HTTP status is 400 or more, and with 23 when the application "
                    + "status is not 0. The body is printed in any case.")
    private boolean fail;

    @Option(names = "--json", order = 42,
            description = "Print one JSON object: status, reason, headers, body, bodyEncoding (text or base64), "
                    + "stderr, appStatus, protocolStatus, milliseconds.")
    private boolean json;

    @Mixin
    private CallLog log;

    @Override
    public Integer call() throws Exception {
        if ((role == Role.FILTER) != (data != null)) {
            throw new IllegalArgumentException("--role filter needs --data FILE, and other roles must not have it");
        }
        if (!body.isEmpty() && !form.isEmpty()) {
            throw new IllegalArgumentException("-d and -F cannot be used together");
        }
        try (FcgiClient client = log.watch(server.client(), fcgi.console().err()).build();
                InputStream file = data == null ? InputStream.nullInputStream() : Files.newInputStream(data)) {
            long start = System.nanoTime();
            try (ClientResponse response = ServerOptions.send(client, request(file))) {
                return json ? printJson(response, start) : print(response);
            }
        }
    }

    private ClientRequest request(InputStream file) throws IOException {
        byte[] bytes = null;
        String type = null;
        if (!form.isEmpty()) {
            MultipartForm multipart = new MultipartForm();
            for (String field : form) {
                multipart.add(field, fcgi.console().in());
            }
            bytes = multipart.bytes();
            type = multipart.contentType();
        } else if (!body.isEmpty()) {
            bytes = joined();
            type = "application/x-www-form-urlencoded";
        }
        CgiParams params = request.params(path, bytes != null, type);
        ClientRequest.Builder builder = switch (role) {
            case RESPONDER -> ClientRequest.responder();
            case AUTHORIZER -> ClientRequest.authorizer();
            case FILTER -> ClientRequest.filter(file, Files.size(data), Files.getLastModifiedTime(data).toInstant());
        };
        builder.params(params);
        if (bytes != null) {
            if (role == Role.AUTHORIZER) {
                throw new IllegalArgumentException("--role authorizer cannot be used with a body (-d or -F)");
            }
            builder.body(bytes);
        }
        return json ? builder.build() : builder.stderr(fcgi.console().err()::println).build();
    }

    private byte[] joined() throws IOException {
        if (body.size() == 1) {
            return RequestOptions.bytes(body.get(0), fcgi.console().in());
        }
        List<InputStream> parts = new ArrayList<>();
        for (String part : body) {
            parts.add(new ByteArrayInputStream(parts.isEmpty() ? new byte[0] : new byte[] {'&'}));
            parts.add(new ByteArrayInputStream(RequestOptions.bytes(part, fcgi.console().in())));
        }
        return new SequenceInputStream(Collections.enumeration(parts)).readAllBytes();
    }

    private int print(ClientResponse response) throws IOException {
        CgiHead first = response.head();
        if (head) {
            StringBuilder text = new StringBuilder(("Status: " + first.status() + ' ' + first.reason()).strip());
            first.headers().forEach((name, values) ->
                    values.forEach(value -> text.append('\n').append(name).append(": ").append(value)));
            fcgi.console().println(text.append('\n').toString());
        }
        byte[] piece = new byte[32 * 1024];
        InputStream in = response.body();
        for (int count; (count = in.read(piece)) >= 0; ) {
            fcgi.console().out().write(piece, 0, count);
            fcgi.console().out().flush(); // a slow response becomes visible as it arrives
        }
        return exitStatus(first, response.end());
    }

    private int printJson(ClientResponse response, long start) throws IOException {
        CgiHead first = response.head();
        byte[] bytes = response.body().readAllBytes();
        EndRequest end = response.end();
        double milliseconds = (System.nanoTime() - start) / 10_000 / 100.0;
        fcgi.console().println(Json.of(new CallResult(first, bytes, response.stderr(), end, milliseconds).toMap()));
        return exitStatus(first, end);
    }

    private int exitStatus(CgiHead first, EndRequest end) throws FcgiException {
        if (end.protocolStatus() != ProtocolStatus.REQUEST_COMPLETE) {
            throw new RequestRefusedException(end.protocolStatus());
        }
        if (fail && first.status() >= 400) {
            return ExitStatus.HTTP;
        }
        return fail && end.appStatus() != 0 ? ExitStatus.APP_STATUS : ExitStatus.OK;
    }
}
