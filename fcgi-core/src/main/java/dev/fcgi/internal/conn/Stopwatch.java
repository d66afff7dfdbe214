package dev.fcgi.internal.conn;

/**
 * Tells whether something lasts longer than a limit, without asking the clock when it begins: most of what is timed is
 * over before anybody looks. The first look starts the watch, so a limit may be exceeded by the time between two looks,
 * and is never cut short.
 *
 * <p>Not thread-safe: guarded by whatever guards what is timed.
 */
public final class Stopwatch {
    private boolean running;
    private long startedAt;

    /** What is timed begins now. */
    public void restart() {
        running = false;
    }

    /** {@return whether the limit was exceeded at a moment of the {@link Clock}} */
    public boolean isOver(long limit, long now) {
        if (!running) {
            running = true;
            startedAt = now;
        }
        return TimeLimit.isOver(limit, startedAt, now);
    }
}
