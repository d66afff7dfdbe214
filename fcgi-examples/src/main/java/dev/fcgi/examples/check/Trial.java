package dev.fcgi.examples.check;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * One run of one case: its transcript, its connections, and its timeout. Confined to the thread that runs the case;
 * every wait of a case ends.
 */
public final class Trial {
    /** How much longer a whole case may take than one wait. */
    private static final int WAITS = 8;

    private final Transcript transcript = new Transcript();
    private final List<Connection<?>> connections = new ArrayList<>();
    private final List<String> seen = new ArrayList<>();
    private final List<Runnable> atEnd = new ArrayList<>();
    private final Duration timeout;
    private final long deadline;

    /** @param timeout how long an expected event may take */
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

    /** How long to wait when nothing is expected to arrive. */
    Duration quiet() {
        return timeout.dividedBy(5).compareTo(Duration.ofMillis(200)) < 0 ? timeout.dividedBy(5) : Duration.ofMillis(200);
    }

    /** {@return the System.nanoTime at which a wait of that length that begins now must end} */
    long deadline(Duration wait) {
        return Math.min(System.nanoTime() + wait.toNanos(), deadline);
    }

    /** Records an observation, even if everything was as expected; useful where the specification is silent. */
    void saw(String what) {
        seen.add(what);
    }

    String seen() {
        return String.join("; ", seen);
    }

    /** {@return the number of the connection, starting at 1} */
    int add(Connection<?> connection) {
        connections.add(connection);
        return connections.size();
    }

    /** Registers an action for the end of the trial, when the connections are closed. */
    void atEnd(Runnable action) {
        atEnd.add(action);
    }

    /** Closes all remaining connections, and returns how they ended. */
    List<String> close() {
        List<String> ended = connections.stream().map(Connection::leave).toList();
        atEnd.forEach(Runnable::run);
        return ended;
    }
}
