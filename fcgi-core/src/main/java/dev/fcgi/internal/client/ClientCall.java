package dev.fcgi.internal.client;

import dev.fcgi.FcgiException;
import dev.fcgi.ProtocolStatus;
import dev.fcgi.client.EndRequest;
import dev.fcgi.client.RequestTimeoutException;
import dev.fcgi.client.RequestTimeoutException.Limit;
import dev.fcgi.internal.conn.StreamInput;
import dev.fcgi.internal.conn.TimeLimit;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One request on a connection to an application, and the response to it as it arrives.
 *
 * <p>Guarded by the connection's lock; methods marked "Locked" expect it, the others are for the caller's thread. The
 * connection's reader fills in; the caller's thread waits here.
 */
public final class ClientCall {
    private final ClientConnection connection;
    private final ReentrantLock lock;
    private final ClientOptions options;
    private final CallRequest request;
    private final int id;
    private final StreamInput stdout;
    private final Condition changed;

    private final StderrLines stderr;
    private final boolean onUsedConnection;
    private boolean begun;
    private boolean received;
    private boolean output;
    private boolean outputEnded;
    private boolean writing;
    private boolean inputSent;
    private boolean abandoned;
    private EndRequest end;
    private StreamInput.Failure failure;
    private final long startedAt;
    private long progressAt;

    /** @param onUsedConnection whether an earlier request was answered on the connection */
    ClientCall(ClientConnection connection, int id, CallRequest request, boolean onUsedConnection) {
        this.connection = connection;
        this.lock = connection.lock();
        this.options = connection.options();
        this.id = id;
        this.onUsedConnection = onUsedConnection;
        this.request = request;
        this.stdout = new StreamInput(connection.source(), lock, options.responseBuffer);
        this.changed = lock.newCondition();
        this.stderr = new StderrLines(options.maxStderrLength);
        this.startedAt = options.clock.nanoTime();
        this.progressAt = startedAt;
    }

    int id() {
        return id;
    }

    ClientConnection connection() {
        return connection;
    }

    /** {@return whether a loss may just mean that a kept connection had been closed: nothing came of the response} */
    public boolean mayBeStale() {
        lock.lock();
        try {
            return onUsedConnection && !received;
        } finally {
            lock.unlock();
        }
    }

    CallRequest request() {
        return request;
    }

    // ---- what the connection does; locked

    StreamInput stdoutQueue() {
        return stdout;
    }

    /** From now on some of the request may have got to the application. */
    void begun() {
        begun = true;
        progressAt = options.clock.nanoTime();
    }

    /** The kernel has taken nothing of the head: the application cannot know of the request. */
    void notBegun() {
        begun = false;
    }

    boolean hasBegun() {
        return begun;
    }

    /** A record of this request has come. */
    void received() {
        received = true;
        progressAt = options.clock.nanoTime();
    }

    /** The empty STDOUT has come: nothing that follows is output. */
    void outputEnded() {
        outputEnded = true;
    }

    boolean hasOutputEnded() {
        return outputEnded;
    }

    /** What went by while the connection waited for another caller does not count. */
    void restartClock() {
        progressAt = options.clock.nanoTime();
    }

    boolean isRequestTimeExceeded(long now) {
        return end == null && failure == null && TimeLimit.isOver(options.requestTimeout, startedAt, now);
    }

    void outputReceived() {
        if (!output) {
            output = true;
            changed.signalAll();
        }
    }

    void stderr(ByteBuffer bytes, int offset, int length) {
        stderr.add(bytes, offset, length);
        changed.signalAll();
    }

    /** END_REQUEST has come. */
    void ended(int appStatus, int protocolStatus) {
        if (failure == null) {
            end = new EndRequest(appStatus, ProtocolStatus.of(protocolStatus));
            stdout.end();
            changed.signalAll();
        }
    }

    boolean hasEnded() {
        return end != null;
    }

    boolean hasReceived() {
        return received;
    }

    void fail(StreamInput.Failure cause) {
        if (end == null && failure == null) {
            failure = cause;
            stdout.fail(cause);
            changed.signalAll();
        }
    }

    boolean hasFailed() {
        return failure != null;
    }

    /** Whether a thread is getting a piece of the request to the server: until it is taken the server cannot go on. */
    void writing(boolean now) {
        writing = now;
    }

    /** Some input was taken by the connection. */
    void inputProgress() {
        progressAt = options.clock.nanoTime();
    }

    void inputSent() {
        inputSent = true;
    }

    boolean isInputSent() {
        return inputSent;
    }

    /** Nobody waits for the response any more; its records are dropped until it ends. */
    void abandoned() {
        abandoned = true;
        progressAt = options.clock.nanoTime();
        stdout.discard();
    }

    boolean isAbandoned() {
        return abandoned;
    }

