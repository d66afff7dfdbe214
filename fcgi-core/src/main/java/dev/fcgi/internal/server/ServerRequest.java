package dev.fcgi.internal.server;

import dev.fcgi.AbortPolicy;
import dev.fcgi.Params;
import dev.fcgi.Request;
import dev.fcgi.RequestAbortedException.Reason;
import dev.fcgi.RequestAbortedException;
import dev.fcgi.Role;
import dev.fcgi.internal.conn.LibraryThreads;
import dev.fcgi.internal.conn.Stopwatch;
import dev.fcgi.internal.conn.StreamInput;
import dev.fcgi.internal.conn.Uninterrupted;
import dev.fcgi.internal.text.Ascii;
import dev.fcgi.internal.wire.Fcgi;
import dev.fcgi.internal.wire.RecordBuffer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.System.Logger.Level;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * One request of a web server, from BEGIN_REQUEST to END_REQUEST, and its handler, which may take longer.
 *
 * <p>All state that changes is guarded by the connection's lock; methods marked "Locked" expect it to be held. The lock
 * makes one thing true that everything else rests on: whether a request has ended is decided in the same step that
 * admits its records to the output, so that nothing can follow END_REQUEST, whoever holds its streams.
 */
public class ServerRequest implements Request, Runnable, StreamInput.Failure {
    /** What an Authorizer reads, whether its peer sends a STDIN stream or not (FastCGI 6.3). */
    private static final InputStream NO_INPUT = new ByteArrayInputStream(new byte[0]);

    private final ServerConnection connection;
    private final ReentrantLock lock;
    private final int id;
    private final Role role;
    private final RequestHead head;
    private final StreamInput stdin;
    /** Null unless the role is Filter. */
    private final StreamInput data;
    private final Stdout stdout = new Stdout(this);
    /** Written once, by the reader. */
    private volatile Params params;

    // guarded by the connection's lock
    private final Response response;
    private final Uninterrupted handler;
    private boolean dispatched;
    /** Whether a thread has come to handle the request, or it was rejected. */
    private boolean claimed;
    private boolean returned;
    /** Whether it counts among the heads of its connection, which are not complete. */
    private boolean countsAsHead;
    /** Whether it counts among the requests of the server. */
    private boolean counts;
    /** Of the {@link RequestTable} and of {@link HandlerThreads}. */
    ServerRequest nextInRow;
    ServerRequest nextWaiting;
    /** Written under the lock; the reader looks without. */
    private volatile boolean ended;
    private Reason aborted;
    private Throwable abortCause;
    private List<Runnable> abortActions;
    /** Since when the head is awaited, or the handler at work. */
    private final Stopwatch since = new Stopwatch();

    /** Makes the request of a BEGIN_REQUEST record. */
    static ServerRequest of(ServerConnection connection, int id, Role role) {
        return role == Role.FILTER
                ? new ServerFilterRequest(connection, id)
                : new ServerRequest(connection, id, role);
    }

    ServerRequest(ServerConnection connection, int id, Role role) {
        this.connection = connection;
        this.lock = connection.lock();
        this.handler = new Uninterrupted(lock);
        this.id = id;
        this.role = role;
        Options options = connection.options();
        this.head = new RequestHead(options);
        this.stdin = new StreamInput(connection.input(), lock, options.inputBuffer);
        this.data = role == Role.FILTER ? new StreamInput(connection.input(), lock, options.inputBuffer) : null;
        this.response = new Response(this, connection);
        if (role == Role.AUTHORIZER) {
            stdin.discard();
        }
    }

    // ---- what the connection's reader does

    RequestHead head() {
        return head;
    }

    /** Locked. Counts among the heads of its connection, if that may have one more. */
    boolean beginHead() {
        assert lock.isHeldByCurrentThread();
        countsAsHead = connection.heads().begin();
        return countsAsHead;
    }

    /**
     * Locked. The parameters are complete: the handler may start, if the server may have one more request.
     *
     * @return whether it may
     */
    boolean headComplete(Params complete) {
        assert lock.isHeldByCurrentThread();
        params = complete;
        endHead();
        counts = connection.server().admitRequest();
        return counts;
    }

    private void endHead() {
        if (countsAsHead) {
            countsAsHead = false;
            connection.heads().end();
        }
    }

    boolean isHeadComplete() {
        return params != null;
    }

    /** {@return the stream that records of a type belong to; null when this role has no such stream} */
    StreamInput input(int type) {
        return type == Fcgi.STDIN ? stdin : data;
    }

