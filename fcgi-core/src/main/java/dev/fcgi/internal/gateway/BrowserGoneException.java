package dev.fcgi.internal.gateway;

import java.io.IOException;

/** The request cannot be read from the browser, or the response cannot be written to it. */
final class BrowserGoneException extends IOException {
    private static final long serialVersionUID = 1;

    BrowserGoneException(IOException cause) {
        super("the browser has disconnected: " + cause.getMessage(), cause);
    }
}
