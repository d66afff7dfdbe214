package dev.fcgi.examples.check;

import java.io.File;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A program that a suite starts with a shell; its output goes to our standard error. It ends with this process. */
final class Program implements AutoCloseable {
    private final String command;
    private Process process;

    Program(String command) {
        this.command = command;
    }

    void start() throws IOException {
        process = new ProcessBuilder("/bin/sh", "-c", command)
                .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    boolean isAlive() {
        return process != null && process.isAlive();
    }

    /** Ends it and all processes that it has started: by SIGTERM, and by SIGKILL if that is not enough. */
    @Override
    public void close() {
        if (process == null) {
            return;
        }
        List<ProcessHandle> all = Stream.concat(process.descendants(), Stream.of(process.toHandle())).toList();
        all.forEach(ProcessHandle::destroy);
        try {
            for (ProcessHandle one : all) {
                one.onExit().get(2, TimeUnit.SECONDS);
            }
        } catch (Exception e) {
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            all.forEach(ProcessHandle::destroyForcibly);
        }
    }
}