    boolean hasInput(StreamInput stream) {
        return stream == stdin || stream == data;
    }

    /** Locked. Whether all input was received that belongs to the role. */
    boolean isInputComplete() {
        assert lock.isHeldByCurrentThread();
        return data == null ? stdin.hasEnded() : data.hasEnded();
    }

    /** Locked. Whether the handler needs no more of the peer; an Authorizer gets no input, and some send no STDIN. */
    boolean isComplete() {
        assert lock.isHeldByCurrentThread();
        return isHeadComplete() && (role == Role.AUTHORIZER || isInputComplete());
    }

    // ---- the life of the handler

    /** Locked. Whether the request was given to a thread, which will call {@link #complete} in the end. */
    boolean isDispatched() {
        assert lock.isHeldByCurrentThread();
        return dispatched;
    }

    /** Locked. */
    void dispatched(boolean yes) {
        assert lock.isHeldByCurrentThread();
        dispatched = yes;
        since.restart();
    }

    /**
     * Handles the request from beginning to end on the calling thread, unless that was done before: an executor may run
     * a task twice, or one that it has rejected, or on the thread that gives it. Throws nothing.
     */
    @Override
    public void run() {
        boolean open;
        lock.lock();
        try {
            if (!claim()) {
                return;
            }
            open = !ended;
            if (open) {
                begin();
                connection.lendRole();
            }
        } finally {
            lock.unlock();
        }
        if (open) {
            handle();
        } else {
            complete(null);
        }
    }

    /** Locked. Returns whether it is up to the caller to end this request: to the first one who asks. */
    boolean claim() {
        assert lock.isHeldByCurrentThread();
        boolean first = !claimed;
        claimed = true;
        return first;
    }

    /**
     * Makes the calling thread the one that handles this request.
     *
     * @return false when the request was cancelled before
     */
    public boolean beginIfOpen() {
        lock.lock();
        try {
            claimed = true;
            if (!ended) {
                begin();
            }
            return !ended;
        } finally {
            lock.unlock();
        }
    }

    /** Locked. Makes the calling thread the one that handles this request, which has not ended. */
    void begin() {
        assert lock.isHeldByCurrentThread();
        connection.counters().started.increment();
        handler.begin();
    }

    /** Handles the request, to which the calling thread has begun, to its end. Throws nothing. */
    void handle() {
        Throwable failure = null;
        try {
            connection.handle(this);
        } catch (Throwable e) { // an Error of a handler costs its own request only, too
            failure = e;
            connection.options().failures.accept(e);
        }
        complete(failure);
    }

    /** The handler has returned or thrown; called once, by its thread. Throws nothing. */
    public void complete(Throwable failure) {
        while (lock.isHeldByCurrentThread()) {
            lock.unlock(); // a StackOverflowError can strike anywhere, also between lock and try
        }
        if (failure != null) {
            logSafely(failure);
        }
        boolean interruptedByUs;
        lock.lock();
        try {
            connection.output().abandonWrite(); // as above
            endSafely(failure);
        } finally {
            interruptedByUs = handler.end();
            handlerReturned();
            lock.unlock();
        }
        if (interruptedByUs) {
            Thread.interrupted(); // what it was for is over
        }
    }

    /** Locked. Nothing works on this request any more. An executor may fail and yet run it later: counts once. */
    void handlerReturned() {
        assert lock.isHeldByCurrentThread();
        if (!returned) {
            returned = true;
            endHead();
            connection.handlerReturned(counts);
        }
    }

    private void logSafely(Throwable failure) {
        try {
            logFailure(failure);
        } catch (Throwable ignored) {
            // no memory to tell it, and more important things to do
        }
    }

    private void logFailure(Throwable failure) {
        if (isAborted()) {
            log(Level.DEBUG, failure, "handler of an aborted request failed: {0}");
        } else {
            connection.counters().failed.increment();
            log(Level.WARNING, failure, "handler failed: {0}");
        }
    }

    /** Locked. */
    private void endSafely(Throwable failure) {
        assert lock.isHeldByCurrentThread();
        try {
            if (!ended) {
                end(failure);
            }
        } catch (Throwable e) { // the connection is lost, or out of memory: then the request has not ended
            log(Level.DEBUG, e, "response lost: {0}");
            connection.closeAfterLast();
            abort(Reason.CONNECTION_LOST, e);
            connection.settle();
        }
    }

