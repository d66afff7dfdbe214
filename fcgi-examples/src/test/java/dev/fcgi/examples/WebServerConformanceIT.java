package dev.fcgi.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.fcgi.examples.check.Result;
import dev.fcgi.examples.check.Suite;
import dev.fcgi.examples.check.Verdict;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Runs the conformance suite on our client and gateway, which must pass, and on other web servers and clients, whose
 * results are reported. Our own take half a minute, and a minute where {@code fcgi call} starts a JVM for each page, so
 * they need {@code -Dfcgi.long}. With {@code -Dfcgi.conformance=write} it generates the table of docs/conformance.md.
 */
@Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class WebServerConformanceIT {
    private static final boolean WRITES = "write".equals(System.getProperty("fcgi.conformance"));
    private static final Duration TIMEOUT = Duration.ofSeconds(3);
    /** Eight JVMs take some time to start. */
    private static final Duration OUR_TIMEOUT = Duration.ofSeconds(10);
    /** Jetty does not read while a handler runs: it notices that a browser has disconnected when it writes. */
    private static final Set<String> FRONT_DOES_NOT = Set.of("5.4-sent-abort-at-once");

    @TempDir
    Path directory;

    @ParameterizedTest
    @EnumSource(names = {"FRONT", "CALL"})
    void ours(CheckedWebServer ours) throws Exception {
        assumeTrue(LongRun.ASKED, "only with -Dfcgi.long");
        ours.require();
        Set<String> failures = new TreeSet<>();
        for (Result result : ours.check(Daemon.open(directory), OUR_TIMEOUT)) {
            if (result.verdict() == Verdict.FAIL || result.verdict() == Verdict.NON_STRICT) {
                failures.add(result.testCase().id());
            }
        }
        assertEquals(ours == CheckedWebServer.FRONT ? FRONT_DOES_NOT : Set.of(), failures);
    }

    @Test
    void others() throws Exception {
        Report report = new Report(WebServerConformanceIT.class, "fcgi check on web servers and clients");
        Map<String, List<Result>> all = new LinkedHashMap<>();
        for (CheckedWebServer one : WRITES ? List.of(CheckedWebServer.values()) : List.of(CheckedWebServer.NGINX)) {
            one.require();
            Path place = Daemon.open(Daemon.open(directory).resolve(one.name()));
            List<Result> results = one.check(place, one.isOurs() ? OUR_TIMEOUT : TIMEOUT);
            assertEquals(Suite.WEB_SERVERS.cases().size(), results.size());
            all.put((one + " " + one.version(place)).strip(), results);
        }
        all.forEach((name, results) -> ConformanceIT.report(name, results, report));
        report.write();
        if (WRITES) {
            ConformanceDocument.write("web servers", ConformanceDocument.verdicts(Suite.WEB_SERVERS.cases(), all));
            ConformanceDocument.write("web server statements", ConformanceDocument.statements(Suite.WEB_SERVERS.cases()));
        }
    }
}
