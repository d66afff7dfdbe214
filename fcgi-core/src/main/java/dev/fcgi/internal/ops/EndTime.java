package dev.fcgi.internal.ops;

/** The times of a request that has ended, without another look at the clock, and without an object. */
public interface EndTime {
    /** {@return when it ended, on the clock of {@link System#nanoTime}} */
    long endedAt();

    /** {@return how long it took, in nanoseconds} */
    long nanos();
}
