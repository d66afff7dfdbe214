package dev.fcgi.examples.cli;

import dev.fcgi.client.FcgiClient;
import dev.fcgi.examples.check.ApplicationSubject;
import dev.fcgi.examples.check.Page;
import dev.fcgi.examples.check.Result;
import dev.fcgi.examples.check.Subject;
import dev.fcgi.examples.check.SubjectException;
import dev.fcgi.examples.check.Suite;
import dev.fcgi.examples.check.TestCase;
import dev.fcgi.examples.check.WebServerSubject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code fcgi check}: does an application, or a web server, speak FastCGI? */
@Command(name = "check", sortOptions = false,
        header = "Checks that an application or a web server conforms to the FastCGI specification.",
        description = "Runs the cases of a conformance suite. "
                + "The application needs only a page that returns status 200. Ends with status 1 when a "
                + "case has failed. docs/conformance.md lists the cases.%n%n"
                + "With --client, web servers and clients are checked: fcgi is then the application and listens.",
        footer = {
            "",
            "Examples:",
            "  fcgi check unix:/run/app.sock --path /hello",
            "  fcgi check 127.0.0.1:9000 --path /index.php --script /srv/www/index.php",
            "  fcgi check unix:/run/app.sock --echo /echo --strict --junit target/fcgi.xml",
            "  fcgi check unix:/tmp/a.sock --exec 'my-application {addr}' 3.3 5.3-stdin-eof -v",
            "  fcgi check --client --listen 127.0.0.1:9000 --drive 'curl -si http://127.0.0.1:8080/{id}'",
            "  fcgi check --client --listen unix:/run/app.sock --drive 'curl -si http://127.0.0.1/{id}' 5.5 -v"
        })
final class CheckCommand implements Callable<Integer> {
    @ParentCommand
    private Fcgi fcgi;

    @Parameters(index = "0", arity = "0..1", paramLabel = "ADDRESS",
            description = "The application: unix:/path/to.sock, host:port or [ipv6]:port.")
    private String address;

    @Parameters(index = "1..*", paramLabel = "ID",
            description = "IDs of the cases to run, or prefixes of IDs. Default: all.")
    private List<String> ids = new ArrayList<>();

    @Option(names = "--path", paramLabel = "PATH", defaultValue = "/", order = 1,
            description = "A page that returns status 200. Default: ${DEFAULT-VALUE}.")
    private String path;

    @Option(names = "--script", paramLabel = "FILE", order = 2,
            description = "SCRIPT_FILENAME: the script's path on the application's machine, which PHP-FPM needs.")
    private String script;

    @Option(names = "--echo", paramLabel = "PATH", order = 3,
            description = "A page that returns the body of the request, for cases that need one.")
    private String echo;

    @Option(names = "--exec", paramLabel = "'CMD {addr}'", order = 4,
            description = "A shell command that starts the program under test, and again when it has died; {addr} is ADDRESS or --listen.")
    private String exec;

    @Option(names = "--client", order = 5,
            description = "Check a web server or client, which sends requests to --listen when --drive makes it.")
    private boolean client;

    @Option(names = "--listen", paramLabel = "ADDRESS", order = 6,
            description = "With --client: where to listen, as the application. Anyone may connect to a Unix socket.")
    private String listen;

    @Option(names = "--drive", paramLabel = "'CMD {id}'", order = 7,
            description = "With --client: requests a page with {id} in its URL from the web server, and prints the page "
                    + "or, preferably, the head of the response and the page. Its exit status is 0 unless the page is incomplete.")
    private String drive;

    @Option(names = "--post", paramLabel = "'CMD {id}'", order = 8,
            description = "With --client: the same with a body from its standard input, for cases that need one.")
    private String post;

    @Option(names = "--exclude", paramLabel = "ID", order = 10,
            description = "The ID of a case that is not run, or a prefix of IDs; repeatable.")
    private List<String> excluded = new ArrayList<>();

    @Option(names = "--strict", order = 11, description = "A SHOULD that is not met is also a failure.")
    private boolean strict;

    @Option(names = "--list", order = 12, description = "Print the cases, run none.")
    private boolean list;

