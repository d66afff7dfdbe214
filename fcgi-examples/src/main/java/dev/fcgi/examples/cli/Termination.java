package dev.fcgi.examples.cli;

/**
 * What SIGTERM and Ctrl-C mean for a command that runs until then: it stops, and the exit status says whether anything
 * was lost by that.
 */
final class Termination implements AutoCloseable {
    /** Stops a command. */
    @FunctionalInterface
    interface Stop {
        /** {@return whether nothing was lost} */
        boolean isClean() throws InterruptedException;
    }

    private final Thread hook;

    /** @param stop stops the command; called by another thread */
    Termination(Stop stop) {
        hook = new Thread(() -> Runtime.getRuntime().halt(status(stop)));
        Runtime.getRuntime().addShutdownHook(hook);
    }

    private static int status(Stop stop) {
        try {
            return stop.isClean() ? ExitStatus.OK : ExitStatus.FAILED;
        } catch (InterruptedException | RuntimeException e) {
            return ExitStatus.FAILED;
        }
    }

    /** The command ends by itself. */
    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException ending) {
            // the hook is already running
        }
    }
}
