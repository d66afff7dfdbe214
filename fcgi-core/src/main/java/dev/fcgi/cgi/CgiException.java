package dev.fcgi.cgi;

import java.util.Objects;

/**
 * A request that cannot be served, with the HTTP status of the error page to send. Thrown by the library for bodies
 * that are malformed (400) or too large (413); handlers may throw it too. If it leaves a {@link CgiHandler} before any
 * output was sent, an error page with that status is sent. In the loop of {@link CgiFast#next} the library does not
 * throw it but reports it later, see {@link CgiExchange#cgiError}.
 *
 * <p>Unchecked, so that code that catches {@link java.io.IOException}, the sign of a client that has disconnected, does
 * not catch this as well.
 */
public final class CgiException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** The HTTP status. */
    private final int status;

    /**
     * Creates the exception.
     *
     * @param status the HTTP status, 400 to 599
     * @param message what was wrong; shown to the client
     */
    public CgiException(int status, String message) {
        super(Objects.requireNonNull(message, "message"));
        if (status < 400 || status > 599) {
            throw new IllegalArgumentException("status must be 400 to 599, was " + status);
        }
        this.status = status;
    }

    /** {@return the HTTP status} */
    public int status() {
        return status;
    }
}
