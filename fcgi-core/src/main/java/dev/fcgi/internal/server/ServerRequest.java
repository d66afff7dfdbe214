package dev.fcgi.internal.server;

import dev.fcgi.Outcome;
import dev.fcgi.Params;
import dev.fcgi.RequestAbortedException.Reason;
import dev.fcgi.RequestAbortedException;
import dev.fcgi.Role;
import dev.fcgi.internal.conn.Output;
import dev.fcgi.internal.conn.Stopwatch;
import dev.fcgi.internal.conn.StreamInput;
import dev.fcgi.internal.wire.RecordBuffer;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * One request of a web server on the wire, from BEGIN_REQUEST to END_REQUEST: its head, its input, its output. The
 * handler, which may take longer, is the {@link HandlerRun}'s.
 *
 * <p>All state that changes is guarded by the connection's lock, which makes one thing true that everything else rests
 * on: whether a request has ended is decided in the same step that admits its records to the output, so that nothing
 * can follow END_REQUEST, whoever holds its streams.
 */
final class ServerRequest implements Response.Gate, StreamInput.Failure {
    /** What a request needs of its connection; all "Locked". */
    interface Owner {
        boolean isAlone(ServerRequest request);

        /** Closes the connection if it has nothing more to do. */
        void settle();

        /** No record of the request is admitted any more; its id is free. */
        void requestEnded(ServerRequest request, boolean inputComplete);

        /** Nothing works on the request any more. */
        void over(ServerRequest request);

        /** Writes what the library says itself; stops reading while the peer does not take it. */
        void answer(RecordBuffer records) throws IOException;

        /** Writing failed: there is nobody to talk to. */
        void lost(IOException cause);

        /** Has records written, by whomever; never blocks. Without memory for them the connection is broken off. */
        void stage(Supplier<RecordBuffer> records);
    }

    /** Who handles the request. */
    interface Handler {
        /** Locked. The request was cancelled. */
        void aborted();
    }

    private enum State {
        /** No handler is there yet: the head is awaited, or a thread. */
        BEGUN,
        HANDLED,
        /** No record is admitted any more. */
        ENDED
    }

    final int id;
    final Role role;
    final RequestInput input;
    final Response response;
    final Watch watch;
    private final Owner owner;
    private final Lifetime lifetime;
    private final Common common;
    private final ReentrantLock lock;
    private final Output output;
    private final RequestHead head;
    /** Written once, by the reader. */
    private volatile Params params;

    // guarded by the lock

    /** Of the {@link RequestTable}. */
    ServerRequest nextInRow;
    /** Written under the lock; the reader looks without. */
    private volatile State state = State.BEGUN;
    private Handler handler;
    /** Whether it counts among the requests of the server. */
    private boolean hasPermit;
    private Reason aborted;
    private Throwable abortCause;
    /** Since when the head is awaited, or the handler at work. */
    private final Stopwatch since = new Stopwatch();

    /** Makes the request of a BEGIN_REQUEST record. */
    ServerRequest(Common common, Owner owner, Lifetime lifetime, RequestInput.Reader reader, ReentrantLock lock,
            Output output, int id, Role role, Watch watch) {
        this.common = common;
        this.owner = owner;
        this.lifetime = lifetime;
        this.lock = lock;
        this.output = output;
        this.id = id;
        this.role = role;
        this.watch = watch;
        this.head = new RequestHead(common.options);
        this.input = new RequestInput(id, role, reader, lock, common.options.inputBuffer, watch);
        this.response = new Response(common, this, lock, output, id, watch);
    }

    // ---- the head

    RequestHead head() {
        return head;
    }

    /**
     * Locked. The parameters are complete: takes the permit of the server.
     *
     * @return whether it may be handled; if not, it must be refused
     */
    boolean headComplete(Params complete) {
        assert lock.isHeldByCurrentThread();
        params = complete;
        watch.headComplete(complete);
        head.end();
        hasPermit = common.admitRequest();
        return hasPermit;
    }

    /** Locked. Nothing works on this request any more. */
    void releasePermit() {
        assert lock.isHeldByCurrentThread();
        if (hasPermit) {
            hasPermit = false;
            common.releaseRequest();
        }
    }

    boolean isHeadComplete() {
        return params != null;
    }

    /** {@return the parameters, null until they are complete} */
    Params params() {
        return params;
    }

    /** Locked. From now on it is up to a handler to end the request. */
    void handledBy(Handler one) {
        assert lock.isHeldByCurrentThread();
        state = State.HANDLED;
        handler = one;
        since.restart();
    }

    /** Locked. Whether the handler needs no more of the peer. */
    boolean isComplete() {
        assert lock.isHeldByCurrentThread();
        return isHeadComplete() && input.isComplete();
    }

    // ---- output

    /** Whether records of this request may be admitted; for sure only under the lock. */
    @Override
    public boolean isOpen() {
        return state != State.ENDED;
    }

    /** Locked. */
    @Override
    public void checkOpen() throws IOException {
        assert lock.isHeldByCurrentThread();
        if (state == State.ENDED) {
            checkAborted();
            throw new IOException("the request has ended");
        }
    }

    /** Locked. */
    void checkAborted() throws RequestAbortedException {
        assert lock.isHeldByCurrentThread();
        if (aborted != null) {
            throw new RequestAbortedException(aborted, null);
        }
    }

    @Override
    public boolean mayHaveBody() {
        return params == null || !"HEAD".equals(params.get("REQUEST_METHOD"));
    }

