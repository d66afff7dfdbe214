package dev.fcgi.internal.conn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fcgi.fault.Faults;
import dev.fcgi.internal.conn.Output.NothingWrittenException;
import dev.fcgi.internal.wire.RecordBuffer;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Which thread writes what and when, how much is staged meanwhile, and what happens when writing fails. */
@Timeout(30)
final class OutputTest {
    private static final int ALONE = 2 * 1024;
    private static final int MULTIPLEXED = 64 * 1024;
    private static final long LIMIT = TimeUnit.SECONDS.toNanos(60);

    private final ReentrantLock lock = new ReentrantLock();
    private final ScriptedWire wire = new ScriptedWire();
    private final Output output = new Output(wire, lock, false);
    private final AtomicInteger questions = new AtomicInteger();
    private volatile boolean wanted = true;

    /** An action with the lock held. */
    @FunctionalInterface
    private interface Step {
        void run() throws IOException;
    }

    private void locked(Step step) throws IOException {
        lock.lock();
        try {
            step.run();
        } finally {
            assertTrue(lock.isHeldByCurrentThread() && lock.getHoldCount() == 1);
            lock.unlock();
        }
    }

    private boolean ask(BooleanSupplier question) {
        lock.lock();
        try {
            return question.getAsBoolean();
        } finally {
            lock.unlock();
        }
    }

    private FutureTask<Void> elsewhere(Step step) {
        return start(() -> {
            locked(step);
            return null;
        });
    }

    private static <T> FutureTask<T> start(Callable<T> callable) {
        FutureTask<T> task = new FutureTask<>(callable);
        Thread.startVirtualThread(task);
        return task;
    }

    /** For who waits for room: it is wanted, for as long as nothing else is said. */
    private boolean isWanted() {
        questions.incrementAndGet();
        return wanted;
    }

    /** Blocks until a thread waits that has checked its condition. */
    private void awaitWaiting() {
        while (!ask(() -> questions.get() > 0)) {
            Thread.yield();
        }
    }

    private static RecordBuffer records(int... ids) {
        RecordBuffer records = new RecordBuffer(0, false);
        for (int id : ids) {
            records.abortRequest(id);
        }
        records.close();
        return records;
    }

    // ---- who writes

    @Test
    void aLoneThreadWritesItself() throws Exception {
        locked(() -> output.write(records(1, 2)));
        wire.expect("write 1 2");
        assertSame(Thread.currentThread(), wire.writer());
        assertTrue(ask(output::isIdle));
    }

    @Test
    void whatComesMeanwhileIsWrittenAfterItByAnotherThread() throws Exception {
        wire.hold();
        FutureTask<Void> first = elsewhere(() -> output.write(records(1)));
        wire.awaitWrite();
        locked(() -> output.write(records(2)));
        locked(() -> output.stage(records(3)));
        wire.expectNothing();
        wire.take();
        first.get(); // and does not write what is of others
        wire.awaitWrite();
        assertFalse(ask(output::isIdle));
        wire.take();
        wire.expect("write 1", "write 2 3");
    }

    @Test
    void whatIsStagedIsWrittenByAThreadOfTheLibrary() throws Exception {
        locked(() -> output.stage(records(1)));
        wire.expect("write 1");
        assertNotSame(Thread.currentThread(), wire.writer());
        locked(() -> output.awaitUntil(output::isIdle));
        locked(() -> output.stage(records(2))); // by another one: the first has ended
        wire.expect("write 2");
    }

    @Test
    void manyThreadsWriteTogether() throws Exception {
        wire.hold();
        locked(output::multiplex);
        locked(() -> output.write(records(1)));
        wire.awaitWrite();
        for (int id = 2; id <= 5; id++) {
            RecordBuffer next = records(id);
            locked(() -> output.write(next));
        }
        wire.take();
        wire.take();
        wire.expect("write 1", "write 2 3 4 5");
    }

    @Test
    void whatIsTakenInPiecesGoesOut() throws Exception {
        wire.takeAtMost(12);
        locked(() -> output.write(records(1, 2)));
        wire.expect("write 12 bytes of 1 2", "write 4 bytes of 2");
    }

    // ---- how much waits

    @Test
    void littleWaitsWhereThereIsOneRequestAtATime() throws IOException {
        RecordBuffer record = records(1);
        lock.lock(); // which the writing thread needs first
        try {
            assertTrue(output.hasRoom(Integer.MAX_VALUE), "with nothing before it, it is written and not kept");
            output.stage(record);
            int left = ALONE - record.length();
            assertTrue(output.hasRoom(left));
            assertFalse(output.hasRoom(left + 1));
            output.multiplex();
            assertTrue(output.hasRoom(MULTIPLEXED - record.length()));
            assertFalse(output.hasRoom(MULTIPLEXED - record.length() + 1));
        } finally {
            lock.unlock();
        }
    }

    @Test
    void aThreadWithoutRoomWaitsForIt() throws Exception {
        wire.hold();
        locked(() -> output.stage(records(1)));
        wire.awaitWrite();
        locked(() -> output.stage(records(2)));
        FutureTask<Void> waiting = elsewhere(() -> {
            output.awaitRoom(ALONE, this::isWanted);
            output.stage(records(3));
        });
        awaitWaiting();
        wire.take();
        waiting.get();
        wire.take();
        wire.take();
        wire.expect("write 1", "write 2", "write 3");
    }

    @Test
    void aThreadThatIsNotWantedAnyMoreStopsWaiting() throws Exception {
        wire.hold();
        locked(() -> output.stage(records(1)));
        wire.awaitWrite();
        FutureTask<Void> waiting = elsewhere(() -> output.awaitRoom(ALONE + 1, this::isWanted));
        awaitWaiting();
        wanted = false;
        locked(output::wakeUp);
        waiting.get();
        wire.take();
    }

