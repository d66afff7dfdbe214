package dev.fcgi.examples.check;

/** Ends a case whose result was not as expected. */
final class Judgement extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final boolean unimplemented;
    private final boolean lenient;

    private Judgement(String message, boolean unimplemented, boolean lenient) {
        super(message, null, false, false);
        this.unimplemented = unimplemented;
        this.lenient = lenient;
    }

    /** Something was not as expected: a failure for a MUST. */
    static Judgement unmet(String message) {
        return new Judgement(message, false, false);
    }

    /** Something was not as it should be, which is not a failure even for a MUST. */
    static Judgement nonStrict(String message) {
        return new Judgement(message, false, true);
    }

    /** The case needs an optional feature that is missing. */
    static Judgement unimplemented(String message) {
        return new Judgement(message, true, false);
    }

    Verdict verdict(Level level) {
        return unimplemented ? Verdict.UNIMPLEMENTED
                : lenient || level != Level.MUST ? Verdict.NON_STRICT
                : Verdict.FAIL;
    }
}
