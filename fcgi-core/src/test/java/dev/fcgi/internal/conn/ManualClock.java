package dev.fcgi.internal.conn;

import static org.junit.jupiter.api.Assertions.fail;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * A clock that stands still until a test advances it. Time advances in steps of the ticker's interval, and after each
 * step every ticker has checked. Ticks themselves use real time, because they are not timeouts.
 */
public final class ManualClock implements Clock {
    private static final long STEP = TimeUnit.MILLISECONDS.toNanos(100);
    /** How long, in real time, a thread that waits by this clock waits between checks. */
    private static final long LOOK = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long DEADLINE = TimeUnit.SECONDS.toNanos(10);

    /** Where it begins means nothing, as for the clock of the system; it will not stay positive. */
    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - TimeUnit.SECONDS.toNanos(1));
    /** How often each ticker has parked. */
    private final Map<Thread, Integer> rounds = new ConcurrentHashMap<>();

    @Override
    public long nanoTime() {
        return now.get();
    }

    @Override
    public long await(Condition condition, long nanos) throws InterruptedException {
        long begin = now.get();
        condition.awaitNanos(Math.min(nanos, LOOK));
        return nanos - (now.get() - begin);
    }

    @Override
    public <T> T get(Future<T> result, long nanos) throws InterruptedException, ExecutionException, TimeoutException {
        long begin = now.get();
        while (now.get() - begin < nanos) {
            try {
                return result.get(LOOK, TimeUnit.NANOSECONDS);
            } catch (TimeoutException e) {
                // not by this clock
            }
        }
        throw new TimeoutException();
    }

    @Override
    public void park(long nanos) {
        rounds.merge(Thread.currentThread(), 1, Integer::sum);
        LockSupport.parkNanos(Math.min(nanos, LOOK));
    }

    /** Advances the time; afterwards every timeout that is shorter by a second has expired and was noticed. */
    public void advance(Duration time) {
        long deadline = System.nanoTime() + DEADLINE;
        for (long left = time.toNanos(); left > 0; left -= STEP) {
            now.addAndGet(Math.min(left, STEP));
            awaitLook(deadline);
        }
    }

    /**
     * Advances the time until a condition holds, a hundred times as fast as real time, so that timeouts of minutes do
     * not interfere with timeouts of seconds.
     *
     * @return how much time has passed
     */
    public Duration until(String what, BooleanSupplier condition) {
        long begin = now.get();
        for (long deadline = System.nanoTime() + DEADLINE; !condition.getAsBoolean(); ) {
            if (System.nanoTime() - deadline > 0) {
                fail("did not come true: " + what);
            }
            LockSupport.parkNanos(LOOK);
            now.addAndGet(STEP);
            awaitLook(deadline);
        }
        return Duration.ofNanos(now.get() - begin);
    }

    /** Waits until each ticker, and at least one, has completed a round. */
    private void awaitLook(long deadline) {
        Map<Thread, Integer> before = Map.copyOf(rounds);
        while (before.isEmpty() || !before.entrySet().stream().allMatch(one -> hasLooked(one.getKey(), one.getValue()))) {
            if (System.nanoTime() - deadline > 0) {
                fail("a ticker does not look");
            }
            before = before.isEmpty() ? Map.copyOf(rounds) : before;
            Thread.yield();
        }
    }

    private boolean hasLooked(Thread ticker, int before) {
        LockSupport.unpark(ticker);
        return !ticker.isAlive() || rounds.get(ticker) >= before + 2;
    }
}
