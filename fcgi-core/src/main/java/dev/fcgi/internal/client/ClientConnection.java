package dev.fcgi.internal.client;

import dev.fcgi.FcgiProtocolException;
import dev.fcgi.ProtocolStatus;
import dev.fcgi.Role;
import dev.fcgi.client.RequestTimeoutException.Limit;
import dev.fcgi.client.ResponseLostException;
import dev.fcgi.internal.conn.Output;
import dev.fcgi.internal.conn.StreamInput;
import dev.fcgi.internal.conn.Ticker;
import dev.fcgi.internal.conn.TimeLimit;
import dev.fcgi.internal.io.Transport;
import dev.fcgi.internal.wire.Fcgi;
import dev.fcgi.internal.wire.RecordBuffer;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One connection to an application: the calls on it, and when it is over.
 *
 * <p>One virtual thread reads it ({@link ResponseReader}). The thread that calls writes the request; a body of some
 * size has a thread of its own. State is guarded by one lock, which is never held over I/O; methods marked "Locked"
 * expect it. It may be taken under the pool's lock, never the other way round.
 */
final class ClientConnection implements Ticker.Ticked {
    /** A body up to this goes out in one write with the head. */
    private static final int SMALL_BODY = 16 * 1024;
    /** How long an application may take to end an aborted request before the connection is given up. */
    private static final long ABORT_TIME = TimeUnit.SECONDS.toNanos(5);
    /** How many ids may go out of use before the connection does. */
    private static final int MAX_RETIRED = 1000;

    private final ConnectionPool pool;
    private final ClientOptions options;
    private final Connector.Connected connected;
    private final Transport transport;
    private final ReentrantLock lock = new ReentrantLock();
    private final Output output;
    private final ResponseReader reader;

    // guarded by the lock
    private final Map<Integer, ClientCall> calls = new HashMap<>(4);
    /** Ids of requests that were aborted: some applications send records of them after END_REQUEST. */
    private final Set<Integer> retired = new HashSet<>(0);
    private final long madeAt;
    private int maxRequests;
    private boolean usedBefore;
    private boolean usable = true;
    private boolean givenUp;
    private long idleSince;

    /** Creates a connection; {@link #start} makes it read. */
    ClientConnection(ConnectionPool pool, ClientOptions options, Connector.Connected connected) {
        this.pool = pool;
        this.options = options;
        this.connected = connected;
        this.transport = connected.transport();
        this.maxRequests = connected.maxRequests();
        this.output = new Output(transport, lock, maxRequests > 1);
        this.reader = new ResponseReader(this);
        this.madeAt = options.clock.nanoTime();
        this.idleSince = madeAt;
    }

    void start() {
        options.threads.accept(reader);
    }

    /** The application has sent something: it has accepted the connection. */
    void answered() {
        connected.arrival().answered();
    }

    /** {@return the connections that its server may not have accepted yet} */
    Backlog backlog() {
        return connected.backlog();
    }

    ReentrantLock lock() {
        return lock;
    }

    ClientOptions options() {
        return options;
    }

    Transport transport() {
        return transport;
    }

    Output output() {
        return output;
    }

    /** {@return what the output of calls is read from} */
    StreamInput.Source source() {
        return reader;
    }

    // ---- for the pool

    /** {@return how many more requests it takes now; 0 when it is to be given up} */
    int room() {
        lock.lock();
        try {
            return usable ? Math.max(0, maxRequests - calls.size()) : 0;
        } finally {
            lock.unlock();
        }
    }

    /** Closes the connection; what goes on over it fails. */
    void close() {
        lock.lock();
        try {
            lost(new IOException("closed by this side"));
        } finally {
            lock.unlock();
        }
    }

    /** {@return whether it has nothing to do, and can be kept for another request} */
    boolean isReusable() {
        lock.lock();
        try {
            return calls.isEmpty() && usable;
        } finally {
            lock.unlock();
        }
    }

    /** {@return whether nobody else is served by the process that serves it, or may be} */
    boolean pinsProcess() {
        lock.lock();
        try {
            return !output.isShared();
        } finally {
            lock.unlock();
        }
    }

    boolean isIdleLongerThan(long limit, long now) {
        lock.lock();
        try {
            return calls.isEmpty() && TimeLimit.isOver(limit, idleSince, now);
        } finally {
            lock.unlock();
        }
    }

    // ---- calling

