package dev.fcgi.examples;

import java.time.Duration;
import java.util.concurrent.Callable;

/** Waits for conditions that no event tells of; never longer than a deadline, never shorter than needed. */
final class Await {
    static final Duration LIMIT = Duration.ofSeconds(30);

    private Await() {}

    static void until(String what, Callable<Boolean> condition) throws Exception {
        until(what, LIMIT, condition);
    }

    static void until(String what, Duration limit, Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!condition.call()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("not within " + limit.toSeconds() + " s: " + what);
            }
            Thread.sleep(5);
        }
    }
}
