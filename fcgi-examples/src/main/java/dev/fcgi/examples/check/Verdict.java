package dev.fcgi.examples.check;

import java.util.Locale;

/** The verdict of a case. */
public enum Verdict {
    /** As expected. */
    PASS,
    /** A MUST that is not met. */
    FAIL,
    /** A SHOULD that is not met, or something other than expected where the specification is silent. */
    NON_STRICT,
    /** The case needs an optional feature that is missing. */
    UNIMPLEMENTED;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
