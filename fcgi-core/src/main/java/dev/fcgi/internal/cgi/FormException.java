package dev.fcgi.internal.cgi;

import java.io.IOException;

/** The body of a request is no form that this side takes: malformed, or beyond a limit. */
public final class FormException extends IOException {
    private static final long serialVersionUID = 1;

    /** 400 or 413. */
    private final int status;

    private FormException(int status, String message) {
        super(message);
        this.status = status;
    }

    /** {@return a 400: the form breaks its format} */
    public static FormException malformed(String message) {
        return new FormException(400, message);
    }

    /** {@return a 413: the form exceeds a limit} */
    public static FormException tooLarge(String message) {
        return new FormException(413, message);
    }

    /** {@return the HTTP status to answer with: 400 (RFC 9110 15.5.1) or 413 (15.5.14)} */
    public int status() {
        return status;
    }
}