    /** Locked. Ends a request that nobody cancelled. Releases the lock while writing. */
    private void end(Throwable failure) throws IOException {
        assert lock.isHeldByCurrentThread();
        if (failure != null && response.hasBegun() && connection.isAlone(this)) {
            // web servers ignore the application status and would take the part for the whole
            stage(response.cut());
            ended();
            connection.closeAfterLast();
            connection.settle();
            return;
        }
        response.awaitRoom();
        if (ended) {
            return; // cancelled meanwhile
        }
        boolean last = connection.isLast(); // not what becomes true while it is written: the peer may have gone on
        RecordBuffer records = response.end(failure);
        try {
            ended();
            writeToConnection(records);
        } finally {
            connection.recycle(records);
        }
        if (last) {
            connection.settle();
        }
    }

    /**
     * Refuses a request for which no thread has come. Blocks while the web server takes no output.
     *
     * @return false when a thread has come: nothing was done then
     */
    public boolean reject() {
        boolean interrupted = Uninterrupted.putOff(); // inside the socket it would close the connection
        lock.lock();
        try {
            if (!claim()) {
                return false;
            }
            dispatched = false;
            if (ended) {
                handlerReturned(); // it was cancelled meanwhile, and counted on its handler
            } else {
                connection.counters().refused.increment();
                refuse(ErrorAnswer.OVERLOADED);
            }
        } catch (IOException e) {
            connection.lost(e);
        } catch (Throwable e) { // OutOfMemoryError
            abort(Reason.CONNECTION_LOST, e);
            connection.settle();
        } finally {
            lock.unlock();
            Uninterrupted.deliver(interrupted);
        }
        return true;
    }

    /** Locked. From here on no record of this request is admitted. */
    private void ended() {
        assert lock.isHeldByCurrentThread();
        ended = true;
        stdin.discard();
        if (data != null) {
            data.discard();
        }
        response.ended();
        connection.requestEnded(this);
        connection.output().wakeUp();
    }

    /** Locked. Ends a request without handler by the library's own answer. Releases the lock while writing. */
    void refuse(ErrorAnswer answer) throws IOException {
        assert lock.isHeldByCurrentThread();
        RecordBuffer records = response.answer(answer);
        ended();
        connection.writeFromReader(records);
        connection.settle();
    }

    // ---- cancellation: one way for all reasons

    /** Locked. Cancels the request, unless it has ended. Never blocks, and ends it however little memory is left. */
    void abort(Reason reason, Throwable cause) {
        assert lock.isHeldByCurrentThread();
        if (ended) {
            return;
        }
        aborted = reason;
        abortCause = cause;
        connection.counters().aborted.increment();
        stdin.fail(this);
        if (data != null) {
            data.fail(this);
        }
        boolean cut = response.hasBegun() && reason != Reason.ABORT_REQUEST && connection.isAlone(this);
        if (cut) {
            connection.closeAfterLast();
        }
        if (reason != Reason.CONNECTION_LOST) {
            stageEnd(() -> cut ? response.cut() : response.abortedEnd(reason));
        }
        ended();
        connection.abandon(this);
        if (connection.options().abortPolicy == AbortPolicy.INTERRUPT) {
            handler.interrupt();
        }
        startAbortActions();
    }

    /** What the streams of a cancelled request fail with. */
    @Override
    public IOException toException() {
        return new RequestAbortedException(aborted, abortCause);
    }

    private void stageEnd(Supplier<RecordBuffer> records) {
        try {
            stage(records.get());
        } catch (Throwable e) { // OutOfMemoryError: the peer shall not wait for an end that does not come
            connection.breakOff();
        }
    }

    /** Locked. */
    private void stage(RecordBuffer records) {
        assert lock.isHeldByCurrentThread();
        try {
            connection.output().stage(records);
        } catch (IOException ignored) {
            // the connection is lost, nobody waits for this answer
        }
    }

    private void startAbortActions() {
        if (abortActions == null) {
            return;
        }
        for (int i = 0; i < abortActions.size(); i++) {
            startAbortAction(abortActions.get(i));
        }
        abortActions = null;
    }

    private void startAbortAction(Runnable action) {
        try {
            LibraryThreads.start(() -> runAbortAction(action));
        } catch (Throwable e) { // OutOfMemoryError
            log(Level.WARNING, e, "no thread for an onAbort action: {0}");
        }
    }

    private void runAbortAction(Runnable action) {
        try {
            action.run();
        } catch (Throwable e) {
            log(Level.WARNING, e, "onAbort action failed: {0}");
        }
    }

