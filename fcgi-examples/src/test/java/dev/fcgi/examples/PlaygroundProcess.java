package dev.fcgi.examples;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** A playground of the image, ready to answer. */
final class PlaygroundProcess implements AutoCloseable {
    private final Child child;
    private final String address;

    private PlaygroundProcess(Child child, String address) {
        this.child = child;
        this.address = address;
    }

    static PlaygroundProcess start(Path directory, String address) throws Exception {
        return start(directory, address, Map.of());
    }

    static PlaygroundProcess start(Path directory, String address, Map<String, String> environment) throws Exception {
        return ready(Child.start(directory, environment, Image.program("playground"), address), address);
    }

    /** Takes a process that becomes a playground, started by a process manager for instance. */
    static PlaygroundProcess ready(Child child, String address) throws Exception {
        try {
            child.awaitOutput("READY\n");
            return new PlaygroundProcess(child, address);
        } catch (Throwable e) {
            child.close();
            throw e;
        }
    }

    String address() {
        return address;
    }

    /** The process from outside. */
    Child process() {
        return child;
    }

    /** The counters of /stats, requested on a separate connection. */
    Map<String, Long> stats() throws Exception {
        return stats("");
    }

    Map<String, Long> stats(String arguments) throws Exception {
        return counters(RawConnection.get(address, "/stats", arguments).body());
    }

    /** Parses a response of /stats. */
    static Map<String, Long> counters(String answer) {
        Map<String, Long> stats = new HashMap<>();
        for (String line : answer.split("\n")) {
            String[] counter = line.split("=");
            stats.put(counter[0], Long.parseLong(counter[1]));
        }
        return stats;
    }

    /** Sends SIGTERM and waits for the end. */
    int stop() throws InterruptedException {
        child.terminate();
        return child.exitStatus();
    }

    @Override
    public void close() {
        child.close();
    }
}
