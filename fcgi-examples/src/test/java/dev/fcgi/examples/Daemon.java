package dev.fcgi.examples;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

/** An installed server that a test runs in the foreground, with files only in a directory of the test. */
final class Daemon implements AutoCloseable {
    private final Child child;
    private final Path log;

    private Daemon(Child child, Path log) {
        this.child = child;
        this.log = log;
    }

    /**
     * Starts it and waits until it serves.
     *
     * @param log the file where it logs, if it has one
     * @param serves tells whether it does
     */
    static Daemon start(Path directory, Map<String, String> environment, Path log, Callable<Boolean> serves,
            String... command) throws Exception {
        Daemon daemon = new Daemon(Child.start(directory, environment, command), log);
        try {
            Await.until(command[0] + " serves", () -> {
                if (!daemon.child.isAlive()) {
                    throw new AssertionError(command[0] + " ended: " + daemon.log());
                }
                return serves.call();
            });
            return daemon;
        } catch (Throwable e) {
            daemon.close();
            throw e;
        }
    }

    /** {@return whether a process listens on that port of 127.0.0.1} */
    static boolean listens(int port) throws IOException {
        return listens(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    }

    /** {@return whether a process listens there} */
    static boolean listens(SocketAddress address) throws IOException {
        try (SocketChannel probe = SocketChannel.open(address)) {
            return probe.isConnected();
        } catch (SocketException notYet) { // refused, or no such file
            return false;
        }
    }

    /**
     * Creates a world-accessible directory below the test's own, because servers started by root run as another user.
     */
    static Path open(Path directory) throws IOException {
        Files.createDirectories(directory);
        return Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
    }

    /** {@return the log, and what the process has printed} */
    String log() throws IOException {
        return (Files.exists(log) ? Child.read(log) : "") + child.stdout() + child.stderr();
    }

    /** {@return the processes that it has started, and those that they have} */
    List<ProcessHandle> descendants() {
        return child.descendants();
    }

    /**
     * Stops it by SIGTERM and waits until nothing is left.
     *
     * @return its exit status
     */
    int stop() throws Exception {
        List<ProcessHandle> started = child.descendants();
        child.terminate(); // it takes along what it has started
        int status = child.exitStatus();
        Await.until("all have ended: " + started, () -> started.stream().noneMatch(Daemon::isRunning));
        return status;
    }

    /**
     * {@return whether a process has not ended} A child of a dead process must be reaped by its new parent; in a
     * container that is often a program that never does so, so a zombie remains.
     */
    static boolean isRunning(ProcessHandle process) {
        try {
            String stat = Files.readString(Path.of("/proc", Long.toString(process.pid()), "stat"));
            return process.isAlive() && !stat.substring(stat.lastIndexOf(')') + 1).startsWith(" Z");
        } catch (IOException ended) {
            return false;
        }
    }

    @Override
    public void close() {
        try (child) {
            stop();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
