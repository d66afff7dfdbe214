package dev.fcgi.internal.conn;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** No interrupt reaches the socket, and none is lost. */
final class UninterruptedTest {
    private final ReentrantLock lock = new ReentrantLock();
    private final Uninterrupted handler = new Uninterrupted(lock);

    @BeforeEach
    void lock() {
        lock.lock();
    }

    @AfterEach
    void unlock() {
        lock.unlock();
        Thread.interrupted(); // for other tests on this thread
    }

    @Test
    void whatTheThreadBringsAlongComesBack() {
        Thread.currentThread().interrupt();
        boolean interrupted = handler.enter();
        assertFalse(Thread.currentThread().isInterrupted());
        handler.leave(interrupted);
        assertTrue(Thread.interrupted());
        handler.leave(handler.enter());
        assertFalse(Thread.interrupted());
    }

    @Test
    void oursWaitsForTheEndOfTheInput() {
        handler.begin();
        boolean interrupted = handler.enter();
        handler.interrupt();
        assertFalse(Thread.currentThread().isInterrupted());
        handler.leave(interrupted);
        assertTrue(Thread.interrupted());
        handler.leave(handler.enter());
        assertFalse(Thread.interrupted(), "once");
        assertTrue(handler.end());
    }

    @Test
    void oursArrivesImmediatelyOutside() {
        handler.begin();
        handler.interrupt();
        assertTrue(Thread.interrupted());
        assertTrue(handler.end());
    }

    @Test
    void nobodyIsInterruptedBeforeAndAfter() {
        handler.interrupt();
        handler.begin();
        assertFalse(handler.end());
        handler.interrupt();
        assertFalse(Thread.interrupted());
    }

    @Test
    void anotherThreadInsideKeepsOursFromNobody() throws Exception {
        handler.begin();
        Thread other = Thread.ofVirtual().unstarted(() -> {
            lock.lock();
            try {
                handler.leave(handler.enter());
            } finally {
                lock.unlock();
            }
        });
        lock.unlock();
        other.start();
        other.join();
        lock.lock();
        handler.interrupt();
        assertTrue(Thread.interrupted());
    }

    @Test
    void aWaitIsNotCutShort() {
        Condition condition = lock.newCondition();
        AtomicBoolean signalled = new AtomicBoolean();
        Thread.startVirtualThread(() -> {
            lock.lock(); // once the other thread waits
            try {
                signalled.set(true);
                condition.signal();
            } finally {
                lock.unlock();
            }
        });
        Thread.currentThread().interrupt();
        Clock.SYSTEM.awaitUninterruptibly(condition, TimeUnit.SECONDS.toNanos(10));
        assertTrue(signalled.get());
        assertTrue(Thread.interrupted());
    }
}
