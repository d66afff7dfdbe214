package dev.fcgi.examples.cli;

/** The exit statuses for scripts; {@code fcgi --help} lists them. */
final class ExitStatus {
    static final int OK = 0;
    static final int FAILED = 1;
    static final int USAGE = 2;
    static final int CANNOT_CONNECT = 3;
    static final int TIMEOUT = 4;
    static final int PROTOCOL = 5;
    static final int REFUSED = 6;
    static final int HTTP = 22;
    static final int APP_STATUS = 23;

    private ExitStatus() {}
}
