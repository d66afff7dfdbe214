package dev.fcgi.examples.check;

import java.time.Duration;
import java.util.List;

/**
 * What has come of a case.
 *
 * @param testCase which
 * @param verdict in a word
 * @param message what was not as expected, or what was seen; may be empty
 * @param ended how each of its connections ended: open, closed, reset
 * @param died whether what was tested served nobody after the case
 * @param took how long it took
 * @param transcript the records, in the order of sending and receiving
 */
public record Result(TestCase<?> testCase, Verdict verdict, String message, List<String> ended, boolean died,
        Duration took, List<String> transcript) {
    /** The same, of something that has served nobody since. */
    Result andDied() {
        Verdict worse = verdict == Verdict.FAIL || testCase.level() == Level.MUST ? Verdict.FAIL : Verdict.NON_STRICT;
        String told = "it serves nobody afterwards" + (message.isEmpty() ? "" : "; " + message);
        return new Result(testCase, worse, told, ended, true, took, transcript);
    }

    /** {@return whether it counts against what was tested} Where the specification is silent nothing does. */
    public boolean isFailure(boolean strict) {
        return verdict == Verdict.FAIL
                || strict && verdict == Verdict.NON_STRICT && testCase.level() != Level.INFO;
    }
}
