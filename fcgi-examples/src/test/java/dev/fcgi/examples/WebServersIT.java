package dev.fcgi.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** The same checks behind each web server, with the configuration files that docs/webservers offers. */
@ParameterizedClass
@EnumSource
final class WebServersIT {
    private static final List<Check> CHECKS =
            Stream.of(PathChecks.all(), BodyChecks.all(), FailureChecks.all()).flatMap(List::stream).toList();
    private static final List<Check> AUTHORIZER_CHECKS = AuthorizerChecks.all();
    private static final Map<WebServer, Map<Check, String>> RESULTS = new EnumMap<>(WebServer.class);

    @TempDir
    static Path directory;

    private static Site site;

    @Parameter
    WebServer server;

    @BeforeAll
    static void openDirectory() throws IOException {
        Daemon.open(directory);
    }

    @BeforeParameterizedClassInvocation
    static void start(WebServer server) throws Exception {
        if (Peer.areThere(server.peers())) {
            site = Site.start(server, directory);
        }
    }

    @AfterParameterizedClassInvocation
    static void stop() throws Exception {
        if (site != null) {
            try (Site stopped = site) {
                site = null;
                assertEquals(0, stopped.stop(), stopped::toString);
            }
        }
    }

    @TestFactory
    Stream<DynamicTest> checks() {
        return (server.hasAuthorizer() ? AUTHORIZER_CHECKS : CHECKS).stream()
                .map(check -> dynamicTest(server + ": " + check, () -> run(check)));
    }

    /** Runs a check; its failure names both, since what the build prints does not. */
    private void run(Check check) {
        Peer.require(server.peers());
        Map<Check, String> results = RESULTS.computeIfAbsent(server, unused -> new LinkedHashMap<>());
        results.put(check, "FAILED");
        try {
            // longer than what it waits for: that says more
            assertTimeoutPreemptively(Await.LIMIT.multipliedBy(2), () -> check.run(site));
            results.put(check, "ok");
        } catch (Throwable e) {
            String message = e.getMessage() == null ? e.toString() : e.getMessage();
            throw new AssertionError(server + ": " + check + ": "
                    + message.substring(0, Math.min(2000, message.length())), e);
        }
    }

    @AfterAll
    static void report() throws IOException {
        List<WebServer> servers = List.copyOf(RESULTS.keySet());
        Report report = new Report(WebServersIT.class, "The same checks behind web servers:");
        List<List<String>> legend = new ArrayList<>();
        for (WebServer web : servers) {
            legend.add(List.of(letter(servers, web), web.toString(), "docs/webservers/" + web.file()));
        }
        report.table(legend).line("");
        List<String> notes = new ArrayList<>();
        List<List<String>> rows = new ArrayList<>();
        List<String> head = new ArrayList<>(List.of(""));
        servers.forEach(web -> head.add(letter(servers, web)));
        rows.add(head);
        for (Check check : Stream.of(CHECKS, AUTHORIZER_CHECKS).flatMap(List::stream).toList()) {
            List<String> row = new ArrayList<>(List.of(check.toString()));
            servers.forEach(web -> row.add(cell(RESULTS.get(web).get(check), check.note(web), notes)));
            rows.add(row);
        }
        report.table(rows).line("").line("[n]: does by itself something else, which is checked instead:");
        for (String note : notes) {
            report.line("[" + (notes.indexOf(note) + 1) + "] " + note);
        }
        report.write();
    }

    private static String letter(List<WebServer> servers, WebServer server) {
        return String.valueOf((char) ('A' + servers.indexOf(server)));
    }

    private static String cell(String result, String note, List<String> notes) {
        if (result == null) {
            return "-";
        }
        if (note == null || !result.equals("ok")) {
            return result;
        }
        if (!notes.contains(note)) {
            notes.add(note);
        }
        return "[" + (notes.indexOf(note) + 1) + "]";
    }
}
