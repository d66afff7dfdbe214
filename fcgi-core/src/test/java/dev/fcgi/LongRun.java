package dev.fcgi;

/**
 * How long the suites that could go on forever last: in the usual build as long as it takes to see that they work, with
 * {@code -Dfcgi.long} as long as it takes to find something.
 */
public final class LongRun {
    private static final boolean LONG = Boolean.getBoolean("fcgi.long");

    private LongRun() {}

    public static boolean isLong() {
        return LONG;
    }

    /** {@return the usual number, or the one for {@code -Dfcgi.long}} A property may name another one. */
    public static int seconds(String property, int usual, int asked) {
        return Integer.getInteger(property, LONG ? asked : usual);
    }
}
