package dev.fcgi.internal.conn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fcgi.LogCapture;
import java.util.AbstractList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The ticker continues, whatever is thrown, and wherever. */
final class TickerTest {
    private static final String NAME = "dev.fcgi.test";

    private final LogCapture capture = new LogCapture(NAME, (line, thrown) -> {
        throw new OutOfMemoryError("of the logger");
    });
    private final ManualClock clock = new ManualClock();
    private Ticker ticker;

    @AfterEach
    void stop() {
        ticker.stop();
        capture.close();
    }

    private static final class Indescribable extends Error {
        private static final long serialVersionUID = 1;

        @Override
        public String toString() {
            throw new OutOfMemoryError("on top");
        }
    }

    static List<Supplier<Throwable>> all() {
        return List.of(() -> new OutOfMemoryError("as a test"), StackOverflowError::new, IllegalStateException::new,
                InterruptedException::new, Indescribable::new);
    }

    @ParameterizedTest
    @MethodSource("all")
    void aConnectionThatThrowsIsTickedAndCheckedAgain(Supplier<Throwable> thrown) throws Exception {
        CountDownLatch ticks = new CountDownLatch(3);
        CountDownLatch checks = new CountDownLatch(3);
        Ticker.Ticked broken = ticked(ticks, checks, thrown);
        CountDownLatch otherTicks = new CountDownLatch(3);
        CountDownLatch otherChecks = new CountDownLatch(3);
        Ticker.Ticked sound = ticked(otherTicks, otherChecks, null);
        start(List.of(broken, sound), Log.of(NAME));
        ticker.watch(broken);
        ticker.watch(sound);
        for (CountDownLatch latch : List.of(ticks, checks, otherTicks, otherChecks)) {
            await(latch);
        }
    }

    @ParameterizedTest
    @MethodSource("all")
    void theClockGoesOnWhenItsOwnLoopFails(Supplier<Throwable> thrown) throws Exception {
        AtomicInteger asked = new AtomicInteger();
        CountDownLatch checks = new CountDownLatch(2);
        Ticker.Ticked sound = ticked(new CountDownLatch(0), checks, null);
        start(new AbstractList<>() {
            @Override
            public Ticker.Ticked get(int index) {
                return sound;
            }

            @Override
            public int size() {
                if (asked.incrementAndGet() == 2) {
                    throw sneaky(thrown.get());
                }
                return 1;
            }
        }, Log.of(NAME));
        await(checks);
    }

    @Test
    void theClockGoesOnWhenTheLogFails() throws Exception {
        CountDownLatch checks = new CountDownLatch(3);
        Ticker.Ticked broken = ticked(new CountDownLatch(0), checks, OutOfMemoryError::new);
        start(List.of(broken), new Log(NAME, 3, 1, () -> {
            throw new OutOfMemoryError("of the clock of the log");
        }));
        await(checks);
    }

    /** Busy connections come and go all the time: if each woke the ticker for a tick of its own, that would cost a third. */
    @Test
    void whatComesWhileTheTickerSleepsIsTickedAWholeTickLater() throws Exception {
        AtomicLong parked = new AtomicLong();
        CountDownLatch asleep = new CountDownLatch(1);
        CountDownLatch ticked = new CountDownLatch(1);
        AtomicLong before = new AtomicLong();
        ticker = new Ticker(List.of(), Log.of(NAME), new Clock() {
            @Override
            public long nanoTime() {
                return 0;
            }

            @Override
            public void park(long nanos) {
                parked.set(nanos);
                asleep.countDown();
                LockSupport.parkNanos(nanos);
            }
        });
        ticker.start();
        assertTrue(asleep.await(10, TimeUnit.SECONDS));
        ticker.watch(new Ticker.Ticked() {
            @Override
            public boolean tick(int tick) {
                before.set(parked.get());
                ticked.countDown();
                return false;
            }

            @Override
            public void check(long nanoTime) {}
        });
        assertTrue(ticked.await(10, TimeUnit.SECONDS));
        assertEquals(TimeUnit.MILLISECONDS.toNanos(5), before.get());
    }

    private void start(List<Ticker.Ticked> all, Log log) {
        ticker = new Ticker(all, log, clock);
        ticker.start();
    }

    private void await(CountDownLatch latch) {
        clock.until("the latch opens", () -> latch.getCount() == 0);
    }

    private static Ticker.Ticked ticked(CountDownLatch ticks, CountDownLatch checks, Supplier<Throwable> thrown) {
        return new Ticker.Ticked() {
            @Override
            public boolean tick(int tick) {
                ticks.countDown();
                return fail();
            }

            @Override
            public void check(long nanoTime) {
                checks.countDown();
                fail();
            }

            private boolean fail() {
                if (thrown != null) {
                    throw sneaky(thrown.get());
                }
                return true;
            }
        };
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> T sneaky(Throwable e) throws T {
        throw (T) e;
    }
}
