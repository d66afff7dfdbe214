package dev.fcgi.fault;

import java.util.function.Function;

/**
 * Makes the n-th operation that can fail in practice fail: of a socket, the start of a thread, the allocation of a
 * buffer. Before {@link #arm} and after {@link #disarm} nothing is counted and nothing fails. Thread-safe.
 */
public final class Faults {
    private int left;
    private boolean armed;
    private Function<String, Throwable> failure;
    private String failed;

    /**
     * Begins to count operations.
     *
     * @param number the number of the one that fails, from 1
     * @param failure what it throws, with its name as message
     */
    public synchronized void arm(int number, Function<String, Throwable> failure) {
        this.left = number;
        this.failure = failure;
        this.failed = null;
        this.armed = true;
    }

    /** {@return the name of the operation that has failed; null if there were fewer} */
    public synchronized String disarm() {
        armed = false;
        return failed;
    }

    /** Called before an operation: throws if it is the one to fail. */
    public void operation(String name) {
        Throwable thrown = next(name);
        if (thrown != null) {
            Faults.<RuntimeException>raise(thrown);
        }
    }

    private synchronized Throwable next(String name) {
        if (!armed || --left != 0) {
            return null;
        }
        failed = name;
        return failure.apply("injected: " + name);
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> void raise(Throwable thrown) throws T {
        throw (T) thrown;
    }
}
