package dev.fcgi.examples;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A web server with a guestbook. */
final class RunningGuestbook implements AutoCloseable {
    private final URI uri;
    /** Null when the web server runs the program itself. */
    private final Nginx nginx;
    private final Child child;
    private final Path errors;

    private RunningGuestbook(URI uri, Nginx nginx, Child child, Path errors) {
        this.uri = uri;
        this.nginx = nginx;
        this.child = child;
        this.errors = errors;
    }

    /** Takes a web server that runs the guestbook. */
    static RunningGuestbook behind(int port, Path errors, Child server) throws Exception {
        URI uri = URI.create("http://127.0.0.1:" + port + "/guestbook");
        RunningGuestbook guestbook = new RunningGuestbook(uri, null, server, errors);
        try {
            Await.until("the web server listens", () -> guestbook.listens(port));
            return guestbook;
        } catch (Throwable e) {
            server.close();
            throw e;
        }
    }

    /** Takes an nginx in front of what runs the guestbook. */
    static RunningGuestbook behind(Nginx nginx, Child runner) {
        return new RunningGuestbook(nginx.uri("/guestbook"), nginx, runner, null);
    }

    private boolean listens(int port) throws IOException {
        if (!child.isAlive()) {
            throw new AssertionError("the web server ended: " + log());
        }
        try (Socket probe = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return probe.isConnected();
        } catch (ConnectException notYet) {
            return false;
        }
    }

    URI uri() {
        return uri;
    }

    /** {@return what web server and guestbook had to say} */
    String log() throws IOException {
        String log = nginx != null ? nginx.errors() : Files.exists(errors) ? Files.readString(errors) : "";
        return log + child.stdout() + child.stderr();
    }

    /**
     * Stops by SIGTERM and waits until nothing is left.
     *
     * @return the exit status of the one process that the others were started by
     */
    int stop() throws Exception {
        List<ProcessHandle> started = child.descendants();
        child.terminate();
        int status = child.exitStatus();
        Await.until("all have ended: " + started, () -> started.stream().noneMatch(ProcessHandle::isAlive));
        return status;
    }

    @Override
    public void close() {
        try (child) {
            if (nginx != null) {
                nginx.close();
            }
        }
    }
}
