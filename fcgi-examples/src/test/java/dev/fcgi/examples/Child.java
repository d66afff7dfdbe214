package dev.fcgi.examples;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A process of a test. Its output goes to files; at the end it is killed with all processes that it has started. */
final class Child implements AutoCloseable {
    private static final AtomicInteger COUNT = new AtomicInteger();

    private final Process process;
    private final String name;
    private final Path stdout;
    private final Path stderr;

    private Child(Process process, String name, Path stdout, Path stderr) {
        this.process = process;
        this.name = name;
        this.stdout = stdout;
        this.stderr = stderr;
    }

    /** Starts a command with its standard input at the null device. */
    static Child start(Path directory, Map<String, String> environment, String... command) throws IOException {
        return start(directory, environment, Path.of("/dev/null"), command);
    }

    /** Starts a command with its standard input from a file. */
    static Child start(Path directory, Map<String, String> environment, Path stdin, String... command)
            throws IOException {
        Peer.check(List.of(command));
        String name = Path.of(command[0]).getFileName() + "-" + COUNT.incrementAndGet();
        Path stdout = directory.resolve(name + ".out");
        Path stderr = directory.resolve(name + ".err");
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectInput(stdin.toFile())
                .redirectOutput(stdout.toFile())
                .redirectError(stderr.toFile());
        builder.environment().putAll(environment);
        return new Child(builder.start(), name + " " + Arrays.asList(command), stdout, stderr);
    }

    /** Waits until the process has printed something. */
    void awaitOutput(String text) throws Exception {
        Await.until(name + " prints " + text, () -> {
            if (stdout().contains(text)) {
                return true;
            }
            if (!process.isAlive()) {
                throw new AssertionError(name + " ended with " + process.exitValue() + ": " + stderr());
            }
            return false;
        });
    }

    long pid() {
        return process.pid();
    }

    /** {@return the processes that it has started, and those that they have} */
    List<ProcessHandle> descendants() {
        return process.descendants().toList();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    String stdout() throws IOException {
        return read(stdout);
    }

    String stderr() throws IOException {
        return read(stderr);
    }

    static String read(Path file) throws IOException {
        return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
    }

    /** {@return its standard error, without the lines about its start and stop} */
    String complaints() throws IOException {
        return withoutLifeLines(stderr());
    }

    /** The format is that of the JDK, with java.util.logging and without: time and place on a line of their own. */
    static String withoutLifeLines(String log) {
        return log.replaceAll("(?m)^.*\\RINFO: (server|status page) (listens at|stops:|has stopped after) .*\\R", "");
    }

    /** Sends SIGTERM. */
    void terminate() {
        process.destroy();
    }

    /** Sends SIGKILL. */
    void kill() {
        process.destroyForcibly();
    }

    int exitStatus() throws InterruptedException {
        return exitStatus(Await.LIMIT);
    }

    int exitStatus(Duration limit) throws InterruptedException {
        if (!process.waitFor(limit.toSeconds(), TimeUnit.SECONDS)) {
            throw new AssertionError("still runs: " + name);
        }
        return process.exitValue();
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
