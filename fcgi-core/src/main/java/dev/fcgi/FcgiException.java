package dev.fcgi;

import java.io.IOException;

/** An I/O failure that the library itself detected. */
public class FcgiException extends IOException {
    private static final long serialVersionUID = 1;

    /**
     * Creates the exception.
     *
     * @param message what happened, including the value that was wrong
     */
    public FcgiException(String message) {
        super(message);
    }

    /**
     * Creates the exception.
     *
     * @param message what happened, including the value that was wrong
     * @param cause what led to it
     */
    public FcgiException(String message, Throwable cause) {
        super(message, cause);
    }
}
