package dev.fcgi.internal.server;

import dev.fcgi.AbortPolicy;
import dev.fcgi.FilterRequest;
import dev.fcgi.Params;
import dev.fcgi.ProtocolStatus;
import dev.fcgi.RequestAbortedException;
import dev.fcgi.RequestAbortedException.Reason;
import dev.fcgi.Role;
import dev.fcgi.internal.conn.StreamInput;
import dev.fcgi.internal.wire.Fcgi;
import dev.fcgi.internal.wire.RecordBuffer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.SocketAddress;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One request of a web server, from BEGIN_REQUEST to END_REQUEST, and its handler, which may take longer.
 *
 * <p>All state that changes is guarded by the connection's lock; methods marked "locked" expect it to be held. The lock
 * makes one thing true that everything else rests on: whether a request has ended is decided in the same step that
 * admits its records to the output, so that nothing can follow END_REQUEST, whoever holds its streams.
 */
public final class ServerRequest implements FilterRequest, Runnable {
    private static final Logger LOG = System.getLogger("dev.fcgi.server");

    private final ServerConnection connection;
    private final ReentrantLock lock;
    private final int id;
    private final Role role;
    private final RequestHead head;
    private Params params;
    private final StreamInput stdin;
    /** Null unless the role is Filter. */
    private final StreamInput data;
    private final InputStream filterData;
    private final Stdout stdout = new Stdout(this);
    private Stderr stderr;

    // guarded by the connection's lock
    private RecordBuffer output;
    private boolean outputBegun;
    private int appStatus;
    private boolean ended;
    private Reason aborted;
    private List<Runnable> abortActions;
    private long deadline;

    private boolean dispatched;

    // the thread of the handler and the interrupts meant for it; guarded by the connection's lock
    private Thread handler;
    private boolean handlerInIo;
    private boolean interruptPending;

    /** Made at BEGIN_REQUEST. */
    ServerRequest(ServerConnection connection, int id, Role role) {
        this.connection = connection;
        this.lock = connection.lock();
        this.id = id;
        this.role = role;
        Options options = connection.options();
        this.head = new RequestHead(options);
        this.stdin = new StreamInput(connection, lock, options.inputBuffer);
        this.data = role == Role.FILTER ? new StreamInput(connection, lock, options.inputBuffer) : null;
        this.filterData = data == null ? InputStream.nullInputStream() : new FilterData(stdin, data);
        this.deadline = after(options.headTimeout);
    }

    private static long after(long timeout) {
        return timeout == Long.MAX_VALUE ? Long.MAX_VALUE : System.nanoTime() + timeout;
    }

    // ---- what the connection's reader does

    RequestHead head() {
        return head;
    }

    /** Locked. The parameters are complete: the handler may start. */
    void headComplete(Params complete) {
        params = complete;
        deadline = Long.MAX_VALUE;
    }

    boolean isHeadComplete() {
        return params != null;
    }

    /** {@return the stream that records of a type belong to; null when this role has no such stream} */
    StreamInput input(int type) {
        return type == Fcgi.STDIN ? stdin : data;
    }

    /** Locked. Whether all input was received that belongs to the role. */
    boolean isInputComplete() {
        return data == null ? stdin.hasEnded() : data.hasEnded();
    }

    // ---- the life of the handler

    /** Locked. Whether the request was given to a thread, which will call {@link #complete} in the end. */
    boolean isDispatched() {
        return dispatched;
    }

    /** Locked. */
    void dispatched(boolean yes) {
        dispatched = yes;
    }

    /** Handles the request from beginning to end on the calling thread. */
    @Override
    public void run() {
        Throwable failure = null;
        if (begin()) {
            try {
                connection.handle(this);
            } catch (Throwable e) { // an Error of a handler costs its own request only, too
                failure = e;
            }
        }
        complete(failure);
    }

