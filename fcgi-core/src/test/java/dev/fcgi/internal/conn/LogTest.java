package dev.fcgi.internal.conn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fcgi.LogCapture;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is logged, what is only counted, and that a logger never sees the thread that logs. */
final class LogTest {
    private static final String NAME = "dev.fcgi.test";

    private final AtomicLong seconds = new AtomicLong();
    private final Log log = new Log(NAME, 3, 1, () -> TimeUnit.SECONDS.toNanos(seconds.get()));

    private final List<String> lines = new CopyOnWriteArrayList<>();

    private final List<Throwable> traces = new CopyOnWriteArrayList<>();
    /** What the logger does after it has taken a line. */
    private volatile Runnable habit = () -> { };
    private final LogCapture capture = new LogCapture(NAME, (line, thrown) -> {
        lines.add(line);
        if (thrown != null) {
            traces.add(thrown);
        }
        habit.run();
    });

    @AfterEach
    void close() {
        capture.close();
    }

    private List<String> said() {
        LogCapture.flush();
        List<String> said = List.copyOf(lines);
        lines.clear();
        return said;
    }

    @Test
    void someLinesOfAKindAreLoggedAndTheRestIsCounted() {
        for (int i = 1; i <= 5000; i++) {
            log.log(Level.WARNING, "{0} refused by {1}", i, "us");
        }
        assertEquals(List.of("WARNING 1 refused by us", "WARNING 2 refused by us", "WARNING 3 refused by us"),
                said());
        log.check();
        assertEquals(List.of(), said());
        seconds.set(11);
        log.check();
        log.check();
        assertEquals(List.of("WARNING 4997 more in the last 11 s: ... refused by ..."), said());
        log.log(Level.WARNING, "{0} refused by {1}", 5001, "us");
        assertEquals(List.of("WARNING 5001 refused by us"), said());
    }

    @Test
    void theCountIsAlsoLoggedAtTheNextLine() {
        for (int i = 0; i < 4; i++) {
            log.log(Level.WARNING, "refused");
        }
        said();
        seconds.set(60);
        log.log(Level.WARNING, "refused");
        assertEquals(List.of("WARNING 1 more in the last 60 s: refused", "WARNING refused"), said());
    }

    @Test
    void theCountIsLoggedAtTheEnd() {
        for (int i = 0; i < 5; i++) {
            log.log(Level.INFO, "refused");
        }
        said();
        log.close();
        assertEquals(List.of("INFO 2 more in the last 1 s: refused"), said());
    }

    @Test
    void eachKindHasItsOwnLimit() {
        for (int i = 0; i < 4; i++) {
            log.log(Level.WARNING, "one {0}", i);
            log.log(Level.WARNING, "another {0}", i);
        }
        assertEquals(6, said().size());
    }

    @Test
    void theFirstCauseComesWithItsStackTraceTheOthersWithTheirNames() {
        Exception cause = new Exception("broken");
        for (int i = 0; i < 9; i++) {
            log.log(Level.WARNING, cause, "handler failed: {0}", i);
        }
        assertEquals("WARNING handler failed: 2: java.lang.Exception: broken", said().get(2));
        assertEquals(List.of(cause), traces);
    }

    @Test
    void debugIsNotEvenWrittenWhereNobodyReadsIt() {
        AtomicInteger written = new AtomicInteger();
        Object parameter = new Object() {
            @Override
            public String toString() {
                written.incrementAndGet();
                return "{1}";
            }
        };
        for (int i = 0; i < 5; i++) {
            log.log(Level.DEBUG, "{0}", parameter);
            LogCapture.flush();
        }
        assertEquals(1, written.get()); // the first one checks
        seconds.set(11);
        log.log(Level.DEBUG, "{0}", parameter);
        assertEquals(2, written.get()); // and occasionally another one, because the level may have changed
    }

    @Test
    void aLoggerThatBlocksKeepsNobodyWaiting() throws Exception {
        CountDownLatch blocked = new CountDownLatch(1);
        CountDownLatch gate = new CountDownLatch(1);
        Log everything = new Log(NAME, Integer.MAX_VALUE, 1, Clock.SYSTEM);
        habit = () -> {
            blocked.countDown();
            awaitQuietly(gate);
        };
        everything.log(Level.WARNING, "0");
        assertTrue(blocked.await(10, TimeUnit.SECONDS));
        for (int i = 1; i <= 3000; i++) {
            everything.log(Level.WARNING, "{0}", i);
        }
        gate.countDown();
        List<String> said = said();
        assertEquals(1002, said.size());
        assertEquals("WARNING 1000", said.get(1000));
        assertEquals("WARNING 2000 lines lost: the logger is too slow", said.get(1001));
    }

    @Test
    void aLoggerThatThrowsGetsTheNextLineAllTheSame() {
        habit = () -> {
            throw new StackOverflowError();
        };
        log.log(Level.WARNING, "one");
        log.log(Level.WARNING, "two");
        assertEquals(List.of("WARNING one", "WARNING two"), said());
    }

    @Test
    void whatCannotBeWrittenIsNotLogged() {
        log.log(Level.WARNING, "{0}", new Object() {
            @Override
            public String toString() {
                throw new OutOfMemoryError("as a test");
            }
        });
        log.log(Level.WARNING, "fine");
        assertEquals(List.of("WARNING fine"), said());
    }

    /** The line itself says what it is about; its source is always the same class of the library. */
    @Test
    void aLoggerSaysItsNameAndNoClassOfOurs() {
        log.log(Level.WARNING, "one");
        log.log(Level.WARNING, new Exception(), "two");
        assertEquals(2, said().size());
        assertNull(capture.source());
    }

    private static void awaitQuietly(CountDownLatch gate) {
        try {
            gate.await(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
