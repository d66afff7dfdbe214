package dev.fcgi.examples.cli;

/** A failure that ends a command: one line for standard error, and the exit status. */
final class Failure extends Exception {
    private static final long serialVersionUID = 1;

    private final int exitStatus;

    Failure(int exitStatus, String message) {
        super(message);
        this.exitStatus = exitStatus;
    }

    int exitStatus() {
        return exitStatus;
    }
}
