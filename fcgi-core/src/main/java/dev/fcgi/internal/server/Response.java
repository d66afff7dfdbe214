package dev.fcgi.internal.server;

import dev.fcgi.ProtocolStatus;
import dev.fcgi.RequestAbortedException.Reason;
import dev.fcgi.internal.conn.Output;
import dev.fcgi.internal.wire.Fcgi;
import dev.fcgi.internal.wire.RecordBuffer;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.System.Logger.Level;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/**
 * The output of a request: STDOUT whenever the buffer is full, STDERR at the end, and END_REQUEST with the rest. To
 * handlers it is the stream STDOUT, which any thread may write; each write is admitted or refused under the
 * connection's lock.
 *
 * <p>Guarded by that lock. A buffer that is being written belongs to the writing thread; other threads get a new one.
 */
final class Response extends OutputStream {
    /** Admits the records of a response; all methods are "Locked" except {@link #isOpen}. */
    interface Gate extends BooleanSupplier {
        /** Whether records may be admitted; reliable only under the lock. */
        boolean isOpen();

        /** Whether to keep waiting for the admission of records. */
        @Override
        default boolean getAsBoolean() {
            return isOpen();
        }

        /** Throws an exception with the reason if they may not be admitted. */
        void checkOpen() throws IOException;

        /** Admits records and, unless another thread has to, writes them; releases the lock meanwhile. */
        void write(RecordBuffer records) throws IOException;

        boolean mayHaveBody();
    }

    private static final int COMPLETE = ProtocolStatus.REQUEST_COMPLETE.code();

    private final ServerContext context;
    private final Gate gate;
    private final ReentrantLock lock;
    private final Output output;
    private final int id;
    private final Observation observation;
    private RecordBuffer buffer;
    private Stderr stderr;
    private boolean begun;
    private int appStatus;

    Response(ServerContext context, Gate gate, ReentrantLock lock, Output output, int id, Observation observation) {
        this.context = context;
        this.gate = gate;
        this.lock = lock;
        this.output = output;
        this.id = id;
        this.observation = observation;
    }

    /** Locked. Whether anything was sent, so that an error page is no longer possible. */
    boolean hasBegun() {
        assert lock.isHeldByCurrentThread();
        return begun;
    }

    void appStatus(int status) {
        lock.lock();
        try {
            appStatus = status;
            if (observation != null) {
                observation.appStatus(status);
            }
        } finally {
            lock.unlock();
        }
    }

    OutputStream stderr() {
        lock.lock();
        try {
            if (stderr == null) {
                stderr = new Stderr(context.options.maxStderrLength);
                if (!gate.isOpen()) {
                    stderr.end();
                }
            }
            return stderr;
        } finally {
            lock.unlock();
        }
    }

    /** Locked. The request has ended, without {@link #end}: STDERR takes no more, STDOUT asks at the gate. */
    void ended() {
        assert lock.isHeldByCurrentThread();
        if (stderr != null) {
            stderr.end();
        }
        if (buffer != null) {
            context.buffers.recycle(buffer);
            buffer = null;
        }
    }

