package dev.fcgi.internal.client;

import dev.fcgi.FcgiException;
import dev.fcgi.ProtocolStatus;
import dev.fcgi.client.CallOutcome;
import dev.fcgi.client.EndRequest;
import dev.fcgi.client.RequestTimeoutException.Limit;
import dev.fcgi.internal.conn.StreamInput;
import dev.fcgi.internal.text.Ascii;
import dev.fcgi.internal.wire.EndRequestBody;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One request on a connection to an application, and the response to it as it arrives.
 *
 * <p>Guarded by the connection's lock; methods marked "Locked" expect it, the others are for the caller's thread. The
 * caller reads the response itself, or waits here while another thread reads the connection ({@link ResponseReader}).
 */
public final class ClientCall extends CallState implements StreamInput.Source, CallOutput.Teller {
    private static final byte[] NOTHING = {};

    private final Carrier carrier;
    private final boolean onUsedConnection;
    private final StreamInput stdout;
    private final CallStderr stderr;
    private boolean output;
    private boolean outputEnded;
    private boolean abandoned;
    /** Whether the caller waits for another thread to read. */
    private boolean waiting;
    /** What END_REQUEST said. */
    private EndRequest answer;
    /** The same, once the caller may know it. Written under the lock. */
    private volatile EndRequest end;
    private StreamInput.Failure failure;
    /** How it ended, for whom is told of that: until then. */
    private CallOutcome outcome;
    /** What the caller got while the call had not ended, such as an interrupt. Only for the caller. */
    private Throwable earlier;

    /** @param onUsedConnection whether an earlier request was answered on the connection */
    ClientCall(Carrier carrier, ReentrantLock lock, ClientOptions options, int id, CallRequest request,
            boolean onUsedConnection) {
        super(lock, request, id, new CallLimits(options));
        this.carrier = carrier;
        this.onUsedConnection = onUsedConnection;
        this.stdout = new StreamInput(this, lock, options.responseBuffer);
        this.stderr = new CallStderr(lock, options.maxStderrLength, request.stderr());
    }

    Carrier carrier() {
        return carrier;
    }

    boolean isOnUsedConnection() {
        return onUsedConnection;
    }

    // ---- for the connection

    StreamInput stdoutQueue() {
        return stdout;
    }

    /** For the reader, with or without the lock: the caller checks with the lock or is the reader. */
    void outputReceived() {
        output = true;
    }

    /** For the reader, likewise: whether output is not just skipped. */
    boolean wantsOutput() {
        return begun && !outputEnded && !stdout.isClosed();
    }

    /** For the caller, if it is the reader. */
    boolean hasLines() {
        return stderr.hasLines();
    }

    /** For whoever reads: a record of STDOUT has come. Tells whether it is the empty one, or behind that, and so no output. */
    boolean endsOutput(int length) {
        outputEnded |= length == 0;
        return outputEnded;
    }

    /** Locked. */
    void stderr(ByteBuffer bytes, int offset, int length) {
        assert lock.isHeldByCurrentThread();
        stderr.add(bytes, offset, length);
        stdout.wakeUp();
    }

    /** Locked. END_REQUEST has come; the caller comes to know it a moment later, by {@link #ended}. */
    void answered(EndRequestBody body) {
        assert lock.isHeldByCurrentThread();
        if (failure == null) {
            answer = new EndRequest(body.appStatus(), ProtocolStatus.of(body.protocolStatus()));
            outcome = Outcomes.of(answer.protocolStatus());
            request.watch().ended();
        }
    }

    /** Locked. END_REQUEST was received. Needs no memory. */
    void ended() {
        assert lock.isHeldByCurrentThread();
        if (failure == null && answer != null) {
            stderr.end();
            stdout.end();
            end = answer; // the last: who sees it needs no lock for the rest
        }
    }

    /** Locked. */
    void fail(CallOutcome how, StreamInput.Failure cause) {
        assert lock.isHeldByCurrentThread();
        if (end == null && failure == null) {
            failure = cause;
            outcome = how;
            answer = null;
            request.watch().ended();
            stderr.end();
            stdout.fail(cause);
        }
    }

    /** Locked. */
    boolean hasFailed() {
        assert lock.isHeldByCurrentThread();
        return failure != null;
    }

    /** Locked. The response is not wanted any more; its records are dropped until it ends. */
    void abandoned() {
        assert lock.isHeldByCurrentThread();
        abandoned = true;
        limits.progress();
        stdout.discard();
    }

    /** Locked. */
    boolean isAbandoned() {
        assert lock.isHeldByCurrentThread();
        return abandoned;
    }

    /** Locked. */
    boolean isWaiting() {
        assert lock.isHeldByCurrentThread();
        return waiting;
    }

    /** Locked. Makes a waiting caller check again. */
    void wakeUp() {
        assert lock.isHeldByCurrentThread();
        stdout.wakeUp();
    }

