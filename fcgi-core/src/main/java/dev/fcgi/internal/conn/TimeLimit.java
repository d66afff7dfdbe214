package dev.fcgi.internal.conn;

import java.time.Duration;
import java.util.Objects;

/** Timeouts in nanoseconds. {@link Long#MAX_VALUE} stands for none and needs care, because times wrap around. */
public final class TimeLimit {
    private TimeLimit() {}

    /**
     * Converts a setting to a timeout.
     *
     * @param time 0 for no limit
     * @param name the name of the setting, for the message
     */
    public static long of(Duration time, String name) {
        if (Objects.requireNonNull(time, "time").isNegative()) {
            throw new IllegalArgumentException(name + " must be at least 0, was " + time);
        }
        return time.isZero() ? Long.MAX_VALUE : nanos(time);
    }

    /** {@return the nanoseconds of a duration, limited to the range of long} */
    public static long nanos(Duration time) {
        try {
            return time.toNanos();
        } catch (ArithmeticException centuries) {
            return Long.MAX_VALUE;
        }
    }

    /** {@return whether more time than the limit is between two times of a {@link Clock}} */
    public static boolean isOver(long limit, long since, long now) {
        return limit != Long.MAX_VALUE && now - since > limit;
    }
}
