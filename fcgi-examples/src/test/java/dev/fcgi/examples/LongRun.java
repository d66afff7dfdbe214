package dev.fcgi.examples;

/** Whether suites that wait or repeat run for their full time: {@code -Dfcgi.long}. */
final class LongRun {
    static final boolean ASKED = Boolean.getBoolean("fcgi.long");

    private LongRun() {}
}
