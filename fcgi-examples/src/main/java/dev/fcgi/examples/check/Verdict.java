package dev.fcgi.examples.check;

import java.util.Locale;

/** What has come of a case. */
public enum Verdict {
    /** What was expected. */
    PASS,
    /** A MUST that is not met. */
    FAIL,
    /** A SHOULD that is not met, or something other than expected where the specification is silent. */
    NON_STRICT,
    /** What the case needs is something that nobody has to have. */
    UNIMPLEMENTED;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
