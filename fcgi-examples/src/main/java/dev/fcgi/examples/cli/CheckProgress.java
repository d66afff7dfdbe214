package dev.fcgi.examples.cli;

import dev.fcgi.examples.check.Result;
import dev.fcgi.examples.check.TestCase;
import dev.fcgi.examples.check.Verdict;
import java.io.IOException;
import java.util.stream.Collectors;

/** What {@code fcgi check} prints while it runs: a line for each case, and on a terminal which one is running. */
final class CheckProgress {
    private static final String ERASE = "\r\u001B[K";

    private final Console console;
    private final int count;
    private final boolean verbose;
    private final boolean terminal = System.console() != null;
    private int number;

    CheckProgress(Console console, int count, boolean verbose) {
        this.console = console;
        this.count = count;
        this.verbose = verbose;
    }

    void begins(TestCase<?> testCase) {
        number++;
        if (terminal) {
            console.err().print(ERASE + number + "/" + count + " " + testCase.id());
            console.err().flush();
        }
    }

    void ended(Result result) throws IOException {
        if (terminal) {
            console.err().print(ERASE);
            console.err().flush();
        }
        TestCase<?> it = result.testCase();
        console.println(String.format("%-13s %-6s %-34s %s", result.verdict(), it.level(), it.id(),
                result.ended().stream().distinct().collect(Collectors.joining(", "))).stripTrailing());
        boolean asExpected = result.verdict() == Verdict.PASS || result.verdict() == Verdict.UNIMPLEMENTED;
        if (verbose || !asExpected) {
            console.println("    section " + it.section() + ": " + it.says());
        }
        if (!result.message().isEmpty() && (verbose || !asExpected)) {
            console.println("    " + result.message());
        }
        if (verbose) {
            for (String line : result.transcript()) {
                console.println("      " + line);
            }
        }
    }
}