    // ---- STDOUT

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] source, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, source.length);
        lock.lock();
        try {
            gate.checkOpen();
            for (int written = 0; written < length; ) {
                if (buffer == null) {
                    buffer = context.buffers.take();
                }
                int count = Math.min(buffer.room(Fcgi.STDOUT, id), length - written);
                if (count == 0) {
                    send();
                } else {
                    buffer.append(Fcgi.STDOUT, id, source, offset + written, count);
                    if (observation != null) {
                        observation.buffered(source, offset + written, count);
                    }
                    written += count;
                }
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void flush() throws IOException {
        lock.lock();
        try {
            send();
        } finally {
            lock.unlock();
        }
    }

    /** Locked. Sends what is buffered; releases the lock meanwhile. The request is open afterwards. */
    private void send() throws IOException {
        assert lock.isHeldByCurrentThread();
        output.awaitRoomInterruptibly(length(), gate);
        gate.checkOpen();
        if (length() == 0) {
            return;
        }
        RecordBuffer records = takeBuffer();
        begun = true;
        if (observation != null) {
            observation.sent();
        }
        try {
            gate.write(records);
        } finally {
            keep(records);
        }
        gate.checkOpen();
    }

    /** Keeps the buffer for what the handler writes next, if the request is open. */
    private void keep(RecordBuffer written) {
        if (buffer != null || !gate.isOpen()) {
            context.buffers.recycle(written);
            return;
        }
        buffer = written;
        if (output.isMultiplexed()) {
            buffer.release(); // staged output is copied, so a larger buffer needs more memory
        } else {
            buffer.clearForMore();
        }
    }

    /** Locked. How much is buffered. */
    int length() {
        assert lock.isHeldByCurrentThread();
        return buffer == null ? 0 : buffer.length();
    }

    private RecordBuffer takeBuffer() {
        RecordBuffer records = buffer == null ? context.buffers.take() : buffer;
        buffer = null;
        return records;
    }

    // ---- the end

    /**
     * Locked. Makes all that ends the request, with the tail of the output; waits until it can be admitted, and an
     * interrupt must not cost that. Nothing is written afterwards.
     *
     * @return null when the request was cancelled meanwhile
     */
    RecordBuffer end(Throwable failure) {
        assert lock.isHeldByCurrentThread();
        if (!output.awaitRoom(length(), gate)) {
            return null;
        }
        RecordBuffer records = takeBuffer();
        try {
            appendEnd(records, failure);
            return records;
        } catch (Throwable e) { // OutOfMemoryError
            context.buffers.recycle(records);
            throw e;
        }
    }

    private void appendEnd(RecordBuffer records, Throwable failure) {
        if (failure != null && !begun) {
            records.clear();
            ErrorAnswer.INTERNAL_SERVER_ERROR.appendStdout(records, id, gate.mayHaveBody(), observation);
        } else {
            records.endStream(Fcgi.STDOUT, id);
            if (observation != null) {
                observation.sent();
            }
        }
        appendStderr(records); // the output before a failure matters most
        int status = failure != null && appStatus == 0 ? 1 : appStatus;
        records.endRequest(id, status, COMPLETE);
    }

    private void appendStderr(RecordBuffer records) {
        if (stderr == null) {
            return;
        }
        stderr.end();
        byte[] text = stderr.content();
        if (text.length > 0) { // END_REQUEST ends it: no peer needs an empty record, and one treats it as an error
            records.appendAll(Fcgi.STDERR, id, text, text.length);
        }
        if (stderr.dropped() > 0) {
            context.log.log(Level.WARNING, "{0} bytes of STDERR over maxStderrLength dropped: {1}",
                    stderr.dropped(), gate);
        }
    }

    /** Locked. Returns the records that end a request without a handler, or without waiting for its handler. */
    RecordBuffer answer(ErrorAnswer answer) {
        assert lock.isHeldByCurrentThread();
        RecordBuffer records = newRecords();
        answer.appendTo(records, id, gate.mayHaveBody(), observation);
        return records;
    }

    /** Locked. Returns the records that end an aborted request whose connection stays open. */
    RecordBuffer abortedEnd(Reason reason) {
        assert lock.isHeldByCurrentThread();
        if (!begun && reason != Reason.ABORT_REQUEST) {
            return answer(ErrorAnswer.UNAVAILABLE);
        }
        RecordBuffer records = newRecords();
        records.endStream(Fcgi.STDOUT, id);
        int status = reason == Reason.ABORT_REQUEST ? appStatus : 1;
        records.endRequest(id, status, COMPLETE);
        return records;
    }

    /**
     * Locked. Returns the last record of an incomplete response; the connection closes after it. nginx takes a mere
     * close for the regular end of a response, unless it keeps connections and buffers. A record that only web servers
     * send makes the response fail in all cases; peers that ignore it still see no END_REQUEST.
     */
    RecordBuffer incomplete() {
        assert lock.isHeldByCurrentThread();
        RecordBuffer records = newRecords();
        appendStderr(records);
        records.abortRequest(id);
        return records;
    }

    private RecordBuffer newRecords() {
        return new RecordBuffer(0, true);
    }
}
