package dev.fcgi.internal.conn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fcgi.fault.Faults;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One thread at a time reads, and when all are busy another one is started. */
@Timeout(30)
final class ReaderRoleTest {
    private final ReentrantLock lock = new ReentrantLock();
    private final Ticked connection = new Ticked();
    /** How many threads were started to read. */
    private final Semaphore started = new Semaphore(0);
    private final Log log = Log.of("dev.fcgi.test");
    private final Ticker ticker = new Ticker(List.of(connection), log, Clock.SYSTEM);
    private final ReaderRole role = new ReaderRole(lock, ticker, connection, started::release, log);

    private final class Ticked implements Ticker.Ticked {
        @Override
        public boolean tick(int tick) {
            lock.lock();
            try {
                return role.tick(tick);
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void check(long nanoTime) {
            lock.lock();
            try {
                role.check();
            } finally {
                lock.unlock();
            }
        }
    }

    @BeforeEach
    void lock() {
        lock.lock();
    }

    @AfterEach
    void stop() {
        if (lock.isHeldByCurrentThread()) {
            lock.unlock();
        }
        ticker.stop();
        FaultyThreads.remove();
    }

    @Test
    void isTakenByOneAtATime() {
        assertFalse(role.take(), "whoever has made the connection has it");
        role.release();
        assertFalse(role.isTaken());
        assertTrue(role.take());
        assertFalse(role.take());
        assertTrue(role.isTaken());
    }

    @Test
    void aThreadIsStartedOnlyIfNobodyReads() throws Exception {
        role.ensureTaken();
        assertEquals(0, started.availablePermits());
        role.release();
        role.ensureTaken();
        assertTrue(role.isTaken());
        role.ensureTaken();
        started.acquire();
        assertEquals(0, started.availablePermits());
    }

    @Test
    void theHolderLeavesItToAnotherThread() throws Exception {
        role.handOver();
        assertTrue(role.isTaken(), "by a thread on its way");
        started.acquire();
    }

    @Test
    void aTickIsNotEnoughToStartAThread() {
        role.release();
        assertTrue(role.tick(1));
        assertFalse(role.isTaken());
        assertFalse(role.tick(2), "nothing more to watch");
        assertTrue(role.isTaken());
    }

    @Test
    void theTickerLeavesAloneWhatIsTaken() {
        role.release();
        role.take();
        assertFalse(role.tick(10));
        assertEquals(0, started.availablePermits());
    }

    @Test
    void theTickerHasAThreadReadWhileAllAreBusy() throws Exception {
        ticker.start();
        for (int i = 0; i < 3; i++) {
            role.release();
            lock.unlock();
            assertTrue(started.tryAcquire(10, TimeUnit.SECONDS));
            lock.lock();
            assertTrue(role.isTaken());
        }
    }

    @Test
    void withoutMemoryForAThreadTheTickerTriesAgain() throws Exception {
        Faults faults = new Faults();
        FaultyThreads.install(faults);
        faults.arm(1, OutOfMemoryError::new);
        role.handOver();
        assertEquals("thread", faults.disarm());
        assertFalse(role.isTaken());
        ticker.start();
        lock.unlock();
        assertTrue(started.tryAcquire(10, TimeUnit.SECONDS));
    }
}
