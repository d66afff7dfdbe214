package dev.fcgi.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.fcgi.examples.check.Result;
import dev.fcgi.examples.check.Suite;
import dev.fcgi.examples.check.Verdict;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Runs the conformance suite on this library, which must pass, and on other applications, whose results are reported.
 * With {@code -Dfcgi.conformance=write} it runs on all others, and generates the tables of docs/conformance.md.
 */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@Execution(ExecutionMode.CONCURRENT)
final class ConformanceIT {
    private static final boolean WRITES = "write".equals(System.getProperty("fcgi.conformance"));
    private static final Duration TIMEOUT = Duration.ofSeconds(1);

    @TempDir
    Path directory;

    /** With enough time for expected events. */
    @ParameterizedTest
    @EnumSource(names = {"UNIX", "TCP"})
    void ours(Upstream kind) throws Exception {
        List<Result> results =
                CheckedApplication.OURS.check(directory, kind.address(directory, "p"), Duration.ofSeconds(10));
        assertEquals(Suite.APPLICATIONS.cases().size(), results.size());
        for (Result result : results) {
            assertEquals(Verdict.PASS, result.verdict(), result::toString);
        }
    }

    @Test
    void others() throws Exception {
        Set<CheckedApplication> some = WRITES ? EnumSet.allOf(CheckedApplication.class)
                : EnumSet.of(CheckedApplication.LIBFCGI, CheckedApplication.PHP_FPM, CheckedApplication.GO);
        Report report = new Report(ConformanceIT.class, "fcgi check on applications of others");
        Map<String, List<Result>> all = new LinkedHashMap<>();
        for (CheckedApplication application : some) {
            Peer.require(application.peers());
            Path place = Files.createDirectory(directory.resolve(application.name()));
            String name = (application + " " + application.version(place)).strip();
            List<Result> results = application.check(place, TIMEOUT);
            assertFalse(results.isEmpty());
            all.put(name, results);
            report(name, results, report);
        }
        report.write();
        if (WRITES) {
            ConformanceDocument.write("applications", ConformanceDocument.verdicts(Suite.APPLICATIONS.cases(), all));
            ConformanceDocument.write("statements", ConformanceDocument.statements(Suite.APPLICATIONS.cases()));
        }
    }

    static void report(String name, List<Result> results, Report report) {
        List<List<String>> rows = new ArrayList<>();
        for (Result result : results) {
            if (result.verdict() == Verdict.FAIL || result.verdict() == Verdict.NON_STRICT) {
                rows.add(List.of(result.verdict().toString(), result.testCase().id(), result.message()));
            }
        }
        long passed = results.stream().filter(result -> result.verdict() == Verdict.PASS).count();
        report.line("").line(name + ": " + passed + " of " + results.size() + " pass").table(rows);
    }
}
