package dev.fcgi.examples.check;

import java.io.IOException;

/** What is tested does not do what all cases need. */
public final class SubjectException extends IOException {
    private static final long serialVersionUID = 1;

    SubjectException(String message) {
        super(message);
    }
}