    /** Locked. Returns the timeout that has expired, or null. */
    Limit exceeded(boolean stalled, long now) {
        assert lock.isHeldByCurrentThread();
        return end != null || failure != null ? null : limits.exceeded(received, stdout.isFull(), stalled, now);
    }

    /** Locked. Fails because of a timeout. */
    void timeOut(Limit limit) {
        assert lock.isHeldByCurrentThread();
        fail(Outcomes.of(limit), () -> limits.failure(limit));
    }

    // ---- for the caller

    /**
     * {@return whether a loss may only mean that a kept connection had been closed, because nothing of the response was
     * received}
     */
    public boolean mayBeStale() {
        lock.lock();
        try {
            return onUsedConnection && !received;
        } finally {
            lock.unlock();
        }
    }

    /** {@return STDOUT; the stream passes the lines of STDERR to their sink before it blocks and at its end} */
    public InputStream stdout() {
        return new CallOutput(this, request.watch(), stdout, stderr);
    }

    /**
     * Blocks until there is output, or the end.
     *
     * @throws IOException when the request failed
     */
    public void awaitOutput() throws IOException {
        await(false);
    }

    /**
     * Blocks until the end, dropping output.
     *
     * @throws IOException when the request failed
     */
    public EndRequest awaitEnd() throws IOException {
        if (end == null) {
            stdout.close();
        }
        return await(true);
    }

    private EndRequest await(boolean toEnd) throws IOException {
        if (end != null) {
            deliverStderr();
            return end;
        }
        lock.lock();
        try {
            while (end == null && failure == null && (toEnd || !output)) {
                if (hasLines()) {
                    lock.unlock();
                    try {
                        deliverStderr(); // as they arrive
                    } finally {
                        lock.lock();
                    }
                } else {
                    pull(stdout, NOTHING, 0, 0);
                }
            }
            if (end == null && failure != null) {
                throw failure.toException();
            }
            return end;
        } finally {
            lock.unlock();
            deliverStderr();
        }
    }

    /**
     * Locked. Reads, or waits for the reader, until something was received, or with length 0 until something is new.
     */
    @Override
    public int pull(StreamInput stream, byte[] target, int offset, int length) throws IOException {
        assert lock.isHeldByCurrentThread();
        int count = carrier.read(this, target, offset, length);
        if (count >= 0) {
            return count;
        }
        waiting = true;
        try {
            stream.await();
        } finally {
            waiting = false;
        }
        return 0;
    }

    /** Locked. */
    @Override
    public void roomMade(StreamInput stream) {
        assert lock.isHeldByCurrentThread();
        carrier.roomMade();
    }

    /** {@return whether the request was HEAD, so that no body belongs to the response} */
    public boolean isHead() {
        return "HEAD".equals(request.params().values().get("REQUEST_METHOD"));
    }

    /** {@return whether {@link #awaitOutput} has seen any output} */
    public boolean hasOutput() {
        return output;
    }

    /** {@return the charset of its parameters} */
    public Charset charset() {
        return request.params().charset();
    }

    /** {@return how the request ended, or null when it has not yet} */
    public EndRequest end() {
        return end;
    }

    /** Passes received lines of STDERR to the sink of the request. */
    void deliverStderr() {
        stderr.deliver();
    }

    /** {@return what was kept of STDERR, as UTF-8 text} */
    public String stderrText() {
        return stderr.text();
    }

    /** Logs that bytes after the body of the response were dropped. */
    public void surplus(long bytes) {
        // many programs respond to HEAD as to GET and leave the rest to the web server (RFC 3875 4.3.3)
        Level level = isHead() ? Level.DEBUG : Level.WARNING;
        ClientLog.LOG.log(level, "{0} bytes after the end of the body dropped: {1}", bytes, this);
    }

    /** For logs; without control characters from the caller. */
    @Override
    public String toString() {
        return Ascii.printable(request.text() + " at " + carrier);
    }

    /** Aborts the request, unless it has ended. */
    public void abort() {
        if (end == null) {
            carrier.abort(this, CallOutcome.ABORTED, () -> new FcgiException("the request was aborted"));
        }
        deliverStderr();
    }

    /** The caller is about to know how it ended, if it has; only the first time counts. Without the lock. */
    @Override
    public void over(Throwable cause) {
        EndRequest answered = end; // who sees it needs no lock for the rest
        CallOutcome how = outcome;
        if (answered != null) {
            outcome = null;
        } else if (how != null) {
            lock.lock();
            try {
                how = outcome;
                outcome = null;
                answered = answer;
            } finally {
                lock.unlock();
            }
        }
        if (how == null) {
            earlier = cause != null ? cause : earlier;
            return;
        }
        Throwable thrown = cause != null || answered != null ? cause : earlier;
        request.watch().over(thrown instanceof InterruptedIOException ? CallOutcome.INTERRUPTED : how, answered, thrown);
    }
}
