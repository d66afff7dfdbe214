package dev.fcgi.internal.conn;

import dev.fcgi.internal.io.Transport;
import dev.fcgi.internal.wire.RecordBuffer;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/**
 * The outbound side of one connection: admits runs of whole records one after the other and writes them to the peer.
 *
 * <p>Guarded by the connection's lock, which methods marked "Locked" expect to be held and which is never held over
 * I/O. While one request at a time is active, its own thread writes to the socket, so that failures surface where they
 * belong and a response costs one write. Records admitted meanwhile are staged and written by the same thread. Once the
 * connection is {@linkplain #multiplex multiplexed}, all records are staged and a virtual thread writes them: responses
 * of many requests are sent together, and an interrupt of one handler cannot close the socket for all.
 */
public final class Output {
    /** How much may be staged on a multiplexed connection before handlers have to wait. */
    private static final int STAGED_LIMIT = 64 * 1024;
    /** The same with one request at a time, for records of the library itself. */
    private static final int STAGED_LIMIT_ALONE = 2 * 1024;
    private static final byte[] NOTHING = {};
    /** Preallocated for when there may be no memory for a better one. */
    private static final IOException WRITE_FAILED = new IOException("writing was ended by an error");

    /** A write failed before the kernel took any byte of it: the peer cannot know of it. */
    public static final class NothingWrittenException extends IOException {
        private static final long serialVersionUID = 1;

        NothingWrittenException(Throwable cause) {
            super("connection lost", cause);
        }
    }

    private final Transport transport;
    private final ReentrantLock lock;
    private final Condition progress;

    private byte[] staged = NOTHING;
    private byte[] spare = NOTHING;
    private int stagedLength;
    /** Whether some thread is in a write of the transport, or about to be. */
    private boolean writing;
    /** That thread, if it is not one of our own. */
    private Thread writer;
    private final Stopwatch progressAwaited = new Stopwatch();
    private boolean multiplexed;
    private boolean endAfterFlush;
    private IOException failure;

    /**
     * Creates the outbound side of a connection.
     *
     * @param multiplexed whether the connection is multiplexed from the start
     */
    public Output(Transport transport, ReentrantLock lock, boolean multiplexed) {
        this.transport = transport;
        this.lock = lock;
        this.multiplexed = multiplexed;
        this.progress = lock.newCondition();
    }

    /** Locked. Makes the connection multiplexed for the rest of its life. */
    public void multiplex() {
        assert lock.isHeldByCurrentThread();
        multiplexed = true;
    }

    public boolean isMultiplexed() {
        return multiplexed;
    }

    /** Locked. Whether {@link #write} accepts that many bytes within its memory limit. */
    public boolean hasRoom(int length) {
        assert lock.isHeldByCurrentThread();
        return failure != null || !writing
                || stagedLength + length <= limit()
                || multiplexed && stagedLength == 0;
    }

    private int limit() {
        return multiplexed ? STAGED_LIMIT : STAGED_LIMIT_ALONE;
    }

    /**
     * Locked. Blocks until {@link #write} accepts that many bytes, or they are not wanted any more; releases the lock
     * meanwhile. Keeps an interrupt pending.
     *
     * @param stillWanted asked if this has to wait, and again after each change
     * @return whether they are still wanted
     */
    public boolean awaitRoom(int length, BooleanSupplier stillWanted) {
        assert lock.isHeldByCurrentThread();
        abandonWrite();
        if (hasRoom(length)) {
            return true;
        }
        boolean wanted = stillWanted.getAsBoolean();
        while (wanted && !hasRoom(length)) {
            progress.awaitUninterruptibly();
            wanted = stillWanted.getAsBoolean();
        }
        return wanted;
    }

