package dev.fcgi.internal.conn;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;

/**
 * The time, and timed waits. The library uses {@link #SYSTEM}; tests use a clock that stands still until they move it.
 */
public interface Clock {
    Clock SYSTEM = System::nanoTime;

    /** {@return the time in nanoseconds from an arbitrary origin; only differences are meaningful} */
    long nanoTime();

    /**
     * Waits until a condition is signalled or a time has passed; may return earlier, like {@link Condition#awaitNanos},
     * so callers must check again.
     *
     * @return the remaining time
     */
    default long await(Condition condition, long nanos) throws InterruptedException {
        return condition.awaitNanos(nanos);
    }

    /**
     * Does the same, but keeps an interrupt pending.
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

    /** Waits for a result, with a time limit. */
    default <T> T get(Future<T> result, long nanos) throws InterruptedException, ExecutionException, TimeoutException {
        return result.get(nanos, TimeUnit.NANOSECONDS);
    }

    /** Parks the thread of a {@link Ticker}, with a time limit. */
    default void park(long nanos) {
        LockSupport.parkNanos(nanos);
    }
}
