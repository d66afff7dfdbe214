package dev.fcgi;

import java.io.IOException;

/** An input/output failure that this library detected itself. */
public class FcgiException extends IOException {
    private static final long serialVersionUID = 1;

    /**
     * Creates the exception.
     *
     * @param message what happened, with the number that was wrong
     */
    public FcgiException(String message) {
        super(message);
    }

    /**
     * Creates the exception.
     *
     * @param message what happened, with the number that was wrong
     * @param cause what led to it
     */
    public FcgiException(String message, Throwable cause) {
        super(message, cause);
    }
}
