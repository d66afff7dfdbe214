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
 * The way out of one connection: admits runs of whole records one after the other and gets them to the peer.
 *
 * <p>Guarded by the connection's lock, which methods marked "Locked" expect to be held and which is never held over
 * I/O. While one request at a time is active its own thread writes to the socket, so that failures surface
 * where they belong and a response costs one write. What is admitted meanwhile is staged and written by whoever is
 * writing. Once the connection is {@linkplain #multiplex multiplexed} all is staged, and a virtual thread writes:
 * responses of many requests go out together, and an interrupt of one handler cannot close the socket of all.
 */
public final class Output {
    /** How much waits for the writing thread of a multiplexed connection before handlers have to wait. */
    private static final int STAGED_LIMIT = 64 * 1024;
    /** The same where there is one request at a time: what the library has to say beside it. */
    private static final int STAGED_LIMIT_ALONE = 2 * 1024;
    private static final byte[] NOTHING = {};
    /** For where there may be no memory to tell more. */
    private static final IOException BROKEN_OFF = new IOException("writing was broken off by an error");

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
     * Creates the way out of a connection.
     *
     * @param multiplexed whether the connection carries several requests at once from the start
     */
    public Output(Transport transport, ReentrantLock lock, boolean multiplexed) {
        this.transport = transport;
        this.lock = lock;
        this.multiplexed = multiplexed;
        this.progress = lock.newCondition();
    }

    /** Locked. From now on, for the rest of its life, the connection carries several requests at once. */
    public void multiplex() {
        assert lock.isHeldByCurrentThread();
        multiplexed = true;
    }

    public boolean isMultiplexed() {
        return multiplexed;
    }

    /** Locked. Whether {@link #write} takes that many bytes without exceeding its memory. */
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
     * Locked. Blocks until {@link #write} takes that many bytes, or nobody wants to write them any more; releases the
     * lock meanwhile. An interrupt stays for later.
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
     * Locked. The same for whom an interrupt may stop.
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
            throw new InterruptedIOException("interrupted while waiting for the web server to take output");
        }
    }

    /** Locked. Blocks until something has come true, looking after each change; releases the lock meanwhile. */
    public void awaitUntil(BooleanSupplier condition) {
        assert lock.isHeldByCurrentThread();
        while (!condition.getAsBoolean()) {
            progress.awaitUninterruptibly();
        }
    }

    /** Locked. There was a change of something else that threads wait for here: they look again. */
    public void wakeUp() {
        assert lock.isHeldByCurrentThread();
        progress.signalAll();
    }

    /**
     * Locked. Admits whole records and, unless the connection is multiplexed or another thread is writing, writes them:
     * blocks then, with the lock released. Bytes admitted earlier arrive earlier.
     *
     * @throws NothingWrittenException when the connection failed, now or before, and nothing of these records was taken
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
            startFlushing(); // whatever it is, it is not this caller's
            return;
        }
        stopWriting();
        if (!written && bytes.position() > 0) { // the channel moves it with every byte, also when it throws
            throw new IOException("connection lost", failure);
        }
        check();
    }

    /** Locked. Admits whole records and has a thread of the library write them. Never blocks. */
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

    /** Locked. Tells the peer that nothing more comes, as soon as all that was admitted is written. */
    public void endAfterFlush() {
        assert lock.isHeldByCurrentThread();
        endAfterFlush = true;
        if (!writing) {
            transport.shutdownOutput();
        }
    }

    /** Locked. Whether nothing is being written, or waits to be. */
    public boolean isIdle() {
        assert lock.isHeldByCurrentThread();
        return !writing;
    }

    /** Locked. Has a write that is going on count as begun now: it was not the peer who kept it waiting. */
    public void restartClock() {
        assert lock.isHeldByCurrentThread();
        progressAwaited.restart();
    }

    /** Locked. Whether a write has been going on for longer than a limit. */
    public boolean isStuck(long limit, long now) {
        assert lock.isHeldByCurrentThread();
        return writing && progressAwaited.isOver(limit, now);
    }

    /**
     * Locked. Called by a thread that is not writing: if it counts as the writing one all the same, an Error has torn it
     * out of its write, and nobody knows how far that got.
     */
    public void abandonWrite() {
        assert lock.isHeldByCurrentThread();
        if (writer != null && writer == Thread.currentThread()) {
            fail(BROKEN_OFF);
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

    /** Locked. Writes with the lock released. Whatever goes wrong makes the output fail, and is not thrown. */
    private boolean writeUnlocked(ByteBuffer bytes) {
        assert lock.isHeldByCurrentThread();
        IOException failed = null;
        lock.unlock();
        try {
            transport.write(bytes);
            while (bytes.hasRemaining()) {
                progressMade(); // a peer that takes its time is not one that takes nothing
                transport.write(bytes);
            }
        } catch (Throwable e) { // out of memory or stack, say
            failed = failure(e);
        } finally {
            lock.lock();
        }
        if (failed != null) {
            fail(failed);
            transport.shutdownOutput(); // out of memory, the connection may be well: the peer must not wait for the rest
        }
        return failure == null;
    }

    /** Something of ours has failed and not the connection: without a close nobody would come to know. */
    private void breakOff(Throwable cause) {
        fail(failure(cause));
        transport.close();
    }

    private static IOException failure(Throwable cause) {
        try {
            return cause instanceof IOException e ? e : new IOException("writing failed", cause);
        } catch (Throwable outOfMemory) {
            return BROKEN_OFF;
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
        } catch (Throwable e) { // OutOfMemoryError: nobody else would write or signal
            breakOff(e);
            stopWriting();
        }
    }

    /** Runs on a virtual thread of its own until nothing is staged. */
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
            breakOff(e);
        } finally {
            stopWriting();
            lock.unlock();
        }
    }
}
