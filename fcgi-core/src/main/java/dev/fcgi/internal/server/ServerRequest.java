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

/**
 * One request of a web server on the wire, from BEGIN_REQUEST to END_REQUEST: its head, its input, its output. {@link
 * HandlerRun} runs the handler, which may take longer.
 *
 * <p>All mutable state is guarded by the connection's lock. It guarantees what everything else relies on: the check
 * whether a request has ended and the admission of its records are one step, so that nothing can follow END_REQUEST,
 * whichever thread holds its streams.
 */
final class ServerRequest implements Response.Gate, StreamInput.Failure {
    /** The handler of the request. */
    interface Handler {
        /** Locked. The request was aborted. */
        void aborted();
    }

    final int id;
    final Role role;
    final RequestInput input;
    final Response response;
    final Observation observation;
    private final RequestOwner owner;
    private final Lifetime lifetime;
    private final ServerContext context;
    private final ReentrantLock lock;
    private final Output output;
    private final RequestHead head;
    /** Written once, by the reader. */
    private volatile Params params;

    // guarded by the lock

    /** Used by the {@link RequestTable}. */
    ServerRequest nextInRow;
    /** Of the {@link RequestTable}: whether it has ended, and its handler goes on. */
    boolean abandoned;
    /** Written under the lock; the reader looks without. */
    private volatile boolean ended;
    private Handler handler;
    /** Whether it counts as a request in flight; not guarded once nothing works on it. */
    private boolean hasPermit;
    /** Written under the lock; a handler looks without. */
    private volatile Reason aborted;
    private Throwable abortCause;
    /** Since when the head is awaited, or the handler is running. */
    final Stopwatch since = new Stopwatch();

    /** Creates the request of a BEGIN_REQUEST record. */
    ServerRequest(ServerContext context, RequestOwner owner, Lifetime lifetime, RequestInput.Reader reader, ReentrantLock lock,
            Output output, int id, Role role, Observation observation) {
        this.context = context;
        this.owner = owner;
        this.lifetime = lifetime;
        this.lock = lock;
        this.output = output;
        this.id = id;
        this.role = role;
        this.observation = observation;
        this.head = new RequestHead(context.options);
        this.input = new RequestInput(id, role, reader, lock, context.options.inputBuffer, observation);
        this.response = new Response(context, this, lock, output, id, observation);
    }

    // ---- the head

    RequestHead head() {
        return head;
    }

    /**
     * Locked. The head is complete: takes the permit of the server, or refuses the request, unless it has ended. Releases
     * the lock while writing.
     *
     * @param atOnce whether the whole head was received at once
     * @param inputEnds whether STDIN has ended, too
     * @return whether it is to be handled
     */
    boolean completeHead(Params complete, boolean atOnce, boolean inputEnds) throws IOException {
        assert lock.isHeldByCurrentThread();
        if (!isOpen()) {
            return false;
        }
        if (inputEnds) {
            input.stdin.end();
        }
        if (!headComplete(complete, atOnce)) {
            context.log.log(Level.WARNING, "maxRequests {0} reached, refused: {1}", context.options.maxRequests, this);
            refuse(ErrorAnswer.OVERLOADED, Outcome.OVER_MAX_REQUESTS);
            return false;
        }
        return true;
    }

    /**
     * Locked. The parameters are complete: takes a permit of the server.
     *
     * @param atOnce whether the whole head was received at once
     * @return whether it may be handled; if not, it must be refused
     */
    boolean headComplete(Params complete, boolean atOnce) {
        assert lock.isHeldByCurrentThread();
        params = complete;
        if (observation != null) {
            observation.headComplete(complete, atOnce);
        }
        head.end();
        hasPermit = context.admitRequest();
        return hasPermit;
    }

    /** Locked. Its handler has returned, or will not be called. Without observers it is over: no peer sees its end before. */
    void handlerReturned() {
        assert lock.isHeldByCurrentThread();
        owner.returned(this);
        if (observation == null) {
            over();
        }
    }

    /** Nothing works on this request any more. Needs no lock: only one thread can say so. */
    void over() {
        if (hasPermit) {
            hasPermit = false;
            context.releaseRequest();
        }
    }

    boolean isHeadComplete() {
        return params != null;
    }

    /** {@return the parameters, null until they are complete} */
    Params params() {
        return params;
    }

    /** Locked. From now on a handler is responsible for ending the request. */
    void handledBy(Handler one) {
        assert lock.isHeldByCurrentThread();
        handler = one;
        since.restart();
    }

    /** Locked. Whether no more input is needed. */
    boolean isComplete() {
        assert lock.isHeldByCurrentThread();
        return isHeadComplete() && input.isComplete();
    }

