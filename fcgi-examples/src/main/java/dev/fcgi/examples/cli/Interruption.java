package dev.fcgi.examples.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Handles Ctrl-C and SIGTERM for a command that still has output to print: it is told to end, and the process waits a
 * few seconds for {@link #end}.
 */
final class Interruption {
    private static final long PATIENCE_SECONDS = 5;

    private final CountDownLatch ended = new CountDownLatch(1);
    private final Thread hook;

    /** @param action ends the command; called by another thread */
    Interruption(Runnable action) {
        hook = new Thread(() -> {
            action.run();
            try {
                ended.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt(); // the process ends anyway
            }
        });
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** The command has printed everything. */
    void end() {
        ended.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException ending) {
            // the hook is already running
        }
    }
}
