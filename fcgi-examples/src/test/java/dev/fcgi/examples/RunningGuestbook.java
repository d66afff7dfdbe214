package dev.fcgi.examples;

import java.io.IOException;
import java.net.URI;

/** A web server with a guestbook. */
final class RunningGuestbook implements AutoCloseable {
    private final URI uri;
    /** Null when the web server runs the program itself. */
    private final Nginx nginx;
    private final Daemon runner;

    private RunningGuestbook(URI uri, Nginx nginx, Daemon runner) {
        this.uri = uri;
        this.nginx = nginx;
        this.runner = runner;
    }

    /** Takes a web server that runs the guestbook. */
    static RunningGuestbook in(int port, Daemon server) {
        return new RunningGuestbook(URI.create("http://127.0.0.1:" + port + "/guestbook"), null, server);
    }

    /** Takes an nginx in front of what runs the guestbook. */
    static RunningGuestbook behind(Nginx nginx, Daemon runner) {
        return new RunningGuestbook(nginx.uri("/guestbook"), nginx, runner);
    }

    URI uri() {
        return uri;
    }

    /** {@return the output of web server and guestbook} */
    String log() throws IOException {
        return (nginx != null ? nginx.errors() : "") + runner.log();
    }

    /**
     * Stops by SIGTERM and waits until nothing is left.
     *
     * @return the exit status of the one process that the others were started by
     */
    int stop() throws Exception {
        return runner.stop();
    }

    @Override
    public void close() {
        try (runner) {
            if (nginx != null) {
                nginx.close();
            }
        }
    }
}