    @Option(names = {"-v", "--verbose"}, order = 20,
            description = "Print for each case the sentence of the section and all records.")
    private boolean verbose;

    @Option(names = "--junit", paramLabel = "FILE", order = 21, description = "Write a report in JUnit's format.")
    private Path junit;

    @Option(names = "--json", paramLabel = "FILE", order = 22, description = "Write a report as JSON.")
    private Path json;

    @Option(names = "--timeout", paramLabel = "TIME", defaultValue = "1", order = 80,
            description = "How long an answer may take: seconds, or with a unit (500ms, 2m). Default: ${DEFAULT-VALUE}.")
    private Duration timeout;

    @Override
    public Integer call() throws Exception {
        if (client && address != null) {
            ids = Stream.concat(Stream.of(address), ids.stream()).toList();
        }
        if (list) {
            return list(client ? chosen(Suite.WEB_SERVERS) : chosen(Suite.APPLICATIONS));
        }
        if (timeout.isZero()) {
            throw new IllegalArgumentException("--timeout must be more than 0");
        }
        return client ? checkWebServer() : checkApplication();
    }

    private int checkWebServer() throws Exception {
        if (listen == null || drive == null) {
            throw new IllegalArgumentException("--client needs --listen and --drive");
        }
        if (!drive.contains("{id}") || post != null && !post.contains("{id}")) {
            throw new IllegalArgumentException("the commands of --drive and --post must contain {id}");
        }
        FcgiClient.builder().address(listen); // reports a malformed address
        try (WebServerSubject subject = new WebServerSubject(listen, drive, post, exec)) {
            return run(chosen(Suite.WEB_SERVERS), subject, drive);
        }
    }

    private int checkApplication() throws Exception {
        if (listen != null || drive != null || post != null) {
            throw new IllegalArgumentException("--listen, --drive and --post need --client");
        }
        if (address == null) {
            throw new IllegalArgumentException("ADDRESS is missing");
        }
        FcgiClient.builder().address(address); // reports a malformed address
        try (ApplicationSubject subject =
                new ApplicationSubject(address, page(path), echo == null ? null : page(echo), exec)) {
            return run(chosen(Suite.APPLICATIONS), subject, address);
        }
    }

    private Page page(String url) {
        if (!url.startsWith("/")) {
            throw new IllegalArgumentException("PATH '" + url + "' does not start with a slash");
        }
        return new Page(url, script);
    }

    private <T> Suite<T> chosen(Suite<T> suite) {
        for (String id : Stream.concat(ids.stream(), excluded.stream()).toList()) {
            if (suite.cases().stream().noneMatch(one -> one.id().startsWith(id))) {
                throw new IllegalArgumentException("there is no case '" + id + "'; see --list");
            }
        }
        return suite.only(one -> (ids.isEmpty() || ids.stream().anyMatch(one.id()::startsWith))
                && excluded.stream().noneMatch(one.id()::startsWith));
    }

    private int list(Suite<?> suite) throws IOException {
        for (TestCase<?> one : suite.cases()) {
            fcgi.console().println(String.format("%-6s %-34s %s", one.level(), one.id(), one.says()));
        }
        return ExitStatus.OK;
    }

    private <T> int run(Suite<T> suite, Subject<T> subject, String name) throws Exception {
        CheckReport report = new CheckReport(name, strict);
        CheckProgress progress = new CheckProgress(fcgi.console(), suite.cases().size(), verbose);
        try {
            suite.run(subject, timeout, new Suite.Listener() {
                @Override
                public void begins(TestCase<?> testCase) {
                    progress.begins(testCase);
                }

                @Override
                public void ended(Result result) throws IOException {
                    report.add(result);
                    progress.ended(result);
                }
            });
        } catch (SubjectException e) {
            if (report.isEmpty()) {
                throw new Failure(ExitStatus.CANNOT_CONNECT, e.getMessage());
            }
            report.stopped(e.getMessage());
        }
        fcgi.console().println(report.summary());
        if (junit != null) {
            Files.writeString(junit, report.toJUnit());
        }
        if (json != null) {
            Files.writeString(json, Json.of(report.toMap()) + "\n");
        }
        return report.isFailure() ? ExitStatus.FAILED : ExitStatus.OK;
    }
}
