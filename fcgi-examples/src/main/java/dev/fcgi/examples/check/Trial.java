package dev.fcgi.examples.check;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * One run of one case: its transcript, its connections, and how long it may take. Confined to the thread that runs the
 * case, and no wait of a case is without an end.
 */
public final class Trial {
    /** How many times as long as one wait a whole case may take. */
    private static final int WAITS = 8;

    private final Transcript transcript = new Transcript();
    private final List<Connection<?>> connections = new ArrayList<>();
    private final List<String> seen = new ArrayList<>();
    private final List<Runnable> atEnd = new ArrayList<>();
    private final Duration timeout;
    private final long deadline;

    /** @param timeout how long something that must come may take */
    Trial(Duration timeout) {
        this.timeout = timeout;
        this.deadline = System.nanoTime() + timeout.toNanos() * WAITS;
    }

    Transcript transcript() {
        return transcript;
    }

    Duration timeout() {
        return timeout;
    }

    /** How long nothing must come, where nothing may. */
    Duration quiet() {
        return timeout.dividedBy(5).compareTo(Duration.ofMillis(200)) < 0 ? timeout.dividedBy(5) : Duration.ofMillis(200);
    }

    /** {@return the moment when a wait of that length that begins now must end, of System.nanoTime} */
    long deadline(Duration wait) {
        return Math.min(System.nanoTime() + wait.toNanos(), deadline);
    }

    /** Tells what was seen, also when all is as expected: of use where the specification is silent. */
    void saw(String what) {
        seen.add(what);
    }

    String seen() {
        return String.join("; ", seen);
    }

    /** {@return the number of the connection, from 1 on} */
    int add(Connection<?> connection) {
        connections.add(connection);
        return connections.size();
    }

    /** Something to be done at the end, when the connections are closed. */
    void atEnd(Runnable action) {
        atEnd.add(action);
    }

    /** Closes all that are left, and tells how they ended. */
    List<String> close() {
        List<String> ended = connections.stream().map(Connection::leave).toList();
        atEnd.forEach(Runnable::run);
        return ended;
    }
}