    @Test
    void anInterruptEndsOnlyTheWaitThatItMayEnd() throws Exception {
        wire.hold();
        locked(() -> output.stage(records(1)));
        wire.awaitWrite();
        Thread.currentThread().interrupt();
        lock.lock();
        try {
            assertThrows(InterruptedIOException.class, () -> output.awaitRoomInterruptibly(ALONE + 1, () -> true));
        } finally {
            lock.unlock();
        }
        assertTrue(Thread.currentThread().isInterrupted(), "the flag stays");
        start(() -> {
            awaitWaiting();
            wire.take();
            return null;
        });
        locked(() -> output.awaitRoom(ALONE + 1, this::isWanted));
        assertTrue(Thread.interrupted(), "the flag stays");
        wire.expect("write 1");
    }

    // ---- time

    @Test
    void aWriteIsStuckWhileNothingIsTaken() throws Exception {
        wire.takeAtMost(4);
        wire.hold();
        FutureTask<Void> writing = elsewhere(() -> output.write(records(1)));
        wire.awaitWrite();
        assertFalse(ask(() -> output.isStuck(LIMIT, 0)));
        assertFalse(ask(() -> output.isStuck(LIMIT, LIMIT)));
        assertTrue(ask(() -> output.isStuck(LIMIT, LIMIT + 1)));
        wire.take();
        wire.awaitWrite(); // the second half
        assertFalse(ask(() -> output.isStuck(LIMIT, LIMIT + 2)), "some was taken");
        assertTrue(ask(() -> output.isStuck(LIMIT, 2 * LIMIT + 3)));
        locked(() -> output.pauseClock(LIMIT));
        assertFalse(ask(() -> output.isStuck(LIMIT, 3 * LIMIT)));
        wire.take();
        writing.get();
        assertFalse(ask(() -> output.isStuck(LIMIT, 9 * LIMIT)), "nothing is being written");
    }

    // ---- the end

    @Test
    void theEndIsSentAfterWhatWasAdmitted() throws Exception {
        wire.hold();
        locked(() -> output.stage(records(1)));
        wire.awaitWrite();
        locked(() -> output.stage(records(2)));
        locked(output::endAfterFlush);
        wire.take();
        wire.take();
        wire.expect("write 1", "write 2", "end");
    }

    @Test
    void withNothingToWriteTheEndIsSentImmediately() throws Exception {
        locked(output::endAfterFlush);
        wire.expect("end");
    }

    // ---- failures

    @Test
    void whereNothingWasTakenThePeerKnowsNothing() throws Exception {
        wire.failBy(new IOException("Broken pipe"));
        NothingWrittenException e =
                assertThrows(NothingWrittenException.class, () -> locked(() -> output.write(records(1))));
        assertEquals("Broken pipe", e.getCause().getMessage());
        assertTrue(ask(output::hasFailed));
        wire.expect("end");
        assertThrows(NothingWrittenException.class, () -> locked(() -> output.write(records(2))));
        assertThrows(NothingWrittenException.class, () -> locked(() -> output.stage(records(3))));
        wire.expectNothing();
    }

    @Test
    void whereSomeWasTakenItMayKnow() throws Exception {
        wire.takeAtMost(12);
        wire.hold();
        FutureTask<Void> writing = elsewhere(() -> output.write(records(1, 2)));
        wire.awaitWrite();
        wire.take();
        wire.awaitWrite();
        wire.failBy(new IOException("Broken pipe"));
        wire.take();
        Throwable e = assertThrows(ExecutionException.class, writing::get).getCause();
        assertTrue(e instanceof IOException && !(e instanceof NothingWrittenException), e::toString);
        wire.expect("write 12 bytes of 1 2", "end");
    }

    @Test
    void aFailureWakesWaitingThreadsAndDropsStagedOutput() throws Exception {
        wire.hold();
        locked(() -> output.stage(records(1)));
        wire.awaitWrite();
        locked(() -> output.stage(records(2)));
        FutureTask<Void> waiting = elsewhere(() -> {
            output.awaitRoom(ALONE + 1, this::isWanted);
            output.write(records(3));
        });
        awaitWaiting();
        locked(() -> output.fail(new IOException("given up")));
        assertTrue(assertThrows(ExecutionException.class, waiting::get).getCause() instanceof NothingWrittenException);
        wire.take();
        wire.expect("write 1");
        locked(() -> output.awaitUntil(output::isIdle));
        wire.expectNothing();
    }

    /** An Error after the failed write: what was written is unknown. */
    @Test
    void aThreadThatWasTornOutOfItsWriteIsDetected() throws Exception {
        wire.failBy(new IOException("Broken pipe"));
        wire.failToEndBy(new StackOverflowError());
        assertThrows(StackOverflowError.class, () -> locked(() -> output.write(records(1))));
        assertFalse(ask(output::isIdle), "it counts as writing");
        start(() -> {
            locked(output::abandonWrite); // is not the one
            return null;
        }).get();
        assertFalse(ask(output::isIdle));
        locked(output::abandonWrite);
        assertTrue(ask(output::isIdle) && ask(output::hasFailed));
    }

    @Test
    void withoutAThreadTheConnectionIsClosed() throws Exception {
        Faults faults = new Faults();
        FaultyThreads.install(faults);
        try {
            faults.arm(1, OutOfMemoryError::new);
            locked(() -> output.stage(records(1)));
            wire.expect("close");
            assertTrue(ask(output::isIdle) && ask(output::hasFailed));
        } finally {
            faults.disarm();
            FaultyThreads.remove();
        }
    }
}