    boolean abortTimedOut(long limit, long now) {
        return TimeLimit.isOver(limit, progressAt, now);
    }

    /** {@return the limit that is exceeded, or null} */
    Limit exceeded(long now) {
        if (end != null || failure != null) {
            return null;
        }
        if (isRequestTimeExceeded(now)) {
            return Limit.REQUEST;
        }
        if (writing) {
            return null; // how long that may take is a limit of the connection
        }
        if (!received) {
            return TimeLimit.isOver(options.firstByteTimeout, progressAt, now) ? Limit.FIRST_BYTE : null;
        }
        // with a full queue it is the caller who is idle
        return !stdout.isFull() && TimeLimit.isOver(options.readTimeout, progressAt, now) ? Limit.READ : null;
    }

    /** Fails because of a limit. */
    void timeOut(Limit limit) {
        long nanos = switch (limit) {
            case FIRST_BYTE -> options.firstByteTimeout;
            case READ -> options.readTimeout;
            case WRITE -> options.writeTimeout;
            case REQUEST -> options.requestTimeout;
            case STALL -> options.stallTimeout;
            case CONNECT -> options.connectTimeout;
        };
        fail(() -> new RequestTimeoutException(limit, Duration.ofNanos(nanos)));
    }

    // ---- what the caller does

    /** {@return STDOUT; the stream gives the lines of STDERR to their sink before it blocks and at its end} */
    public InputStream stdout() {
        return new CallOutput(this, stdout);
    }

    /**
     * Blocks until there is output, or the end.
     *
     * @throws IOException when the request failed before
     */
    public void awaitOutput() throws IOException {
        await(false);
    }

    /**
     * Blocks until the end, dropping output.
     *
     * @throws IOException when the request failed before
     */
    public EndRequest awaitEnd() throws IOException {
        lock.lock();
        try {
            if (end == null) {
                stdout.discard();
            }
        } finally {
            lock.unlock();
        }
        return await(true);
    }

    private EndRequest await(boolean end) throws IOException {
        EndRequest found = null;
        IOException failed = null;
        lock.lock();
        try {
            while (this.end == null && failure == null && (end || !output)) {
                if (stderr.hasLines()) {
                    deliverUnlocked(); // as they come
                } else {
                    changed.await();
                }
            }
            found = this.end;
            failed = this.end == null && failure != null ? failure.toException() : null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for a response");
        } finally {
            lock.unlock();
            deliverStderr();
        }
        if (failed != null) {
            throw failed;
        }
        return found;
    }

    /** {@return whether the request was HEAD, so that no body belongs to the response} */
    public boolean isHead() {
        return "HEAD".equals(request.params().get("REQUEST_METHOD"));
    }

    /** {@return whether there was any output} */
    public boolean hasOutput() {
        lock.lock();
        try {
            return output;
        } finally {
            lock.unlock();
        }
    }

    /** {@return the charset of its parameters} */
    public Charset charset() {
        return request.charset();
    }

    /** {@return how the request ended, or null when it has not yet} */
    public EndRequest end() {
        lock.lock();
        try {
            return end;
        } finally {
            lock.unlock();
        }
    }

    private void deliverUnlocked() {
        lock.unlock();
        try {
            deliverStderr();
        } finally {
            lock.lock();
        }
    }

    /** Gives what has come of STDERR to the sink of the request. */
    void deliverStderr() {
        List<String> lines = new ArrayList<>();
        lock.lock();
        try {
            stderr.take(lines, end != null || failure != null);
        } finally {
            lock.unlock();
        }
        if (request.stderr() != null) {
            lines.forEach(request.stderr());
        }
    }

    /** {@return what was kept of STDERR, as UTF-8 text} */
    public String stderrText() {
        lock.lock();
        try {
            return new String(stderr.kept(), StandardCharsets.UTF_8);
        } finally {
            lock.unlock();
        }
    }

    /** Says that bytes after the body of the response were dropped. */
    public void surplus(long bytes) {
        // many programs answer HEAD as they answer GET, and leave the rest to the web server (RFC 3875 4.3.3)
        Level level = isHead() ? Level.DEBUG : Level.WARNING;
        ConnectionPool.LOG.log(level, "{0} bytes after the end of the body dropped: {1}", bytes, this);
    }

    /** For logs; no control characters of the caller's. */
    @Override
    public String toString() {
        String uri = request.params().getOrDefault("REQUEST_URI", request.params().getOrDefault("SCRIPT_NAME", ""));
        String text = request.params().getOrDefault("REQUEST_METHOD", "") + ' ' + uri + " at " + connection.transport();
        return text.replaceAll("[\\p{Cc}\\u2028\\u2029]", "?");
    }

    /** Aborts the request, unless it has ended. */
    public void abort() {
        connection.abort(this, () -> new FcgiException("the request was aborted"));
        deliverStderr();
    }
}
