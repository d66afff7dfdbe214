package dev.fcgi;

/** The peer broke the FastCGI protocol; its connection, and no other, is closed. */
public final class FcgiProtocolException extends FcgiException {
    private static final long serialVersionUID = 1;

    /**
     * Creates the exception.
     *
     * @param message the rule that was broken, with the number that was wrong
     */
    public FcgiProtocolException(String message) {
        super(message);
    }
}
