package dev.fcgi.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A program as in docs/operations.md to which everything happens, and the commands of that page, which show it. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class OperationsIT {
    @TempDir
    private Path directory;

    private final DocPage page = DocPage.of("docs/operations.md");
    private DeployedApp deployed;

    @BeforeEach
    void install() throws Exception {
        deployed = DeployedApp.install(directory);
    }

    private String output(int status, String command) throws Exception {
        return deployed.output(status, command);
    }

    private String status(String format) throws Exception {
        return deployed.status(format);
    }

    private void awaitActive(int count) throws Exception {
        Await.until(count + " run", () -> status("").contains("active processes:     " + count + '\n'));
    }

    private RawConnection send(String path) throws Exception {
        RawConnection connection = RawConnection.open(deployed.address());
        Map<String, String> params = RawConnection.environment(path, "");
        params.put("REMOTE_ADDR", "192.0.2.1");
        params.put("REQUEST_URI", path);
        params.put("REQUEST_ID", "id-of-" + path.substring(1));
        connection.send(RawConnection.RESPONDER, false, params, new byte[0], null);
        return connection;
    }

    private String ask(String path) throws Exception {
        try (RawConnection connection = send(path)) {
            return connection.reply().head();
        }
    }

    @Test
    void everythingShowsWhatHasHappened() throws Exception {
        Peer.require(Peer.GOACCESS);
        deployed.sleepUntilWoken();
        try (Child program = deployed.start()) {
            for (int i = 0; i < 20; i++) {
                assertTrue(ask("/hello").startsWith("Content-Type"));
                awaitActive(0); // a request counts until its line is written
            }
            assertTrue(ask("/fail").startsWith("Status: 500"));
            awaitActive(0);
            RawConnection gone = send("/sleep");
            awaitActive(1);
            gone.close();
            awaitActive(0);

            List<RawConnection> sleeping = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                sleeping.add(send("/sleep"));
            }
            awaitActive(4);
            assertTrue(ask("/hello").startsWith("Status: 503"));
            assertEquals("fcgi ping: idle processes is 0, must be at least 1", pingForIdle());
            assertEquals(4, deployed.top().lines().filter(line -> line.endsWith("/sleep")).count());
            Await.until("they are slow", () -> status("").contains("slow requests:        4\n"));
            deployed.wake();
            for (RawConnection connection : sleeping) {
                connection.reply();
                connection.close();
            }
            awaitActive(0);
            assertTrue(status("").contains("max children reached: 1\n"), status(""));
            for (String outcome : List.of("completed\"} 24", "failed\"} 1", "connection_lost\"} 1",
                    "over_max_requests\"} 1")) {
                assertTrue(status("openmetrics").contains("outcome=\"" + outcome + '\n'), status("openmetrics"));
            }
            for (String command : List.of(page.command("fcgi ping unix:status.sock"),
                    page.command("fcgi ping unix:status.sock --status /status"),
                    page.command("fcgi ping unix:status.sock --status /status --max-queue"))) {
                assertTrue(output(0, command).contains(": ok, "), command);
            }
            assertTrue(output(0, page.command("fcgi call unix:status.sock '/status?json&full'")).startsWith("{"));
            assertTrue(output(0, page.command("fcgi call unix:status.sock '/status?openmetrics'")).endsWith("# EOF\n"));
            program.terminate();
            assertEquals(143, program.exitStatus());
            checkLog(program.stderr());
        }
        checkAccessLog();
        checkRecording();
        output(0, page.command("goaccess"));
        assertTrue(Files.readString(directory.resolve("report.json")).replaceAll("\\s", "")
                .contains("\"total_requests\":27,\"valid_requests\":27,"));
    }

    private String pingForIdle() throws Exception {
        try (Child ping = deployed.type("fcgi ping unix:status.sock --status /status --min-idle 1")) {
            assertEquals(1, ping.exitStatus());
            return ping.stderr().strip();
        }
    }

    private static void checkLog(String log) {
        for (String part : List.of("INFO: server listens at unix:app.sock: maxRequests 4, ",
                "INFO: status page listens at unix:status.sock: ", "WARNING: maxRequests 4 reached, refused: request 1 of ",
                "GET /hello for 192.0.2.1, id id-of-hello", "WARNING: handler failed: request 1 of ",
                "GET /fail for 192.0.2.1, id id-of-fail", "as asked for", "WARNING: slow request, after ",
                "GET /sleep for 192.0.2.1, id id-of-sleep", "App.respond(App.java:")) {
            assertTrue(log.contains(part), part + "\n" + log);
        }
    }

    private void checkAccessLog() throws Exception {
        List<String> lines = Files.readAllLines(directory.resolve("access.log"));
        assertEquals(27, lines.size());
        for (String line : List.of("^192\\.0\\.2\\.1 - - \\[.*\\] \"GET /hello HTTP/1\\.1\" 200 34 \\d+\\.\\d{3} 1/1 COMPLETED id-of-hello$",
                "\"GET /fail HTTP/1\\.1\" 500 \\d+ .* FAILED id-of-fail$", "\"GET /sleep HTTP/1\\.1\" 499 0 .* CONNECTION_LOST id-of-sleep$",
                "\"GET /sleep HTTP/1\\.1\" 200 34 \\d{4,}\\.\\d{3} .* COMPLETED id-of-sleep$",
                "\"GET /hello HTTP/1\\.1\" 503 \\d+ .* OVER_MAX_REQUESTS id-of-hello$")) {
            assertTrue(lines.stream().anyMatch(Pattern.compile(line).asPredicate()), line + "\n" + String.join("\n", lines));
        }
    }

    private void checkRecording() throws Exception {
        String requests = output(0, page.command("jfr print"));
        assertEquals(27, Pattern.compile("(?m)^dev\\.fcgi\\.Request ").matcher(requests).results()
                .count());
        for (String outcome : List.of("FAILED", "CONNECTION_LOST", "OVER_MAX_REQUESTS")) {
            assertTrue(requests.contains("outcome = \"" + outcome + '"'), outcome);
        }
        assertTrue(output(0, "jfr print --events dev.fcgi.SlowRequest app.jfr").contains("App.respond("));
        assertTrue(output(0, page.command("jfr summary")).contains("dev.fcgi.Connection"));
    }

    /** The lines of a stop in a shutdown hook, with the loggers of the JDK, in the two ways of that page. */
    @Test
    void logsOfTheJdk() throws Exception {
        Files.writeString(directory.resolve("LastLines.java"), page.snippet("class LastLines "));
        output(0, page.command("javac LastLines.java"));
        String lines = stopped(page.command("java -Djava.util.logging.manager"));
        assertTrue(lines.contains("INFO: server stops: 0 requests in flight"), lines);
        assertTrue(lines.contains("INFO: server has stopped after "), lines);
        String line = stopped(page.command("java -Djava.util.logging.SimpleFormatter")).lines().findFirst().orElseThrow();
        assertTrue(line.matches("\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d INFO dev\\.fcgi\\.server: server listens at "
                + "unix:app\\.sock: .*"), line);
    }

    /** {@return the output of a program that was terminated after it had started} */
    private String stopped(String command) throws Exception {
        try (Child program = deployed.type(command)) {
            Await.until("it serves", () -> program.stderr().contains("status page listens"));
            program.terminate();
            assertEquals(143, program.exitStatus());
            return program.stderr();
        }
    }

    /** The exit status tells whether all was answered, with the lines of that page in the shutdown hook. */
    @Test
    void anExitStatusOfItsOwn() throws Exception {
        String program = page.snippet("class App ").replaceFirst(" *Runtime\\.getRuntime\\(\\)\\.addShutdownHook.*\n",
                Matcher.quoteReplacement(page.snippet("boolean clean = ")));
        assertTrue(program.contains("halt(clean"), program);
        Files.writeString(directory.resolve("App.java"), program);
        try (Child started = deployed.start()) {
            started.terminate();
            assertEquals(0, started.exitStatus(), started.stderr());
        }
    }

    /** The listener of that page, added as the page says. */
    @Test
    void aListenerOfItsOwn() throws Exception {
        Files.writeString(directory.resolve("Times.java"), page.snippet("class Times "));
        output(0, page.command("javac -cp"));
        String listener = "                .listener(access)\n";
        Files.writeString(directory.resolve("App.java"), WebServer.replace(page.snippet("class App "), listener, listener
                + "                .listener(new Times(\"/hello\", \"/sleep\"))\n"));
        try (Child program = deployed.type(page.command("java -cp"))) {
            Await.until("it serves", () -> Files.exists(directory.resolve("status.sock")));
            for (String path : List.of("/hello", "/hello", "/sleep", "/fail", "/a", "/b")) {
                ask(path);
            }
            awaitActive(0);
            program.terminate();
            assertEquals(143, program.exitStatus(), program.stderr());
            String times = program.stdout();
            assertTrue(times.matches("/hello COMPLETED: 2 requests, \\d+ ms\n/sleep COMPLETED: 1 requests, [3-9]\\d{3} ms\n"
                    + "other COMPLETED: 2 requests, \\d+ ms\nother FAILED: 1 requests, \\d+ ms\n"), times);
        }
    }

    /** One request of plain CGI is observed, too. */
    @Test
    void plainCgi() throws Exception {
        Files.writeString(directory.resolve("Cgi.java"), """
                import dev.fcgi.*;
                import java.nio.file.Path;

                public class Cgi {
                    public static void main(String[] args) throws Exception {
                        AccessLog log = AccessLog.builder().format("%m %r %s %c %O %B").open(Path.of("cgi.log"));
                        try (log; var acceptor = FcgiAcceptor.builder().listenInherited().listener(log).open()) {
                            acceptor.serve(request -> {
                                if (request.meta("SCRIPT_NAME").equals("/fail")) {
                                    throw new IllegalStateException("as asked for");
                                }
                                request.stdout().write("Status: 201 x\\r\\n\\r\\nhello".getBytes());
                            });
                        }
                    }
                }
                """);
        String java = "REQUEST_METHOD=GET SCRIPT_NAME=%s GATEWAY_INTERFACE=CGI/1.1; export REQUEST_METHOD SCRIPT_NAME"
                + " GATEWAY_INTERFACE; exec java -cp " + Installed.jar() + " Cgi.java";
        assertEquals("Status: 201 x\r\n\r\nhello", output(0, "sh -c '" + java.formatted("/a") + "'"));
        output(1, "sh -c '" + java.formatted("/fail") + "'");
        assertEquals(List.of("GET /a 201 0/1 COMPLETED 22", "GET /fail 500 0/1 FAILED 0"),
                Files.readAllLines(directory.resolve("cgi.log")));
    }
}
