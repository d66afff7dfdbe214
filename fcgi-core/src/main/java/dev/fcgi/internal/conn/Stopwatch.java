package dev.fcgi.internal.conn;

/**
 * Checks whether something lasts longer than a limit, without reading the clock when it begins, because most things end
 * before the first check. The first check starts the watch, so the limit may be exceeded by the time between two
 * checks, but is never shortened.
 *
 * <p>Not thread-safe: guarded like the object that it times.
 */
public final class Stopwatch {
    private boolean running;
    private long startedAt;

    /** Begins a new measurement. */
    public void restart() {
        running = false;
    }

    /** Some of the time since the beginning does not count. */
    public void pause(long nanos) {
        startedAt += nanos; // if it is not running, the first check sets this anew
    }

    /** {@return whether the limit was exceeded at a time of the {@link Clock}} */
    public boolean isOver(long limit, long now) {
        if (!running) {
            running = true;
            startedAt = now;
        }
        return TimeLimit.isOver(limit, startedAt, now);
    }
}
