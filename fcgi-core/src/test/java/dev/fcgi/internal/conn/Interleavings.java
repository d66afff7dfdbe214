package dev.fcgi.internal.conn;

import dev.fcgi.internal.wire.Fcgi;
import dev.fcgi.internal.wire.RecordBuffer;
import dev.fcgi.internal.wire.RecordReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jetbrains.lincheck.Lincheck;

/**
 * Interleavings of the threads of a connection, by Lincheck, which tries many of them and prints one that fails. A
 * separate program, because it instruments all classes: {@link InterleavingsIT} runs it.
 */
public final class Interleavings {
    private Interleavings() {}

    @FunctionalInterface
    private interface Step {
        void run() throws Exception;
    }

    private static final Map<String, Runnable> SCENARIOS = new TreeMap<>(Map.of(
            "outputOfTwo", () -> output(false),
            "outputOfTwoWhoShare", () -> output(true),
            "queueThatIsFull", Interleavings::inbound,
            "roleOfTheReader", Interleavings::readerRole));

    /** @param arguments how many ways of each scenario to try */
    public static void main(String... arguments) {
        LibraryThreads.use(Thread::new); // Lincheck does not support virtual threads
        int count = Integer.parseInt(arguments[0]);
        SCENARIOS.forEach((name, scenario) -> {
            Lincheck.runConcurrentTest(count, scenario);
            System.out.println(name + ": nothing found");
        });
        System.exit(0);
    }

    private static Thread start(Step step) {
        Thread thread = new Thread(() -> {
            try {
                step.run();
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        });
        thread.start();
        return thread;
    }

    private static void join(Thread... threads) {
        try {
            for (Thread thread : threads) {
                thread.join();
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static void check(boolean right, String what) {
        if (!right) {
            throw new AssertionError(what);
        }
    }

    // ---- the outbound side: one thread at a time writes, everything admitted is sent, the end comes last

    private static void output(boolean shared) {
        ReentrantLock lock = new ReentrantLock();
        Wire wire = new Wire();
        Output output = new Output(wire, lock, shared);
        join(start(() -> write(output, lock, 1)), start(() -> write(output, lock, 2)));
        lock.lock();
        try {
            output.awaitUntil(output::isIdle);
            output.endAfterFlush();
        } finally {
            lock.unlock();
        }
        check(wire.violation == null, wire.violation);
        check(wire.ended && wire.written == 2 * Fcgi.HEADER_LENGTH, wire.written + " bytes");
    }

    private static void write(Output output, ReentrantLock lock, int id) throws IOException {
        RecordBuffer records = new RecordBuffer(0, false);
        records.abortRequest(id);
        records.close();
        lock.lock();
        try {
            output.write(records);
        } finally {
            lock.unlock();
        }
    }

    // ---- the inbound side: when the queue is full the reader waits, and continues when there is room

    private static void inbound() {
        RecordBuffer records = new RecordBuffer(0, true);
        byte[] content = {'a', 'b', 'c'};
        records.appendAll(Fcgi.STDIN, 1, content, content.length);
        records.close();
        byte[] bytes = new byte[records.length()];
        records.copyTo(bytes, 0);
        RecordReader reader = new RecordReader(Channels.newChannel(new ByteArrayInputStream(bytes)));
        ReentrantLock lock = new ReentrantLock();
        Inbound inbound = new Inbound(reader, lock, new Patient());
        StreamInput stream = new StreamInput(new StreamInput.Source() {
            @Override
            public int pull(StreamInput input, byte[] target, int offset, int length) throws IOException {
                input.await();
                return 0;
            }

            @Override
            public void roomMade(StreamInput input) {
                inbound.wakeUp();
            }
        }, lock, 2);
        List<Integer> read = new ArrayList<>();
        Thread reading = start(() -> {
            reader.next();
            inbound.queue(stream, (full, waited) -> Long.MAX_VALUE);
            lock.lock();
            try {
                stream.end();
            } finally {
                lock.unlock();
            }
        });
        Thread handler = start(() -> {
            for (int next; (next = stream.read()) >= 0; ) {
                read.add(next);
            }
        });
        join(reading, handler);
        check(read.equals(List.of((int) 'a', (int) 'b', (int) 'c')), read.toString());
    }

    /** Whose limits never end. */
    private static final class Patient implements Clock {
        @Override
        public long nanoTime() {
            return 0;
        }

        @Override
        public long await(Condition condition, long nanos) throws InterruptedException {
            condition.await();
            return nanos;
        }
    }

    // ---- who reads: one thread at a time, whoever takes, releases and hands over

    private static void readerRole() {
        ReentrantLock lock = new ReentrantLock();
        Log log = Log.of("dev.fcgi.test");
        Ticker ticker = new Ticker(List.of(), log, new Patient()); // is not started
        Wire wire = new Wire();
        ReaderRole[] role = new ReaderRole[1];
        List<Thread> started = new ArrayList<>(); // guarded by the lock
        role[0] = new ReaderRole(lock, ticker, null, () -> { }, log, unused -> started.add(start(() -> {
            wire.read();
            locked(lock, role[0]::release);
        })));
        Thread holder = start(() -> {
            wire.read();
            locked(lock, role[0]::handOver);
        });
        Thread other = start(() -> {
            lock.lock();
            boolean mine = role[0].take();
            lock.unlock();
            if (mine) {
                wire.read();
                locked(lock, role[0]::release);
            }
        });
        join(holder, other);
        join(started.toArray(Thread[]::new));
        check(wire.violation == null, wire.violation);
        lock.lock();
        try {
            check(started.size() == 1 && !role[0].isTaken(), started.size() + " threads");
        } finally {
            lock.unlock();
        }
    }

    private static void locked(ReentrantLock lock, Runnable step) {
        lock.lock();
        try {
            step.run();
        } finally {
            lock.unlock();
        }
    }
}
