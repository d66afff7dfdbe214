package dev.fcgi.fault;

import java.util.function.Function;

/**
 * Lets the n-th operation fail that may fail in real life: of a socket, the start of a thread, taking a buffer. Before
 * {@link #arm} and after {@link #disarm} nothing is counted and nothing fails. Any thread.
 */
public final class Faults {
    private int left;
    private boolean armed;
    private Function<String, Throwable> failure;
    private String failed;

    /**
     * From now on operations count.
     *
     * @param number of the one that fails, from 1
     * @param failure what it throws, with its name as message
     */
    public synchronized void arm(int number, Function<String, Throwable> failure) {
        this.left = number;
        this.failure = failure;
        this.failed = null;
        this.armed = true;
    }

    /** {@return the name of the operation that has failed; null when there were not as many} */
    public synchronized String disarm() {
        armed = false;
        return failed;
    }

    /** An operation is about to be done: throws if it is its turn to fail, whatever that is. */
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
