package dev.fcgi.client;

import dev.fcgi.FcgiException;

/** The connection ended before the response. */
public final class ResponseLostException extends FcgiException {
    private static final long serialVersionUID = 1;

    /** Whether the application cannot have seen the request. */
    private final boolean retrySafe;

    /**
     * Creates the exception.
     *
     * @param message what happened
     * @param retrySafe true if the application cannot have received the whole head of the request
     * @param cause what led to it, or null
     */
    public ResponseLostException(String message, boolean retrySafe, Throwable cause) {
        super(message, cause);
        this.retrySafe = retrySafe;
    }

    /** {@return whether the request can be sent again without being processed twice} */
    public boolean retrySafe() {
        return retrySafe;
    }
}
