package dev.fcgi.internal.conn;

/** Limits on time, as nanoseconds; {@link Long#MAX_VALUE} stands for none and needs care, for moments wrap around. */
public final class TimeLimit {
    private TimeLimit() {}

    /** {@return whether more time than the limit lies between two moments of System.nanoTime()} */
    public static boolean isOver(long limit, long since, long now) {
        return limit != Long.MAX_VALUE && now - since > limit;
    }
}
