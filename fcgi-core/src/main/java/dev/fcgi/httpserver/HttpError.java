package dev.fcgi.httpserver;

import java.io.IOException;

/** A request that is answered by an HTTP status of the gateway's own. */
final class HttpError extends IOException {
    private static final long serialVersionUID = 1;

    /** The HTTP status. */
    private final int status;

    HttpError(int status, String message) {
        super(message);
        this.status = status;
    }

    HttpError(int status, String message, Throwable cause) {
        super(message, cause);
        this.status = status;
    }

    static HttpError badRequest(String message) {
        return new HttpError(400, message);
    }

    int status() {
        return status;
    }
}
