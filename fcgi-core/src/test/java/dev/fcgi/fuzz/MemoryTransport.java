package dev.fcgi.fuzz;

import dev.fcgi.internal.io.Transport;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ReadableByteChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/**
 * A connection without a kernel: the peer's bytes are known in advance. Records misuse of a socket: two concurrent
 * readers or writers, an interrupt inside, a write after the end.
 */
public final class MemoryTransport implements Transport, ReadableByteChannel {
    private static final SocketAddress PEER = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
    private static final long LIMIT = TimeUnit.SECONDS.toNanos(10);

    /** What was written, and how much of the input had been read by then. */
    public record Written(byte[] bytes, int position) {}

    private final Pieces input;
    private final Pieces lengths;
    private final boolean reset;
    private final int failAt;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final List<Written> written = new ArrayList<>();
    /** Whether the peer has no reason any more to keep the connection open. */
    private Predicate<MemoryTransport> satisfied = transport -> true;
    private boolean held;
    private boolean reading;
    private boolean writing;
    private int length;
    private boolean inputShut;
    private boolean outputShut;
    private boolean closed;
    private String violation;

    /**
     * Creates a connection.
     *
     * @param reset whether the peer ends it by a reset
     * @param failAt how many bytes can be written
     */
    public MemoryTransport(Pieces input, Pieces lengths, boolean reset, int failAt) {
        this.input = input;
        this.lengths = lengths;
        this.reset = reset;
        this.failAt = failAt;
    }

    /**
     * The peer ends the connection only when it has received what it waits for; the condition is checked under a lock.
     */
    public void keepUntil(Predicate<MemoryTransport> condition) {
        satisfied = condition;
    }

    /** Holds back input, or lets available input arrive. */
    public void hold(boolean yes) {
        lock.lock();
        try {
            held = yes;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** What was written so far. For conditions, or after the end. */
    public List<Written> written() {
        return written;
    }

    public byte[] output() {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        written.forEach(one -> all.writeBytes(one.bytes));
        return all.toByteArray();
    }

    /** Waits until it was closed. Returns the misuse, or null. */
    public String awaitClose() {
        lock.lock();
        try {
            await(() -> closed, "the connection does not end");
            return violation;
        } finally {
            lock.unlock();
        }
    }

    private void await(BooleanSupplier condition, String otherwise) {
        boolean interrupted = false;
        long left = LIMIT;
        while (!condition.getAsBoolean() && left > 0) {
            try {
                left = changed.awaitNanos(left);
            } catch (InterruptedException e) {
                interrupted = true;
                note("interrupted inside the socket");
            }
        }
        if (!condition.getAsBoolean()) {
            note(otherwise);
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void note(String what) {
        if (violation == null) {
            violation = what;
        }
    }

    @Override
    public ReadableByteChannel input() {
        return this;
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        lock.lock();
        try {
            if (reading) {
                note("two threads read");
            }
            reading = true;
            await(() -> !held || closed || inputShut, "held forever");
            int count = closed || inputShut ? -1 : input.read(target);
            if (count < 0) {
                await(() -> closed || inputShut || outputShut || satisfied.test(this), "no answer");
            }
            if (closed) {
                throw new ClosedChannelException();
            }
            if (count < 0 && reset && !inputShut) {
                throw new IOException("Connection reset");
            }
            return count;
        } finally {
            reading = false;
            lock.unlock();
        }
    }

    @Override
    public void write(ByteBuffer source) throws IOException {
        lock.lock();
        try {
            if (closed) {
                throw new ClosedChannelException();
            }
            if (writing || outputShut || !source.hasRemaining()) {
                note(writing ? "two threads write" : outputShut ? "written after the end" : "nothing to write");
            }
            byte[] bytes = new byte[Math.min(source.remaining(), Math.min(lengths.next(), failAt - length))];
            if (bytes.length == 0) {
                throw new IOException("Broken pipe");
            }
            source.get(bytes);
            length += bytes.length;
            written.add(new Written(bytes, input.position()));
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void shutdownInput() {
        change(() -> inputShut = true);
    }

    @Override
    public void shutdownOutput() {
        change(() -> outputShut = true);
    }

    @Override
    public void close() {
        change(() -> closed = true);
    }

    private void change(Runnable what) {
        lock.lock();
        try {
            what.run();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean isOpen() {
        lock.lock();
        try {
            return !closed;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public SocketAddress peer() {
        return PEER;
    }

    @Override
    public String toString() {
        return "fuzzer";
    }
}