    /**
     * Reserves a place for a request; called under the pool's lock.
     *
     * @return null when there is none
     */
    ClientCall reserve(CallRequest request) {
        lock.lock();
        try {
            if (!usable || calls.size() >= maxRequests) {
                return null;
            }
            int id = 1; // the lowest that is free: applications keep tables
            while (calls.containsKey(id) || retired.contains(id)) {
                id++;
            }
            if (id > 0xFFFF) {
                return null;
            }
            ClientCall call = new ClientCall(this, id, request, usedBefore);
            calls.put(id, call);
            reader.wakeUp(); // from now on somebody waits while a caller does not read
            return call;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Sends the head of a request, and its input if that is small; starts to send it otherwise. Blocks on writing.
     * Failures of the connection are those of the call; only what has nothing to do with it is thrown, and then nothing
     * of the input is read.
     */
    void send(ClientCall call) {
        CallRequest request = call.request();
        RecordBuffer records = new RecordBuffer(0, true);
        RequestEncoder.appendHead(records, call.id(), request, options.keepAlive);
        boolean authorizer = request.role() == Role.AUTHORIZER.code();
        boolean small = request.body() == null && request.bodyBytes().length <= SMALL_BODY && request.data() == null;
        if (small) {
            if (!authorizer) {
                records.appendAll(Fcgi.STDIN, call.id(), request.bodyBytes(), request.bodyBytes().length);
            }
            records.endStream(Fcgi.STDIN, call.id());
        }
        records.close();
        boolean sent = false;
        lock.lock();
        try {
            if (small) {
                call.inputSent();
            }
            sent = write(call, records);
        } catch (InterruptedIOException e) { // waiting, with nothing sent: it is this call's matter only
            call.fail(() -> e);
        } finally {
            lock.unlock();
        }
        if (sent && !small) {
            options.threads.accept(new InputSender(this, call)); // which closes the input
        } else {
            request.closeInput();
        }
    }

    /** Locked. Returns false when nothing more is to be written: the call needs nothing, or the connection is lost. */
    private boolean write(ClientCall call, RecordBuffer records) throws InterruptedIOException {
        call.writing(true);
        try {
            return writeInTurn(call, records);
        } finally {
            call.writing(false);
        }
    }

    private boolean writeInTurn(ClientCall call, RecordBuffer records) throws InterruptedIOException {
        output.awaitRoomInterruptibly(records.length(), () -> isLive(call));
        if (!isLive(call)) {
            return false;
        }
        boolean first = !call.hasBegun();
        call.begun();
        boolean interrupted = Thread.interrupted(); // inside the socket it would close the connection
        boolean taken = false;
        try {
            output.write(records);
            taken = true;
            call.inputProgress();
            return true;
        } catch (IOException e) {
            usable = false;
            taken = !(e instanceof Output.NothingWrittenException);
            // the reading thread finds out what became of it: the answer may have been sent before the end
            return false;
        } finally { // after an Error, too: out of memory, nothing is staged
            if (first && !taken) {
                call.notBegun();
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private boolean isLive(ClientCall call) {
        return calls.get(call.id()) == call && !call.hasFailed() && !call.isAbandoned();
    }

    /** Sends a piece of an input stream, or its end when the length is 0. Returns false when it is of no use. */
    boolean writeInput(ClientCall call, int type, byte[] bytes, int offset, int length)
            throws InterruptedIOException {
        RecordBuffer records = new RecordBuffer(0, true);
        if (length == 0) {
            records.endStream(type, call.id());
        } else {
            records.append(type, call.id(), bytes, offset, length);
        }
        records.close();
        lock.lock();
        try {
            return write(call, records);
        } finally {
            lock.unlock();
        }
    }

    void inputSent(ClientCall call) {
        lock.lock();
        try {
            call.inputSent();
        } finally {
            lock.unlock();
        }
    }

    /** Gives a call up, for whatever reason: by ABORT_REQUEST where others use the connection, else by its end. */
    void abort(ClientCall call, StreamInput.Failure failure) {
        boolean freed;
        lock.lock();
        try {
            freed = abandon(call, failure);
        } finally {
            lock.unlock();
        }
        if (freed) {
            pool.released(this);
        }
    }

    /** Locked. Returns whether the place of the call is free at once, which the pool must be told without the lock. */
    boolean abandon(ClientCall call, StreamInput.Failure failure) {
        if (calls.get(call.id()) != call || call.isAbandoned()) {
            return false;
        }
        call.fail(failure);
        call.abandoned();
        output.wakeUp();
        reader.wakeUp();
        if (!output.isShared()) {
            giveUp(null);
            return false;
        }
        if (!call.hasBegun()) { // the application will never end what it does not know
            calls.remove(call.id());
            closeIfDone();
            return true;
        }
        retire(call.id());
        RecordBuffer records = new RecordBuffer(0, false);
        records.abortRequest(call.id());
        try {
            output.stage(records);
        } catch (IOException e) {
            usable = false;
        }
        closeIfDone();
        return false;
    }

    private void retire(int id) {
        retired.add(id);
        if (retired.size() > MAX_RETIRED) {
            usable = false;
        }
    }

    // ---- for the reader

    /**
     * Finds the call that a record belongs to.
     *
     * @return null when it is none of a response, or of a call that was aborted
     * @throws FcgiProtocolException when it answers what was not asked
     */
    ClientCall find(int id, int type) throws FcgiProtocolException {
        lock.lock();
        try {
            ClientCall call = calls.get(id);
            if (call != null && call.hasBegun()) {
                call.received();
                return call;
            }
            if (id != Fcgi.NULL_REQUEST_ID && !retired.contains(id) && isResponse(type)) {
                // whoever answers what was not asked may mix up answers, too
                usable = false;
                if (call != null || !output.isShared()) {
                    throw new FcgiProtocolException(Fcgi.typeName(type) + " record of request " + id
                            + ", which is not active");
                }
                closeIfDone();
            }
            return null;
        } finally {
            lock.unlock();
        }
    }

    private static boolean isResponse(int type) {
        return type == Fcgi.STDOUT || type == Fcgi.STDERR || type == Fcgi.END_REQUEST;
    }

    /** Locked. Whether others wait for what comes after the output of a call. */
    boolean hasWaitersAfter(ClientCall call) {
        return calls.values().stream().anyMatch(other -> other != call && !other.isAbandoned());
    }

    /** Locked. The time that went by was a caller's, not the application's. */
    void restartClocks() {
        calls.values().forEach(ClientCall::restartClock);
        output.restartClock();
    }

    /**
     * END_REQUEST has come.
     *
     * @param more whether the application has sent something after it already
     */
    void responseEnded(ClientCall call, int appStatus, int protocolStatus, boolean more) {
        boolean dirty = !output.isShared() && more;
        boolean refusesToShare = output.isShared() && protocolStatus == ProtocolStatus.CANT_MPX_CONN.code();
        lock.lock();
        try {
            calls.remove(call.id());
            usedBefore = true;
            idleSince = options.clock.nanoTime();
            output.wakeUp();
            if (refusesToShare) {
                maxRequests = 1;
            }
            if (!call.isInputSent() && output.isShared()) {
                retire(call.id());
            } else if (!call.isInputSent() || dirty || !options.keepAlive) {
                // input that was not sent to its end, or output after the end, would be taken for something else
                usable = false;
            }
            if (!output.isShared() && TimeLimit.isOver(options.keepAliveTimeout, madeAt, idleSince)) {
                usable = false; // a process of the application is for others, too, however busy we are
            }
            closeIfDone();
        } finally {
            lock.unlock();
        }
        if (refusesToShare) {
            pool.connector().disableMultiplexing(transport.peer());
        }
        pool.released(this); // before the caller knows: its next request shall find the connection
        lock.lock();
        try {
            call.ended(appStatus, protocolStatus);
        } finally {
            lock.unlock();
        }
    }

    // ---- the end

    /** Locked. Closes the connection; the reading thread does the rest. */
    private void giveUp(IOException cause) {
        usable = false;
        givenUp = true;
        if (cause != null) {
            output.fail(cause);
        }
        reader.wakeUp();
        transport.close();
    }

    /** Locked. A connection that takes no more requests ends with the last one that somebody waits for. */
    private void closeIfDone() {
        if (!usable && calls.values().stream().allMatch(ClientCall::isAbandoned)) {
            giveUp(null);
        }
    }

    private void lost(IOException cause) {
        try {
            failCalls(cause);
        } finally {
            giveUp(cause);
        }
    }

    private void failCalls(IOException cause) {
        for (ClientCall call : calls.values()) {
            call.fail(() -> new ResponseLostException(cause == null
                    ? "the application closed the connection before the end of the response"
                    : "connection lost before the end of the response: " + cause.getMessage(),
                    !call.hasReceived() && !call.hasBegun(), cause));
        }
    }

    /** Nothing more is read. Whatever goes wrong here, the descriptor and the place in the pool are free. */
    void end(IOException cause) {
        try {
            lock.lock();
            try {
                failCalls(cause);
                giveUp(cause == null ? new IOException("closed by the application") : cause);
                calls.clear();
            } finally {
                lock.unlock();
            }
        } finally {
            try {
                connected.close();
            } finally {
                pool.closed(this);
            }
        }
    }

    // ---- the clock

    @Override
    public boolean tick(int tick) {
        return false;
    }

    @Override
    public void check(long now) {
        if (!lock.tryLock()) {
            return;
        }
        boolean freed = false;
        try {
            for (ClientCall call : List.copyOf(calls.values())) {
                freed |= checkCall(call, now);
            }
            if (!reader.isStalled() && output.isStuck(options.writeTimeout, now)) {
                calls.values().forEach(call -> call.timeOut(Limit.WRITE));
                lost(new IOException("the application took no input in time"));
            }
        } finally {
            lock.unlock();
        }
        if (freed) {
            pool.released(this);
        }
        pool.checkIdle(this, now);
    }

    /** Locked. While the reading thread waits for a caller, only limits of the whole request count. */
    private boolean checkCall(ClientCall call, long now) {
        if (call.isAbandoned()) {
            if (!reader.isStalled() && call.abortTimedOut(ABORT_TIME, now)) {
                usable = false; // many applications go on with it, so that others on the connection are all right
                closeIfDone();
            }
            return false;
        }
        Limit limit = !reader.isStalled() ? call.exceeded(now) : call.isRequestTimeExceeded(now) ? Limit.REQUEST : null;
        if (limit == null) {
            return false;
        }
        call.timeOut(limit);
        return abandon(call, () -> new IOException("timeout"));
    }
}
