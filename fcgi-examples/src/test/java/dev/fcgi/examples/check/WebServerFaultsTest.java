package dev.fcgi.examples.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The cases for web servers find each fault, and none in a correct web server. */
@Execution(ExecutionMode.CONCURRENT)
final class WebServerFaultsTest {
    private static List<Result> run(WebServerFault fault, BrokenWebServer.Mode mode, Duration timeout,
            Suite<WebServer> suite) throws IOException {
        List<Result> results = new ArrayList<>();
        WebServerSubject[] subject = new WebServerSubject[1];
        subject[0] = new WebServerSubject("127.0.0.1:0", new BrokenWebServer(fault, mode, () -> subject[0].address()), null);
        try (WebServerSubject closed = subject[0]) {
            suite.run(closed, timeout, new Suite.Listener() {
                @Override
                public void begins(TestCase<?> testCase) {
                    // it tells when it has ended
                }

                @Override
                public void ended(Result result) {
                    results.add(result);
                }
            });
        }
        return results;
    }

    @ParameterizedTest
    @EnumSource
    void eachFaultIsFoundByItsCase(WebServerFault fault) throws IOException {
        Suite<WebServer> suite = Suite.WEB_SERVERS.only(one -> one.id().equals(fault.id()));
        Result result = run(fault, BrokenWebServer.Mode.ASKING_FOR_VALUES, Duration.ofMillis(500), suite).get(0);
        Verdict expected = result.testCase().level() == Level.MUST ? Verdict.FAIL : Verdict.NON_STRICT;
        assertEquals(expected, result.verdict(), result::toString);
    }

    @Test
    void nothingIsFoundWhereNothingIsWrong() throws IOException {
        Set<String> passed = new TreeSet<>();
        for (BrokenWebServer.Mode mode : BrokenWebServer.Mode.values()) {
            for (Result result : run(null, mode, Duration.ofSeconds(5), Suite.WEB_SERVERS)) {
                assertTrue(result.verdict() == Verdict.PASS || result.verdict() == Verdict.UNIMPLEMENTED, result::toString);
                if (result.verdict() == Verdict.PASS) {
                    passed.add(result.testCase().id());
                }
            }
        }
        assertEquals(Suite.WEB_SERVERS.cases().stream().map(TestCase::id).collect(Collectors.toCollection(TreeSet::new)),
                passed);
    }
}
