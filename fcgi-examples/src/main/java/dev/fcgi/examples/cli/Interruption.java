package dev.fcgi.examples.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Ctrl-C and SIGTERM while a command still has something to say: it is told to come to its end, and the process waits
 * until {@link #end}, for some seconds.
 */
final class Interruption {
    private static final long PATIENCE_SECONDS = 5;

    private final CountDownLatch ended = new CountDownLatch(1);
    private final Thread hook;

    /** @param action makes the command end; called by another thread */
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

    /** The command has said all. */
    void end() {
        ended.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException ending) {
            // it runs
        }
    }
}
