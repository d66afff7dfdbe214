package dev.fcgi.examples.check;

/**
 * How strict a requirement is. The FastCGI specification has no such words: a sentence that says what the parties do,
 * or how something is encoded, is a MUST; a recommendation is a SHOULD.
 */
public enum Level {
    /** Anything else violates the specification. */
    MUST,
    /** The specification recommends it, or other implementations rely on it. */
    SHOULD,
    /** The specification is silent; the case reports what happens and never fails. */
    INFO
}
