package dev.fcgi.examples.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The suite finds each of many faults with the case for it, and no fault in a correct application. */
@Execution(ExecutionMode.CONCURRENT)
final class FaultsTest {
    @TempDir
    Path directory;

    private static List<Result> run(Suite<Application> suite, ApplicationSubject subject, Duration timeout)
            throws IOException {
        List<Result> results = new ArrayList<>();
        try {
            suite.run(subject, timeout, new Suite.Listener() {
                @Override
                public void begins(TestCase<?> testCase) {}

                @Override
                public void ended(Result result) {
                    results.add(result);
                }
            });
        } catch (SubjectException e) { // it does not come back
            assertTrue(!results.isEmpty() && results.get(results.size() - 1).died(), e.getMessage());
        }
        return results;
    }

    private List<Result> run(Fault fault, Suite<Application> suite, Duration timeout) throws IOException {
        try (BrokenApplication application = BrokenApplication.start(directory.resolve("s"), fault);
                ApplicationSubject subject = new ApplicationSubject(application.address(), new Page("/page", null),
                        new Page("/echo", null), null)) {
            return run(suite, subject, timeout);
        }
    }

    @Test
    void theRightOnePassesEverything() throws IOException {
        List<Result> results = run(null, Suite.APPLICATIONS, Duration.ofSeconds(10));
        assertEquals(Suite.APPLICATIONS.cases().size(), results.size());
        assertTrue(results.size() >= 90);
        for (Result result : results) {
            assertEquals(Verdict.PASS, result.verdict(), result::toString);
        }
    }

    @Test
    void whatHasDiedIsStartedAgain() throws IOException {
        String command = String.join(" ", "exec", Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
                System.getProperty("java.class.path"), BrokenApplication.class.getName(), "{addr}",
                Fault.DIES_OF_HTTP.name());
        Suite<Application> some = Suite.APPLICATIONS.only(one -> one.id().matches("5.5-complete|7-http|7-ones|7-zeros"));
        try (ApplicationSubject subject = new ApplicationSubject("unix:" + directory.resolve("s"), new Page("/page", null),
                null, command)) {
            List<Result> results = run(some, subject, Duration.ofSeconds(5));
            assertEquals(List.of("5.5-complete false", "7-http true", "7-ones true", "7-zeros true"), results.stream()
                    .map(result -> result.testCase().id() + " " + result.died()).toList());
        }
    }

    @ParameterizedTest
    @EnumSource(Fault.class)
    void aFaultIsFound(Fault fault) throws IOException {
        Suite<Application> one = Suite.APPLICATIONS.only(testCase -> testCase.id().equals(fault.id()));
        List<Result> results = run(fault, one, Duration.ofMillis(300));
        assertEquals(1, results.size());
        Verdict expected = results.get(0).testCase().level() == Level.MUST ? Verdict.FAIL : Verdict.NON_STRICT;
        assertEquals(expected, results.get(0).verdict(), results::toString);
        assertEquals(fault == Fault.DIES_OF_HTTP, results.get(0).died());
        assertNotEquals("", results.get(0).message());
    }
}
