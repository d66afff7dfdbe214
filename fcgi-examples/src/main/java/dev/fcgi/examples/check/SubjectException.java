package dev.fcgi.examples.check;

import java.io.IOException;

/** The subject does not work as all cases require. */
public final class SubjectException extends IOException {
    private static final long serialVersionUID = 1;

    SubjectException(String message) {
        super(message);
    }
}
