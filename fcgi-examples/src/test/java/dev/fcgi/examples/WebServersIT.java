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
        if (Peers.find(server.program()).isPresent()) {
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
        Peers.require(server.program());
        return (server.hasAuthorizer() ? AUTHORIZER_CHECKS : CHECKS).stream().map(check -> dynamicTest(server + ": " + check, () -> run(check)));
    }

    /** Runs a check; its failure names both, since what the build prints does not. */
    private void run(Check check) {
        long start = System.nanoTime();
        Map<Check, String> results = RESULTS.computeIfAbsent(server, unused -> new LinkedHashMap<>());
        results.put(check, "FAILED");
        try {
            assertTimeoutPreemptively(Await.LIMIT, () -> check.run(site));
            results.put(check, "ok");
        } catch (Throwable e) {
            String message = e.getMessage() == null ? e.toString() : e.getMessage();
            throw new AssertionError(server + ": " + check + ": "
                    + message.substring(0, Math.min(2000, message.length())), e);
        } finally {
            System.out.println(server + ": " + check + ": " + results.get(check) + " " + (System.nanoTime() - start) / 1_000_000);
        }
    }

    @AfterAll
    static void report() throws IOException {
        Report report = new Report(WebServersIT.class, "web servers");
        List<List<String>> rows = new ArrayList<>();
        for (Check check : CHECKS) {
            List<String> row = new ArrayList<>(List.of(check.toString()));
            RESULTS.values().forEach(results -> row.add(results.getOrDefault(check, "-")));
            rows.add(row);
        }
        report.table(rows).write();
    }
}