    /**
     * Locked. The same, but an interrupt ends the wait.
     *
     * @throws InterruptedIOException when the thread was interrupted; its flag is set again
     */
    public void awaitRoomInterruptibly(int length, BooleanSupplier stillWanted) throws InterruptedIOException {
        assert lock.isHeldByCurrentThread();
        try {
            while (!hasRoom(length) && stillWanted.getAsBoolean()) {
                progress.await();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for the peer to accept output");
        }
    }

    /** Locked. Blocks until a condition holds, checking it after each change; releases the lock meanwhile. */
    public void awaitUntil(BooleanSupplier condition) {
        assert lock.isHeldByCurrentThread();
        while (!condition.getAsBoolean()) {
            progress.awaitUninterruptibly();
        }
    }

    /** Locked. Makes waiting threads check their conditions again, after a change elsewhere. */
    public void wakeUp() {
        assert lock.isHeldByCurrentThread();
        progress.signalAll();
    }

    /**
     * Locked. Admits whole records and, unless the connection is multiplexed or another thread is writing, writes them:
     * blocks then, with the lock released. Bytes are sent in the order of their admission.
     *
     * @throws NothingWrittenException when the connection failed, now or before, and none of these records was accepted
     * @throws IOException when it failed after some of them were
     */
    public void write(RecordBuffer records) throws IOException {
        assert lock.isHeldByCurrentThread();
        if (multiplexed || writing) {
            stage(records);
            return;
        }
        check();
        startWriting();
        writer = Thread.currentThread();
        ByteBuffer bytes = records.view();
        boolean written = writeUnlocked(bytes);
        writer = null;
        if (written && stagedLength > 0) {
            startFlushing(); // staged records of others
            return;
        }
        stopWriting();
        if (!written && bytes.position() > 0) { // the channel updates it for every byte, even when it throws
            throw new IOException("connection lost", failure);
        }
        check();
    }

    /** Locked. Admits whole records, which a thread of the library will write. Never blocks. */
    public void stage(RecordBuffer records) throws IOException {
        assert lock.isHeldByCurrentThread();
        check();
        int length = records.length();
        if (stagedLength + length > staged.length) {
            int doubled = Math.min(limit(), 2 * staged.length);
            staged = Arrays.copyOf(staged, Math.max(stagedLength + length, doubled));
        }
        records.copyTo(staged, stagedLength);
        stagedLength += length;
        if (!writing) {
            startWriting();
            startFlushing();
        }
    }

    /** Locked. Shuts down the output as soon as everything admitted is written. */
    public void endAfterFlush() {
        assert lock.isHeldByCurrentThread();
        endAfterFlush = true;
        if (!writing) {
            transport.shutdownOutput();
        }
    }

    /** Locked. Whether nothing is being written or staged. */
    public boolean isIdle() {
        assert lock.isHeldByCurrentThread();
        return !writing;
    }

    /** Locked. Some of the time of a write in progress was no delay of the peer. */
    public void pauseClock(long nanos) {
        assert lock.isHeldByCurrentThread();
        progressAwaited.pause(nanos);
    }

    /** Locked. Whether a write has been in progress for longer than a limit. */
    public boolean isStuck(long limit, long now) {
        assert lock.isHeldByCurrentThread();
        return writing && progressAwaited.isOver(limit, now);
    }

    /**
     * Locked. Called by a thread that is not writing. If it is still registered as the writer, an Error has interrupted
     * its write, and it is unknown how much was written.
     */
    public void abandonWrite() {
        assert lock.isHeldByCurrentThread();
        if (writer != null && writer == Thread.currentThread()) {
            fail(WRITE_FAILED);
            stopWriting();
        }
    }

    /** Locked. Makes this and every later write fail. */
    public void fail(IOException cause) {
        assert lock.isHeldByCurrentThread();
        if (failure == null) {
            failure = cause;
            stagedLength = 0;
            progress.signalAll();
        }
    }

    /** Locked. */
    public boolean hasFailed() {
        assert lock.isHeldByCurrentThread();
        return failure != null;
    }

    private void check() throws NothingWrittenException {
        assert lock.isHeldByCurrentThread();
        if (failure != null) {
            throw new NothingWrittenException(failure);
        }
    }

    private void startWriting() {
        assert lock.isHeldByCurrentThread();
        writing = true;
        progressAwaited.restart();
    }

    private void stopWriting() {
        assert lock.isHeldByCurrentThread();
        writing = false;
        writer = null;
        progress.signalAll();
        if (endAfterFlush) {
            transport.shutdownOutput();
        }
    }

    /** Locked. Writes with the lock released. Any failure makes the output fail, and is not thrown. */
    private boolean writeUnlocked(ByteBuffer bytes) {
        assert lock.isHeldByCurrentThread();
        IOException failed = null;
        lock.unlock();
        try {
            transport.write(bytes);
            while (bytes.hasRemaining()) {
                progressMade(); // a slow peer is not a stuck one
                transport.write(bytes);
            }
        } catch (Throwable e) { // such as out of memory or stack
            failed = failure(e);
        } finally {
            lock.lock();
        }
        if (failed != null) {
            fail(failed);
            transport.shutdownOutput(); // out of memory: the connection may be intact, but the peer must not wait for the rest
        }
        return failure == null;
    }

    /** Called when the library has failed and not the connection: without a close the peer would not notice. */
    private void failAndClose(Throwable cause) {
        fail(failure(cause));
        transport.close();
    }

    private static IOException failure(Throwable cause) {
        try {
            return cause instanceof IOException e ? e : new IOException("writing failed", cause);
        } catch (Throwable outOfMemory) {
            return WRITE_FAILED;
        }
    }

    private void progressMade() {
        lock.lock();
        try {
            progressAwaited.restart();
        } finally {
            lock.unlock();
        }
    }

    private void startFlushing() {
        assert lock.isHeldByCurrentThread();
        try {
            LibraryThreads.start(this::flush);
        } catch (Throwable e) { // OutOfMemoryError: no other thread would write or signal
            failAndClose(e);
            stopWriting();
        }
    }

    /** Runs on a virtual thread until nothing is staged. */
    private void flush() {
        lock.lock();
        try {
            while (stagedLength > 0) {
                byte[] full = staged;
                int length = stagedLength;
                staged = spare;
                stagedLength = 0;
                progressAwaited.restart();
                writeUnlocked(ByteBuffer.wrap(full, 0, length));
                spare = full.length <= STAGED_LIMIT ? full : NOTHING;
                progress.signalAll();
            }
        } catch (Throwable e) { // out of memory
            failAndClose(e);
        } finally {
            stopWriting();
            lock.unlock();
        }
    }
}