    // ---- output

    /** Whether records of this request may be admitted; for sure only under the lock. */
    @Override
    public boolean isOpen() {
        return !ended;
    }

    /** Locked. */
    @Override
    public void checkOpen() throws IOException {
        assert lock.isHeldByCurrentThread();
        if (ended) {
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
            Reason why = owner.lost(e);
            if (aborted == null) {
                aborted = why; // it had ended here, but its end could not be sent
                context.aborted(observation, aborted);
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
            if (isOpen()) {
                end(failure);
            } else {
                output.abandonWrite(); // an Error may have interrupted the handler's own write
            }
        } catch (Throwable e) { // the connection is lost, or out of memory, so the request has not ended
            lifetime.disableKeepAlive();
            abort(Reason.CONNECTION_LOST, e);
            owner.closeIfDone();
            context.responseLost(this, e);
        }
    }

    /** Locked. Ends a request that was not aborted. Releases the lock while writing. */
    void end(Throwable failure) throws IOException {
        assert lock.isHeldByCurrentThread();
        if (observation != null) {
            observation.ended(failure == null ? Outcome.COMPLETED : response.hasBegun() ? Outcome.FAILED_INCOMPLETE : Outcome.FAILED);
        }
        if (failure != null && response.hasBegun() && owner.isAlone(this)) {
            // web servers ignore the application status and would take an incomplete response for a complete one
            output.abandonWrite();
            owner.stage(response::incomplete);
            cutOff();
            lifetime.disableKeepAlive();
            owner.closeIfDone();
            return;
        }
        RecordBuffer records = response.end(failure);
        if (records == null) {
            return; // aborted meanwhile
        }
        boolean last = lifetime.closesWhenIdle(); // the value before writing, because the peer may send its next request meanwhile
        try {
            ended();
            write(records);
        } finally {
            context.buffers.recycle(records);
        }
        if (last) {
            owner.closeIfDone();
        }
    }

    /** Locked. The same, without what the handler may have left to send. */
    private void cutOff() {
        assert lock.isHeldByCurrentThread();
        response.ended();
        ended();
    }

    /** Locked. From now on no record of this request is admitted. */
    private void ended() {
        assert lock.isHeldByCurrentThread();
        ended = true;
        if (!isHeadComplete()) {
            head.end();
        }
        owner.requestEnded(this, input.discard());
        if (handler == null) {
            over();
            if (observation != null) {
                observation.over();
            }
        }
    }

    /** Locked. Ends a request without a handler by a response of the library. Releases the lock while writing. */
    void refuse(ErrorAnswer answer, Outcome why) throws IOException {
        assert lock.isHeldByCurrentThread();
        RecordBuffer records = response.answer(answer); // without memory for that it is aborted, and not refused
        context.refused(observation, why);
        cutOff();
        owner.answer(records);
        owner.closeIfDone();
    }

    /** Locked. The head has taken too long: whoever sends half a head is not to be trusted with more. */
    void headTooLate() {
        assert lock.isHeldByCurrentThread();
        lifetime.disableKeepAlive();
        context.refused(observation, Outcome.HEAD_TIMEOUT);
        try {
            owner.stage(() -> response.answer(ErrorAnswer.UNAVAILABLE));
        } finally { // even out of memory
            cutOff();
        }
    }

    /** Locked. Aborts the request, unless it has ended. Never blocks, and ends it however little memory is left. */
    void abort(Reason reason, Throwable cause) {
        assert lock.isHeldByCurrentThread();
        if (!isOpen()) {
            return;
        }
        aborted = reason;
        abortCause = cause;
        context.aborted(observation, reason);
        input.fail(this);
        boolean incomplete = response.hasBegun() && reason != Reason.ABORT_REQUEST && owner.isAlone(this);
        if (incomplete) {
            lifetime.disableKeepAlive();
        }
        try {
            if (reason != Reason.CONNECTION_LOST) {
                owner.stage(() -> incomplete ? response.incomplete() : response.abortedEnd(reason));
            }
        } finally { // even out of memory
            cutOff();
            if (handler != null) {
                handler.aborted();
            }
        }
    }

    /** Whether it was aborted; for sure only under the lock. */
    boolean isAborted() {
        return aborted != null;
    }

    /** Creates the exception of the streams of an aborted request. */
    @Override
    public IOException toException() {
        return new RequestAbortedException(aborted, abortCause);
    }

    /** For logs; must not contain control characters from the peer. */
    @Override
    public String toString() {
        return RequestText.of(id, owner, role, params);
    }
}
