package dev.fcgi.internal.conn;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;

/**
 * What time it is, and waiting that has a limit. There is one clock, {@link #SYSTEM}; tests have another, which stands
 * still until they move it.
 */
public interface Clock {
    Clock SYSTEM = System::nanoTime;

    /** {@return the moment, in nanoseconds from anywhere: only differences mean something} */
    long nanoTime();

    /**
     * Waits until a condition is signalled, not longer than some time; may return earlier, like {@link
     * Condition#awaitNanos}, for callers that look again.
     *
     * @return how much of the time is left
     */
    default long await(Condition condition, long nanos) throws InterruptedException {
        return condition.awaitNanos(nanos);
    }

    /**
     * Does the same, and an interrupt stays for later.
     *
     * @return how long it waited
     */
    default long awaitUninterruptibly(Condition condition, long nanos) {
        long begin = nanoTime();
        boolean interrupted = Uninterrupted.putOff();
        try {
            await(condition, nanos);
        } catch (InterruptedException e) {
            interrupted = true;
        }
        Uninterrupted.deliver(interrupted);
        return nanoTime() - begin;
    }

    /** Waits for a result, not longer than some time. */
    default <T> T get(Future<T> result, long nanos) throws InterruptedException, ExecutionException, TimeoutException {
        return result.get(nanos, TimeUnit.NANOSECONDS);
    }

    /** Parks the thread of a {@link Ticker}, not longer than some time. */
    default void park(long nanos) {
        LockSupport.parkNanos(nanos);
    }
}