    /** Locked. Admits records and, if it is up to this thread, writes them; releases the lock meanwhile. */
    @Override
    public void write(RecordBuffer records) throws IOException {
        assert lock.isHeldByCurrentThread();
        records.close();
        boolean interrupted = input.interrupts.enter();
        try {
            output.write(records);
        } catch (IOException e) {
            owner.lost(e);
            if (aborted == null) {
                aborted = Reason.CONNECTION_LOST; // it had ended for us, but its end did not get through
                common.aborted(watch, aborted);
            }
            throw new RequestAbortedException(aborted, e);
        } finally {
            input.interrupts.leave(interrupted);
        }
    }

    // ---- the end

    /** Locked. Ends the request as its handler has left it, unless it has ended. Throws nothing. */
    void endSafely(Throwable failure) {
        assert lock.isHeldByCurrentThread();
        try {
            output.abandonWrite(); // an Error may have torn the handler out of its own
            if (isOpen()) {
                end(failure);
            }
        } catch (Throwable e) { // the connection is lost, or out of memory: then the request has not ended
            log(Level.DEBUG, e, "response lost: {0}");
            lifetime.closeAfterLast();
            abort(Reason.CONNECTION_LOST, e);
            owner.settle();
        }
    }

    /** Locked. Ends a request that nobody cancelled. Releases the lock while writing. */
    void end(Throwable failure) throws IOException {
        assert lock.isHeldByCurrentThread();
        watch.ended(failure == null ? Outcome.COMPLETED : response.hasBegun() ? Outcome.FAILED_INCOMPLETE : Outcome.FAILED);
        if (failure != null && response.hasBegun() && owner.isAlone(this)) {
            // web servers ignore the application status and would take the part for the whole
            owner.stage(response::incomplete);
            ended();
            lifetime.closeAfterLast();
            owner.settle();
            return;
        }
        output.awaitRoom(response.length(), this); // an interrupt must not cost the END_REQUEST
        if (!isOpen()) {
            return; // cancelled meanwhile
        }
        boolean last = lifetime.isLast(); // not what becomes true while it is written: the peer may have gone on
        RecordBuffer records = response.end(failure);
        try {
            ended();
            write(records);
        } finally {
            common.buffers.recycle(records);
        }
        if (last) {
            owner.settle();
        }
    }

    /** Locked. From here on no record of this request is admitted. */
    private void ended() {
        assert lock.isHeldByCurrentThread();
        state = State.ENDED;
        if (!isHeadComplete()) {
            head.end();
        }
        boolean inputComplete = input.discard();
        response.ended();
        owner.requestEnded(this, inputComplete);
        if (handler == null) {
            owner.over(this);
            watch.over();
        }
    }

    /** Locked. Ends a request without handler by the library's own answer. Releases the lock while writing. */
    void refuse(ErrorAnswer answer, Outcome why) throws IOException {
        assert lock.isHeldByCurrentThread();
        RecordBuffer records = response.answer(answer); // without memory for that it is aborted, and not refused
        common.refused(watch, why);
        ended();
        owner.answer(records);
        owner.settle();
    }

    /** Locked. Cancels the request, unless it has ended. Never blocks, and ends it however little memory is left. */
    void abort(Reason reason, Throwable cause) {
        assert lock.isHeldByCurrentThread();
        if (!isOpen()) {
            return;
        }
        aborted = reason;
        abortCause = cause;
        common.aborted(watch, reason);
        input.fail(this);
        boolean incomplete = response.hasBegun() && reason != Reason.ABORT_REQUEST && owner.isAlone(this);
        if (incomplete) {
            lifetime.closeAfterLast();
        }
        if (reason != Reason.CONNECTION_LOST) {
            owner.stage(() -> incomplete ? response.incomplete() : response.abortedEnd(reason));
        }
        ended();
        if (handler != null) {
            handler.aborted();
        }
    }

    /** Locked. */
    boolean isAborted() {
        assert lock.isHeldByCurrentThread();
        return aborted != null;
    }

    /** What the streams of a cancelled request fail with. */
    @Override
    public IOException toException() {
        return new RequestAbortedException(aborted, abortCause);
    }

    /** Locked. Checks the limits on time. */
    void check(long now) {
        assert lock.isHeldByCurrentThread();
        Options options = common.options;
        watch.check(now);
        if (!isHeadComplete()) {
            if (since.isOver(options.headTimeout, now)) {
                lifetime.closeAfterLast(); // whoever sends half a head is not to be trusted with more
                common.refused(watch, Outcome.HEAD_TIMEOUT);
                owner.stage(() -> response.answer(ErrorAnswer.UNAVAILABLE));
                ended();
                log(Level.WARNING, null, "request head timeout: {0}");
            }
        } else if (since.isOver(options.handlerTimeout, now)) {
            abort(Reason.HANDLER_TIMEOUT, null);
            log(Level.WARNING, null, "handler timeout: {0}");
        } else if (input.isStarving(options.readTimeout, now)) {
            log(Level.DEBUG, null, "input timeout: {0}");
            abort(Reason.READ_TIMEOUT, null);
        }
    }

    private void log(Level level, Throwable cause, String format) {
        common.log.log(level, cause, format, this);
    }

    /** For logs: control characters of the peer must not get there. */
    @Override
    public String toString() {
        return RequestText.of(id, owner, role, params);
    }
}
