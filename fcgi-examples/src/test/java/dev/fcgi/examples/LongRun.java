package dev.fcgi.examples;

/** Whether the suites that wait or repeat shall do so for as long as it takes: {@code -Dfcgi.long}. */
final class LongRun {
    static final boolean ASKED = Boolean.getBoolean("fcgi.long");

    private LongRun() {}
}
