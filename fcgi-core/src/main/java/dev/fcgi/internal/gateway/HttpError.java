package dev.fcgi.internal.gateway;

import java.io.IOException;

/** A request for which the gateway itself sends an error response. */
final class HttpError extends IOException {
    private static final long serialVersionUID = 1;

    /** The HTTP status. */
    private final int status;
    /** A header of the response, or null. */
    private final String header;
    private final String value;

    HttpError(int status, String message) {
        this(status, message, null, null, null);
    }

    HttpError(int status, String message, Throwable cause) {
        this(status, message, cause, null, null);
    }

    private HttpError(int status, String message, Throwable cause, String header, String value) {
        super(message, cause);
        this.status = status;
        this.header = header;
        this.value = value;
    }

    /** {@return an error whose response has a header} */
    static HttpError with(String header, String value, int status, String message) {
        return new HttpError(status, message, null, header, value);
    }

    static HttpError badRequest(String message) {
        return new HttpError(400, message);
    }

    int status() {
        return status;
    }

    void addTo(HeaderFields headers) {
        if (header != null) {
            headers.set(header, value);
        }
    }
}
