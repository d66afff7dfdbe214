package dev.fcgi.internal.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.fcgi.Outcome;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** No request is missed, whichever threads count at the same time. */
final class TallyTest {
    private static final int EACH = 20_000;

    @Test
    void threadsThatMeet() throws Exception {
        Tally tally = new Tally();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 100; i++) { // more than parts
            threads.add(Thread.ofVirtual().start(() -> count(tally)));
            threads.add(Thread.ofPlatform().start(() -> count(tally)));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        long half = threads.size() * EACH / 2;
        assertEquals(half, tally.count(Outcome.COMPLETED));
        assertEquals(half, tally.count(Outcome.FAILED));
        assertEquals(2 * half, tally.inBucket(0));
        assertEquals(3 * 2 * half, tally.nanos());
        assertEquals(5 * 2 * half, tally.bytesIn());
        assertEquals(7 * 2 * half, tally.bytesOut());
        assertEquals(2 * half, Arrays.stream(tally.lately(TimeUnit.SECONDS.toNanos(30))).sum());
    }

    private static void count(Tally tally) {
        StubEvent event = new StubEvent();
        event.bytesIn = 5;
        event.bytesOut = 7;
        for (int i = 0; i < EACH; i++) {
            event.outcome = i % 2 == 0 ? Outcome.COMPLETED : Outcome.FAILED;
            tally.add(event, 3, TimeUnit.SECONDS.toNanos(i % 20));
        }
    }
}
