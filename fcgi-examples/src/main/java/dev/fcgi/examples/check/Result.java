package dev.fcgi.examples.check;

import java.time.Duration;
import java.util.List;

/**
 * The result of a case.
 *
 * @param testCase the case
 * @param verdict the verdict
 * @param message what was not as expected, or what was seen; may be empty
 * @param ended how each of its connections ended: open, closed, reset
 * @param died whether the subject did not serve any more after the case
 * @param took how long it took
 * @param transcript the records, in the order of sending and receiving
 */
public record Result(TestCase<?> testCase, Verdict verdict, String message, List<String> ended, boolean died,
        Duration took, List<String> transcript) {
    /** The same, for a subject that did not serve any more afterwards. */
    Result andDied() {
        Verdict worse = verdict == Verdict.FAIL || testCase.level() == Level.MUST ? Verdict.FAIL : Verdict.NON_STRICT;
        String told = "it serves nobody afterwards" + (message.isEmpty() ? "" : "; " + message);
        return new Result(testCase, worse, told, ended, true, took, transcript);
    }

    /** {@return whether it is a failure of the subject} Where the specification is silent, nothing is. */
    public boolean isFailure(boolean strict) {
        return verdict == Verdict.FAIL
                || strict && verdict == Verdict.NON_STRICT && testCase.level() != Level.INFO;
    }
}
