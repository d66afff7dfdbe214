package dev.fcgi.internal.server;

import dev.fcgi.ProtocolStatus;
import dev.fcgi.RequestAbortedException.Reason;
import dev.fcgi.internal.wire.Fcgi;
import dev.fcgi.internal.wire.RecordBuffer;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.System.Logger.Level;

/**
 * What a request sends: STDOUT as it fills the buffer, STDERR kept for the end, END_REQUEST with the tail.
 *
 * <p>Guarded by the connection's lock, which all methods expect to be held; those that write release it meanwhile. A
 * buffer that is being written belongs to the writing thread alone; another thread finds a new one.
 */
final class Response {
    private final ServerRequest request;
    private final ServerConnection connection;
    private final int id;
    private RecordBuffer buffer;
    private Stderr stderr;
    private boolean begun;
    private int appStatus;

    Response(ServerRequest request, ServerConnection connection) {
        this.request = request;
        this.connection = connection;
        this.id = request.id();
    }

    /** {@return whether anything was sent: then there is no way back to an error page} */
    boolean hasBegun() {
        return begun;
    }

    void appStatus(int status) {
        appStatus = status;
    }

    OutputStream stderr() {
        if (stderr == null) {
            stderr = new Stderr(connection.options().maxStderrLength);
            if (!request.isOpen()) {
                stderr.end();
            }
        }
        return stderr;
    }

    /** The request has ended: STDERR takes no more. STDOUT asks the request itself. */
    void ended() {
        if (stderr != null) {
            stderr.end();
        }
        if (buffer != null) {
            connection.recycle(buffer);
            buffer = null;
        }
    }

    // ---- STDOUT

    void write(byte[] source, int offset, int length) throws IOException {
        request.checkOpen();
        for (int written = 0; written < length; request.checkOpen()) {
            if (buffer == null) {
                buffer = connection.newBuffer();
            }
            int count = Math.min(buffer.room(Fcgi.STDOUT, id), length - written);
            if (count == 0) {
                flush();
            } else {
                buffer.append(Fcgi.STDOUT, id, source, offset + written, count);
                written += count;
            }
        }
    }

    /** Sends what is buffered. */
    void flush() throws IOException {
        connection.output().awaitRoomInterruptibly(length(), request::isOpen);
        request.checkOpen();
        if (length() == 0) {
            return;
        }
        RecordBuffer records = takeBuffer();
        begun = true;
        try {
            request.writeToConnection(records);
        } finally {
            keep(records);
        }
        request.checkOpen();
    }

    /** For what the handler writes next, if that may come. */
    private void keep(RecordBuffer written) {
        if (buffer != null || !request.isOpen()) {
            connection.recycle(written);
            return;
        }
        buffer = written;
        if (connection.output().isShared()) {
            buffer.release(); // what is staged is copied: the larger, the more memory
        } else {
            buffer.clearForMore();
        }
    }

    private int length() {
        return buffer == null ? 0 : buffer.length();
    }

    private RecordBuffer takeBuffer() {
        RecordBuffer records = buffer == null ? connection.newBuffer() : buffer;
        buffer = null;
        return records;
    }

    // ---- the end

    /** Waits until {@link #end} may admit what is buffered; an interrupt must not cost the END_REQUEST. */
    void awaitRoom() {
        connection.output().awaitRoom(length(), request::isOpen);
    }

    /** {@return all that ends the request, with the tail of the output} */
    RecordBuffer end(Throwable failure) {
        RecordBuffer records = takeBuffer();
        try {
            appendEnd(records, failure);
            return records;
        } catch (Throwable e) { // OutOfMemoryError
            connection.recycle(records);
            throw e;
        }
    }

    private void appendEnd(RecordBuffer records, Throwable failure) {
        if (failure != null && !begun) {
            records.clear();
            ErrorAnswer.INTERNAL_SERVER_ERROR.appendStdout(records, id, request.mayHaveBody());
        } else {
            records.endStream(Fcgi.STDOUT, id);
        }
        appendStderr(records); // what a handler said before it failed matters most
        int status = failure != null && appStatus == 0 ? 1 : appStatus;
        records.endRequest(id, status, ProtocolStatus.REQUEST_COMPLETE.code());
    }

    private void appendStderr(RecordBuffer records) {
        if (stderr == null) {
            return;
        }
        byte[] text = stderr.content();
        if (text.length > 0) { // END_REQUEST ends it: no peer needs an empty record, and one takes it for an error
            records.appendAll(Fcgi.STDERR, id, text, text.length);
        }
        if (stderr.dropped() > 0) {
            connection.log().log(Level.WARNING, "{0} bytes of STDERR above the limit dropped: {1}",
                    stderr.dropped(), request);
        }
    }

    /** {@return what ends a request that has no handler, or whose handler is not waited for} */
    RecordBuffer answer(ErrorAnswer answer) {
        RecordBuffer records = newRecords();
        answer.appendTo(records, id, request.mayHaveBody());
        return records;
    }

    /** {@return what ends a cancelled request whose connection lives on} */
    RecordBuffer abortedEnd(Reason reason) {
        if (!begun && reason != Reason.ABORT_REQUEST) {
            return answer(ErrorAnswer.UNAVAILABLE);
        }
        RecordBuffer records = newRecords();
        records.endStream(Fcgi.STDOUT, id);
        int status = reason == Reason.ABORT_REQUEST ? appStatus : 1;
        records.endRequest(id, status, ProtocolStatus.REQUEST_COMPLETE.code());
        return records;
    }

    /**
     * {@return the last record of a response that breaks off; the connection closes behind it} For nginx a close alone
     * is the good end of a response, unless it keeps connections and buffers. A record that only web servers send makes
     * it fail the response in all cases; whoever ignores it still sees no END_REQUEST.
     */
    RecordBuffer cut() {
        RecordBuffer records = newRecords();
        appendStderr(records);
        records.abortRequest(id);
        return records;
    }

    private RecordBuffer newRecords() {
        return new RecordBuffer(0, true);
    }
}