    /**
     * Makes the calling thread the one that handles this request.
     *
     * @return false when the request was cancelled before
     */
    public boolean begin() {
        lock.lock();
        try {
            if (ended) {
                return false;
            }
            handler = Thread.currentThread();
            deadline = after(connection.options().handlerTimeout);
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** The handler has returned or thrown; called once, by its thread. */
    public void complete(Throwable failure) {
        if (failure != null) {
            logFailure(failure);
        }
        lock.lock();
        try {
            if (!ended) {
                end(failure);
            }
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "response lost", e);
        } finally {
            handler = null;
            connection.handlerReturned();
            connection.settle();
            lock.unlock();
            Thread.interrupted(); // whatever it was for, it is over; the thread may serve the next request
        }
    }

    /** Ends a request whose handler will not come. */
    public void reject() {
        lock.lock();
        try {
            abort(Reason.SHUTDOWN, null);
        } finally {
            lock.unlock();
        }
        complete(null);
    }

    private void logFailure(Throwable failure) {
        if (isAborted()) {
            LOG.log(Level.DEBUG, () -> "handler of an aborted request ended with " + failure);
        } else {
            connection.counters().failed.increment();
            LOG.log(Level.WARNING, "handler failed: " + this, failure);
        }
    }

    /** Locked. Ends a request that nobody cancelled. Releases the lock while writing. */
    private void end(Throwable failure) throws IOException {
        if (failure != null && outputBegun && connection.isAlone(this)) {
            // web servers ignore the application status and would take the part for the whole
            stageCut();
            ended();
            connection.closeAfterLast();
            connection.settle();
            return;
        }
        while (!ended && !connection.output().hasRoom(output == null ? 0 : output.length())) {
            connection.output().awaitProgressUninterruptibly(); // an interrupt must not cost the END_REQUEST
        }
        if (ended) {
            return; // cancelled meanwhile
        }
        RecordBuffer records = takeOutput();
        if (failure != null && !outputBegun) {
            records.clear();
            ErrorAnswer.INTERNAL_SERVER_ERROR.appendStdout(records, id, hasBody());
        } else {
            records.endStream(Fcgi.STDOUT, id);
        }
        appendStderr(records); // what a handler said before it failed matters most
        int status = failure != null && appStatus == 0 ? 1 : appStatus;
        records.endRequest(id, status, ProtocolStatus.REQUEST_COMPLETE.code());
        ended();
        write(records);
        connection.recycle(records);
        connection.settle();
    }

    private void appendStderr(RecordBuffer records) {
        if (stderr == null) {
            return;
        }
        byte[] text = stderr.content();
        if (text.length > 0) {
            records.appendAll(Fcgi.STDERR, id, text, text.length);
            records.endStream(Fcgi.STDERR, id);
        }
        if (stderr.dropped() > 0) {
            LOG.log(Level.WARNING, "{0} bytes of STDERR above the limit dropped: {1}", stderr.dropped(), this);
        }
    }

    private boolean hasBody() {
        return params == null || !"HEAD".equals(params.get("REQUEST_METHOD"));
    }

    /** Locked. From here on no record of this request is admitted. */
    private void ended() {
        ended = true;
        stdin.discard();
        if (data != null) {
            data.discard();
        }
        connection.requestEnded(this);
        connection.output().wakeUp();
    }

    // ---- cancellation: one way for all reasons

    /** Locked. Cancels the request, unless it has ended. Never blocks. */
    void abort(Reason reason, Throwable cause) {
        if (ended) {
            return;
        }
        aborted = reason;
        connection.counters().aborted.increment();
        RequestAbortedException failure = new RequestAbortedException(reason, cause);
        stdin.fail(failure);
        if (data != null) {
            data.fail(failure);
        }
        boolean cut = outputBegun && reason != Reason.ABORT_REQUEST && connection.isAlone(this);
        if (reason != Reason.CONNECTION_LOST) {
            if (cut) {
                stageCut();
            } else {
                stageEnd(reason);
            }
        }
        ended();
        if (cut) {
            connection.closeAfterLast();
        }
        connection.abandon(this);
        if (connection.options().abortPolicy == AbortPolicy.INTERRUPT) {
            interruptHandler();
        }
        if (abortActions != null) {
            abortActions.forEach(this::startAbortAction);
            abortActions = null;
        }
    }

    /**
     * Locked. The last record of a response that broke off; the connection closes behind it. For nginx a close alone is
     * the good end of a response, unless it keeps connections and buffers. A record that only web servers send makes it
     * fail the response in all cases; whoever ignores it still sees no END_REQUEST.
     */
    private void stageCut() {
        RecordBuffer records = new RecordBuffer(0, false);
        records.abortRequest(id);
        stage(records);
    }

    private void stageEnd(Reason reason) {
        RecordBuffer records = new RecordBuffer(0, connection.options().recordPadding);
        if (outputBegun || reason == Reason.ABORT_REQUEST) {
            records.endStream(Fcgi.STDOUT, id);
            int status = reason == Reason.ABORT_REQUEST ? appStatus : 1;
            records.endRequest(id, status, ProtocolStatus.REQUEST_COMPLETE.code());
        } else {
            ErrorAnswer.TIMEOUT.appendTo(records, id, hasBody());
        }
        stage(records);
    }

    private void stage(RecordBuffer records) {
        try {
            connection.output().stage(records.array(), 0, records.length());
        } catch (IOException ignored) {
            // the connection is lost, nobody waits for this answer
        }
    }

    private void interruptHandler() {
        if (handler == null) {
            return;
        }
        if (handlerInIo) {
            interruptPending = true; // an interrupt inside would close the socket
        } else {
            handler.interrupt();
        }
    }

    private void startAbortAction(Runnable action) {
        Thread.startVirtualThread(() -> {
            try {
                action.run();
            } catch (Throwable e) {
                LOG.log(Level.WARNING, "onAbort action failed: " + this, e);
            }
        });
    }

    /**
     * Locked. The calling thread is about to touch the socket, where an interrupt would close the connection: takes its
     * flag away, and keeps our own interrupts off.
     *
     * @return what to give to {@link #leaveIo}
     */
    boolean enterIo() {
        if (Thread.currentThread() == handler) {
            handlerInIo = true;
        }
        return Thread.interrupted();
    }

    /** Locked. The end of what {@link #enterIo} began. */
    void leaveIo(boolean interrupted) {
        boolean pending = false;
        if (Thread.currentThread() == handler) {
            pending = interruptPending;
            handlerInIo = false;
            interruptPending = false;
        }
        if (interrupted || pending) {
            Thread.currentThread().interrupt();
        }
    }

    /** Locked. Checks the limits on time. */
    void check(long now, long starvingSince) {
        if (deadline != Long.MAX_VALUE && deadline - now < 0) {
            LOG.log(Level.WARNING, "{0} time-out: {1}", params == null ? "request head" : "handler", this);
            if (params == null) {
                connection.closeAfterLast(); // whoever sends half a head is not to be trusted with more
            }
            abort(Reason.TIMEOUT, null);
        } else if (stdin.isStarving(starvingSince) || data != null && data.isStarving(starvingSince)) {
            LOG.log(Level.DEBUG, "input time-out: {0}", this);
            abort(Reason.TIMEOUT, null);
        }
    }

    /** Locked. Whether no record of this request is admitted any more. */
    boolean hasEnded() {
        return ended;
    }

    /** Locked. Ends a request that has no handler yet with the library's own answer. Releases the lock while writing. */
    void refuse(ErrorAnswer answer) throws IOException {
        RecordBuffer records = takeOutput();
        answer.appendTo(records, id, hasBody());
        ended();
        connection.writeFromReader(records);
    }

    // ---- output

    void writeStdout(byte[] source, int offset, int length) throws IOException {
        lock.lock();
        try {
            int written = 0;
            while (written < length) {
                checkOpen();
                if (output == null) {
                    output = connection.newOutput();
                }
                int room = output.room(Fcgi.STDOUT, id);
                if (room == 0) {
                    send();
                    continue;
                }
                int count = Math.min(room, length - written);
                output.append(Fcgi.STDOUT, id, source, offset + written, count);
                written += count;
            }
            checkOpen();
        } finally {
            lock.unlock();
        }
    }

    void flushStdout() throws IOException {
        lock.lock();
        try {
            checkOpen();
            send();
        } finally {
            lock.unlock();
        }
    }

    private void checkOpen() throws IOException {
        if (aborted != null) {
            throw new RequestAbortedException(aborted, null);
        }
        if (ended) {
            throw new IOException("the request has ended");
        }
    }

    /** Sends what is buffered. Releases the lock while writing; another thread then finds an empty buffer. */
    private void send() throws IOException {
        awaitRoom();
        checkOpen();
        if (output == null || output.length() == 0) {
            return;
        }
        RecordBuffer records = takeOutput();
        outputBegun = true;
        write(records);
        records.clear();
        if (output == null && !ended) {
            output = records;
        }
        checkOpen();
    }

    private void awaitRoom() throws IOException {
        while (!ended && !connection.output().hasRoom(output == null ? 0 : output.length())) {
            connection.output().awaitProgress();
        }
    }

    /** Takes the buffer away, so that no other thread can change it while it is written. */
    private RecordBuffer takeOutput() {
        RecordBuffer records = output == null ? connection.newOutput() : output;
        output = null;
        return records;
    }

    private void write(RecordBuffer records) throws IOException {
        records.close();
        boolean interrupted = enterIo();
        try {
            connection.output().write(records.array(), 0, records.length());
        } catch (IOException e) {
            connection.lost(e);
            throw aborted == null ? e : new RequestAbortedException(aborted, e);
        } finally {
            leaveIo(interrupted);
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
        return stdin;
    }

    @Override
    public OutputStream stdout() {
        return stdout;
    }

    @Override
    public OutputStream stderr() {
        lock.lock();
        try {
            if (stderr == null) {
                stderr = new Stderr(connection.options().maxStderrLength);
            }
            return stderr;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void appStatus(int status) {
        lock.lock();
        try {
            appStatus = status;
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

    // ---- FilterRequest

    @Override
    public InputStream data() {
        return filterData;
    }

    @Override
    public long dataLength() {
        return number("FCGI_DATA_LENGTH");
    }

    @Override
    public Instant dataLastModified() {
        long seconds = number("FCGI_DATA_LAST_MOD");
        try {
            return seconds < 0 ? null : Instant.ofEpochSecond(seconds);
        } catch (DateTimeException tooFar) {
            return null;
        }
    }

    private long number(String name) {
        try {
            return Math.max(-1, Long.parseLong(params.get(name, "-1")));
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    /** For logs: control characters of the peer must not get there. */
    @Override
    public String toString() {
        String method = params == null ? "?" : params.get("REQUEST_METHOD", "-");
        String path = params == null ? "" : params.get("SCRIPT_NAME", "") + params.get("PATH_INFO", "");
        return "request " + id + " of " + connection.transport() + ", " + role + " "
                + (method + " " + path).replaceAll("[\\p{Cntrl}]", "?");
    }
}
