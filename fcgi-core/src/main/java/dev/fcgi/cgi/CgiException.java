package dev.fcgi.cgi;

import java.io.IOException;

/**
 * A request that cannot be answered as it should, with the HTTP status that says so. Thrown by the library for bodies
 * that are malformed (400) or too large (413); handlers may throw it too. A {@link CgiHandler} that lets it through
 * gets an error page with that status sent, if no response was under way. In the loop of {@link CgiFast#next} those of
 * the library wait, see {@link CgiExchange#cgiError}.
 */
public final class CgiException extends IOException {
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
        super(message);
        if (status < 400 || status > 599) {
            throw new IllegalArgumentException("status " + status + " is no error");
        }
        this.status = status;
    }

    /** {@return the HTTP status} */
    public int status() {
        return status;
    }
}
