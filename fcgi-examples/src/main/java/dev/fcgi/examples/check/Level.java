package dev.fcgi.examples.check;

/**
 * How much a case demands. The FastCGI specification has no such words: a sentence that says what the parties do, or
 * how something is encoded, is a MUST; one that recommends is a SHOULD.
 */
public enum Level {
    /** Whoever does otherwise breaks the specification. */
    MUST,
    /** The specification recommends it, or others cannot do without it. */
    SHOULD,
    /** The specification is silent; this tells what is done. Never a failure. */
    INFO
}
