package dev.fcgi.internal.client;

import dev.fcgi.Role;
import dev.fcgi.client.CallOutcome;
import dev.fcgi.client.CloseReason;
import dev.fcgi.internal.conn.Output;
import dev.fcgi.internal.conn.StreamInput;
import dev.fcgi.internal.conn.Uninterrupted;
import dev.fcgi.internal.wire.Fcgi;
import dev.fcgi.internal.wire.RecordBuffer;
import dev.fcgi.internal.wire.RecordBuffers;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Writes the requests of one connection: the head and a small body on the caller's thread, a larger body on another
 * thread. Takes the connection's lock for changes; methods marked "Locked" expect it.
 */
final class RequestWriter {
    /** A body up to this length is sent in one write with the head. */
    private static final int SMALL_BODY = 16 * 1024;

    private final ClientOptions options;
    private final Output output;
    private final ReentrantLock lock;
    private final CallTable calls;
    private final ClientLifetime lifetime;
    private final CallEnding ending;
    private final RecordBuffers buffers;

    RequestWriter(Link link, CallTable calls, ClientLifetime lifetime, CallEnding ending, RecordBuffers buffers) {
        this.options = link.options();
        this.output = link.output();
        this.lock = link.lock();
        this.calls = calls;
        this.lifetime = lifetime;
        this.ending = ending;
        this.buffers = buffers;
    }

    /**
     * Sends the head of a request, and its input if that is small; otherwise starts to send the input. Blocks on
     * writing. A failure of the connection makes the call fail; only other failures are thrown, and then none of the
     * input was read.
     */
    void send(ClientCall call) {
        CallRequest request = call.request();
        RecordBuffer records = buffers.take();
        RequestEncoder.appendHead(records, call.id(), request, options.keepAlive);
        boolean small = request.body() == null && request.bodyBytes().length <= SMALL_BODY && request.data() == null;
        if (small) {
            appendInput(records, call);
        }
        records.close();
        boolean sent = false;
        lock.lock();
        try {
            if (small) {
                call.inputSent();
            }
            sent = write(call, records);
            if (sent && small) {
                request.watch().sent(inputLength(request));
            }
        } catch (InterruptedIOException e) { // interrupted while waiting, with nothing sent: affects only this call
            call.fail(CallOutcome.INTERRUPTED, () -> e);
        } finally {
            lock.unlock();
        }
        buffers.recycle(records);
        if (sent && !small) {
            options.threads.accept(new InputSender(this, call)); // which closes the input
        } else {
            request.closeInput();
        }
    }

    private static void appendInput(RecordBuffer records, ClientCall call) {
        if (inputLength(call.request()) > 0) {
            records.appendAll(Fcgi.STDIN, call.id(), call.request().bodyBytes(), inputLength(call.request()));
        }
        records.endStream(Fcgi.STDIN, call.id());
    }

    private static int inputLength(CallRequest request) {
        return request.role() == Role.AUTHORIZER.code() ? 0 : request.bodyBytes().length;
    }

    /**
     * Sends records of an input stream, and empties their buffer for more.
     *
     * @param length how many bytes of the stream are in them
     * @param more whether as much as possible is to be sent next
     * @return false when nothing more is of use
     */
    boolean writeInput(ClientCall call, RecordBuffer records, int length, boolean more) throws InterruptedIOException {
        records.close();
        lock.lock();
        try {
            boolean sent = write(call, records);
            if (sent) {
                call.request().watch().sent(length);
            }
            return sent;
        } finally {
            lock.unlock();
            if (more && !output.isMultiplexed()) { // where others have their turn between two pieces
                records.clearForMore();
            } else {
                records.clear();
            }
        }
    }

    /** The connection has accepted the whole input. */
    void inputSent(ClientCall call) {
        lock.lock();
        try {
            call.inputSent();
        } finally {
            lock.unlock();
        }
    }

    /** The input cannot be sent to its end. */
    void abort(ClientCall call, StreamInput.Failure failure) {
        ending.abort(call, CallOutcome.BODY_FAILED, failure);
    }

    /** Locked. Returns false if nothing more is to be written, because the call has ended or the connection is lost. */
    private boolean write(ClientCall call, RecordBuffer records) throws InterruptedIOException {
        assert lock.isHeldByCurrentThread();
        call.limits().writing(true);
        try {
            return writeInTurn(call, records);
        } finally {
            call.limits().writing(false);
        }
    }

    private boolean writeInTurn(ClientCall call, RecordBuffer records) throws InterruptedIOException {
        output.awaitRoomInterruptibly(records.length(), () -> calls.wants(call));
        if (!calls.wants(call)) {
            return false;
        }
        boolean first = !call.hasBegun();
        call.begun();
        boolean interrupted = Uninterrupted.putOff(); // inside the socket it would close the connection
        boolean taken = false;
        try {
            output.write(records);
            taken = true;
            call.limits().progress();
            return true;
        } catch (IOException e) {
            boolean byItsCaller = e.getCause() instanceof ClosedByInterruptException;
            lifetime.takesNoMore(byItsCaller ? CloseReason.INCOMPLETE_CALL : null);
            taken = !(e instanceof Output.NothingWrittenException);
            // the reader finds out the result: the response may have been sent before the end
            return false;
        } finally { // even after an Error: out of memory, nothing is staged
            if (first && !taken) {
                call.notBegun();
            }
            Uninterrupted.deliver(interrupted);
        }
    }
}