    /** Locked. Checks the limits on time. */
    void check(long now) {
        assert lock.isHeldByCurrentThread();
        Options options = connection.options();
        if (!isHeadComplete()) {
            if (since.isOver(options.headTimeout, now)) {
                refuseHead();
                log(Level.WARNING, null, "request head timeout: {0}");
            }
        } else if (since.isOver(options.handlerTimeout, now)) {
            abort(Reason.HANDLER_TIMEOUT, null);
            log(Level.WARNING, null, "handler timeout: {0}");
        } else if (stdin.isStarving(options.readTimeout, now)
                || data != null && data.isStarving(options.readTimeout, now)) {
            log(Level.DEBUG, null, "input timeout: {0}");
            abort(Reason.READ_TIMEOUT, null);
        }
    }

    /** Locked. Refuses a request whose head takes too long. Never blocks. */
    private void refuseHead() {
        assert lock.isHeldByCurrentThread();
        connection.closeAfterLast(); // whoever sends half a head is not to be trusted with more
        connection.counters().refused.increment();
        stageEnd(() -> response.answer(ErrorAnswer.UNAVAILABLE));
        ended();
    }

    // ---- output

    /** Whether records of this request may be admitted; for sure only under the lock. */
    boolean isOpen() {
        return !ended;
    }

    /** Locked. */
    void checkOpen() throws IOException {
        assert lock.isHeldByCurrentThread();
        if (aborted != null) {
            throw new RequestAbortedException(aborted, null);
        }
        if (ended) {
            throw new IOException("the request has ended");
        }
    }

    boolean mayHaveBody() {
        return params == null || !"HEAD".equals(params.get("REQUEST_METHOD"));
    }

    /** Locked. Puts off interrupts while this thread touches the socket; see {@link Uninterrupted}. */
    boolean enterIo() {
        assert lock.isHeldByCurrentThread();
        return handler.enter();
    }

    /** Locked. */
    void leaveIo(boolean interrupted) {
        assert lock.isHeldByCurrentThread();
        handler.leave(interrupted);
    }

    /** Locked. Admits records and, if it is up to this thread, writes them; releases the lock meanwhile. */
    void writeToConnection(RecordBuffer records) throws IOException {
        assert lock.isHeldByCurrentThread();
        records.close();
        boolean interrupted = enterIo();
        try {
            connection.output().write(records);
        } catch (IOException e) {
            connection.lost(e);
            if (aborted == null) {
                aborted = Reason.CONNECTION_LOST; // it had ended for us, but its end did not get through
            }
            throw new RequestAbortedException(aborted, e);
        } finally {
            leaveIo(interrupted);
        }
    }

    void writeStdout(byte[] source, int offset, int length) throws IOException {
        lock.lock();
        try {
            response.write(source, offset, length);
        } finally {
            lock.unlock();
        }
    }

    void flushStdout() throws IOException {
        lock.lock();
        try {
            response.flush();
        } finally {
            lock.unlock();
        }
    }

    // ---- Request

    @Override
    public int id() {
        return id;
    }

    @Override
    public Role role() {
        return role;
    }

    @Override
    public Params params() {
        return params;
    }

    @Override
    public InputStream stdin() {
        return role == Role.AUTHORIZER ? NO_INPUT : stdin;
    }

    @Override
    public OutputStream stdout() {
        return stdout;
    }

    @Override
    public OutputStream stderr() {
        lock.lock();
        try {
            return response.stderr();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void appStatus(int status) {
        lock.lock();
        try {
            response.appStatus(status);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean isAborted() {
        lock.lock();
        try {
            return aborted != null;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void onAbort(Runnable action) {
        Objects.requireNonNull(action, "action");
        lock.lock();
        try {
            if (aborted != null) {
                startAbortAction(action);
            } else if (!ended) {
                if (abortActions == null) {
                    abortActions = new ArrayList<>(2);
                }
                abortActions.add(action);
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void finish() throws IOException {
        lock.lock();
        try {
            if (aborted != null) {
                throw new RequestAbortedException(aborted, null);
            }
            if (!ended) {
                end(null);
                connection.abandon(this);
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public SocketAddress peer() {
        return connection.transport().peer();
    }

    private void log(Level level, Throwable cause, String format) {
        connection.log().log(level, cause, format, this);
    }

    /** For logs: control characters of the peer must not get there. */
    @Override
    public String toString() {
        String method = params == null ? "?" : params.get("REQUEST_METHOD", "-");
        String path = params == null ? "" : params.get("SCRIPT_NAME", "") + params.get("PATH_INFO", "");
        return "request " + id + " of " + connection.transport() + ", " + role + " "
                + Ascii.printable(method + " " + path);
    }
}
