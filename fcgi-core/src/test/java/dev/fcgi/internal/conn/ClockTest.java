package dev.fcgi.internal.conn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Timeouts: when they expire, by which clock. */
@Timeout(30)
final class ClockTest {
    private static final long LIMIT = 100;

    @Test
    void aLimitIsExceededByMoreThanItself() {
        assertFalse(TimeLimit.isOver(LIMIT, 5, 105));
        assertTrue(TimeLimit.isOver(LIMIT, 5, 106));
        assertFalse(TimeLimit.isOver(Long.MAX_VALUE, 5, 4), "no limit");
        assertTrue(TimeLimit.isOver(LIMIT, Long.MAX_VALUE - 50, Long.MIN_VALUE + 50), "moments wrap around");
    }

    @Test
    void aLimitIsMadeOfASetting() {
        assertEquals(Long.MAX_VALUE, TimeLimit.of(Duration.ZERO, "readTimeout"));
        assertEquals(Long.MAX_VALUE, TimeLimit.of(Duration.ofDays(200_000), "readTimeout"));
        assertEquals(1_000_000, TimeLimit.of(Duration.ofMillis(1), "readTimeout"));
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class,
                () -> TimeLimit.of(Duration.ofSeconds(-1), "readTimeout"));
        assertEquals("readTimeout must be at least 0, was PT-1S", e.getMessage());
    }

    @Test
    void theFirstLookStartsTheWatch() {
        Stopwatch watch = new Stopwatch();
        assertFalse(watch.isOver(LIMIT, 1000));
        assertFalse(watch.isOver(LIMIT, 1100));
        assertTrue(watch.isOver(LIMIT, 1101));
        assertTrue(watch.isOver(LIMIT, 1102), "it goes on");
        watch.restart();
        assertFalse(watch.isOver(LIMIT, 9000), "the next look starts it again");
        assertTrue(watch.isOver(LIMIT, 9101));
        watch.pause(50);
        assertFalse(watch.isOver(LIMIT, 9150), "some of it does not count");
        assertTrue(watch.isOver(LIMIT, 9151));
        watch.restart();
        watch.pause(50);
        assertFalse(watch.isOver(LIMIT, 9200));
        assertTrue(watch.isOver(LIMIT, 9301), "it was not running then");
    }

    @Test
    void theClockOfTheSystemRuns() throws Exception {
        ReentrantLock lock = new ReentrantLock();
        Condition condition = lock.newCondition();
        lock.lock();
        try {
            long before = System.nanoTime();
            for (long left = 2_000_000; left > 0; ) {
                left = Clock.SYSTEM.await(condition, left);
            }
            assertTrue(System.nanoTime() - before >= 2_000_000);
        } finally {
            lock.unlock();
        }
        assertEquals("done", Clock.SYSTEM.get(CompletableFuture.completedFuture("done"), 0));
        assertThrows(TimeoutException.class, () -> Clock.SYSTEM.get(new CompletableFuture<>(), 1));
    }

    /** What a ticker sees of the manual clock. */
    @Test
    void theClockOfTestsGoesByInStepsThatNoTickerMisses() {
        ManualClock clock = new ManualClock();
        long begin = clock.nanoTime();
        List<Long> seen = new CopyOnWriteArrayList<>();
        Ticker ticker = new Ticker(List.of(new Ticker.Ticked() {
            @Override
            public boolean tick(int tick) {
                return false;
            }

            @Override
            public void check(long nanoTime) {
                seen.add((nanoTime - begin) / 1_000_000);
            }
        }), Log.of("dev.fcgi.test"), clock);
        ticker.start();
        try {
            clock.advance(Duration.ofMillis(350));
            assertEquals(List.of(100L, 200L, 300L), seen);
            clock.advance(Duration.ofMillis(50));
            assertEquals(List.of(100L, 200L, 300L, 400L), seen);
        } finally {
            ticker.stop();
        }
    }

    @Test
    void aWaitByTheClockOfTestsEndsByItAlone() throws Exception {
        ManualClock clock = new ManualClock();
        ReentrantLock lock = new ReentrantLock();
        Condition condition = lock.newCondition();
        lock.lock();
        try {
            assertEquals(LIMIT, clock.await(condition, LIMIT), "no time has gone by");
            Thread.currentThread().interrupt();
            assertEquals(0, clock.awaitUninterruptibly(condition, LIMIT));
            assertTrue(Thread.interrupted(), "it stays for later");
        } finally {
            lock.unlock();
        }
        assertEquals("done", clock.get(CompletableFuture.completedFuture("done"), 1));
    }
}
