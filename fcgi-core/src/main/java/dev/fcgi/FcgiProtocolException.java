package dev.fcgi;

/** The peer violated the FastCGI protocol. Only its connection is closed. */
public final class FcgiProtocolException extends FcgiException {
    private static final long serialVersionUID = 1;

    /**
     * Creates the exception.
     *
     * @param message the rule that was violated, including the value that was wrong
     */
    public FcgiProtocolException(String message) {
        super(message);
    }
}
