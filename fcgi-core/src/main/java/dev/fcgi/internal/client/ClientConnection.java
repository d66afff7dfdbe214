package dev.fcgi.internal.client;

import dev.fcgi.ProtocolStatus;
import dev.fcgi.internal.conn.Output;
import dev.fcgi.internal.conn.ReaderRole;
import dev.fcgi.internal.conn.StreamInput;
import dev.fcgi.internal.conn.Ticker;
import dev.fcgi.internal.conn.TimeLimit;
import dev.fcgi.internal.io.Transport;
import dev.fcgi.internal.wire.EndRequestBody;
import java.io.IOException;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One connection to an application: the calls on it, and when it is over.
 *
 * <p>The thread that calls writes the request ({@link RequestWriter}); {@link ResponseReader} tells who reads. State is
 * guarded by one lock, which is never held over I/O; methods marked "Locked" expect it. It may be taken under the
 * pool's lock, never the other way round. The connection ends when it is closed and nobody reads it: whoever is the
 * last does that ({@link #unlock}).
 */
final class ClientConnection implements Ticker.Ticked {
    private final ConnectionPool pool;
    private final ClientOptions options;
    private final Connector.Connected connected;
    private final Transport transport;
    private final boolean multiplexed;
    private final ReentrantLock lock = new ReentrantLock();
    private final Output output;
    private final RequestWriter writer;
    private final ResponseReader reader;
    private final ReaderRole role;
    private final CallChecks checks;
    private final long madeAt;

    // guarded by the lock
    private final CallTable calls = new CallTable();
    private int maxRequests;
    private boolean usedBefore;
    /** Whether it takes more requests. */
    private boolean usable = true;
    private boolean closed;
    private long idleSince;

    /** Creates a connection; {@link #start} makes it read. Until then its maker has the role of the reader. */
    ClientConnection(ConnectionPool pool, ClientOptions options, Connector.Connected connected) {
        this.pool = pool;
        this.options = options;
        this.connected = connected;
        this.transport = connected.transport();
        this.maxRequests = connected.maxRequests();
        this.multiplexed = maxRequests > 1;
        this.madeAt = options.clock.nanoTime();
        this.idleSince = madeAt;
        this.output = new Output(transport, lock, multiplexed);
        this.writer = new RequestWriter(this);
        this.reader = new ResponseReader(this);
        this.role = reader.role();
        this.checks = new CallChecks(this, calls);
    }

    void start() {
        if (multiplexed) {
            options.threads.accept(reader);
            return;
        }
        lock.lock();
        try {
            role.release(); // the caller reads
        } finally {
            unlock();
        }
    }

    /** The application has sent something: it has accepted the connection. */
    void answered() {
        connected.arrival().answered();
    }

    /** {@return the connections that its server may not have accepted yet} */
    Backlog backlog() {
        return connected.backlog();
    }

    /** {@return whether it carries several calls at a time; else nobody else is served by the process that serves it} */
    boolean isMultiplexed() {
        return multiplexed;
    }

    ReentrantLock lock() {
        return lock;
    }

    ClientOptions options() {
        return options;
    }

    ConnectionPool pool() {
        return pool;
    }

    Transport transport() {
        return transport;
    }

    Output output() {
        return output;
    }

    ResponseReader reader() {
        return reader;
    }

    /** {@return what is guarded by the lock} */
    CallTable calls() {
        return calls;
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
        lost(new IOException("closed by this side"));
    }

    /** Closes a connection that was not started. */
    void discard() {
        close();
        end();
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
            int id = usable && calls.size() < maxRequests ? calls.freeId() : 0;
            if (id == 0) {
                return null;
            }
            ClientCall call = new ClientCall(this, id, request, usedBefore);
            calls.add(call);
            reader.wakeUp(); // from now on somebody waits while a caller does not read
            return call;
        } finally {
            lock.unlock();
        }
    }

    /**
     * {@return whether the connection is as the last response left it} Where nobody has watched it, it may have been
     * closed since then; or something came that would be taken for the next response.
     */
    boolean isFresh() {
        lock.lock();
        try {
            if (closed || multiplexed || !role.take()) {
                return !closed;
            }
        } finally {
            lock.unlock();
        }
        boolean quiet = reader.isQuiet();
        if (!quiet) {
            lost(null);
        }
        reader.leave();
        return quiet;
    }

    void send(ClientCall call) {
        writer.send(call);
    }

    /** Locked. Whether a call is still to be sent. */
    boolean wants(ClientCall call) {
        assert lock.isHeldByCurrentThread();
        return calls.contains(call) && !call.hasFailed() && !call.isAbandoned();
    }

    /** Locked. Those that it carries go on. */
    void takesNoMore() {
        assert lock.isHeldByCurrentThread();
        usable = false;
    }

    /** Gives a call up, for whatever reason: by ABORT_REQUEST where others use the connection, else by its end. */
    void abort(ClientCall call, StreamInput.Failure failure) {
        boolean freed;
        lock.lock();
        try {
            freed = abandon(call, failure);
        } finally {
            unlock();
        }
        if (freed) {
            pool.released(this);
        }
    }

    /** Locked. Returns whether the place of the call is free at once, which the pool must be told without the lock. */
    boolean abandon(ClientCall call, StreamInput.Failure failure) {
        assert lock.isHeldByCurrentThread();
        if (!calls.contains(call) || call.isAbandoned()) {
            return false;
        }
        call.fail(failure);
        call.abandoned();
        output.wakeUp();
        reader.wakeUp();
        if (!multiplexed) {
            closeTransport(null);
            return false;
        }
        if (!call.hasBegun()) { // the application will never end what it does not know
            calls.remove(call);
            closeIfDone();
            return true;
        }
        retire(call);
        writer.abortRequest(call);
        closeIfDone();
        return false;
    }

    private void retire(ClientCall call) {
        if (!calls.retire(call.id())) {
            usable = false;
        }
    }

    // ---- for the reader

    /** Locked. Takes the role of the reader for a caller: if its call is the only one, and nobody else reads. */
    boolean mayRead(ClientCall call) {
        assert lock.isHeldByCurrentThread();
        return !multiplexed && calls.contains(call) && role.take();
    }

    /** Locked. Whether a caller waits for another thread that reads, where there is one call at a time. */
    boolean hasWaitingCaller() {
        assert lock.isHeldByCurrentThread();
        return calls.waiting() != null;
    }

    /** Locked. The reader has left its role to a caller that waits, if there is one. */
    void wakeUpCaller() {
        assert lock.isHeldByCurrentThread();
        ClientCall waiting = multiplexed ? null : calls.waiting();
        if (waiting != null) {
            waiting.wakeUp();
        }
    }

    /** Locked. The time that went by was a caller's, not the application's. */
    void restartClocks() {
        assert lock.isHeldByCurrentThread();
        calls.forEach(call -> call.limits().progress());
        output.restartClock();
    }

    /**
     * Locked. END_REQUEST has come; the call is told later.
     *
     * @param more whether the application has sent something after it already
     */
    void responseEnded(ClientCall call, EndRequestBody body, boolean more) {
        assert lock.isHeldByCurrentThread();
        calls.remove(call);
        usedBefore = true;
        idleSince = options.clock.nanoTime();
        output.wakeUp();
        if (refusesToShare(body)) {
            maxRequests = 1;
        }
        if (multiplexed) {
            if (!call.isInputSent()) {
                retire(call);
            }
        } else if (!call.isInputSent() || more || !options.keepAlive
                || TimeLimit.isOver(options.keepAliveTimeout, madeAt, idleSince)) {
            // input that was not sent to its end, or output after the end, would be taken for something else; and a
            // process of the application is for others, too, however busy we are
            usable = false;
        }
        closeIfDone();
    }

    /** A place is free for a call: the pool must be told without the lock. */
    void released(EndRequestBody body) {
        if (refusesToShare(body)) {
            pool.connector().disableMultiplexing(transport.peer());
        }
        pool.released(this);
    }

    private boolean refusesToShare(EndRequestBody body) {
        return multiplexed && body.protocolStatus() == ProtocolStatus.CANT_MPX_CONN.code();
    }

    // ---- the end

    /** Locked. Gives the lock back. If the connection is closed and nobody reads it, nobody else would end it. */
    void unlock() {
        assert lock.isHeldByCurrentThread();
        boolean over = closed && role.take();
        lock.unlock();
        if (over) {
            end();
        }
    }

    /** Locked. The same for who keeps the lock, but for that time. */
    void endIfOver() {
        assert lock.isHeldByCurrentThread();
        if (closed) {
            unlock();
            lock.lock();
        }
    }

    /** Locked. Closes the socket; the last thread does the rest. */
    void closeTransport(IOException cause) {
        assert lock.isHeldByCurrentThread();
        usable = false;
        closed = true;
        if (cause != null) {
            output.fail(cause);
        }
        reader.wakeUp();
        transport.close();
    }

    /** Locked. A connection that takes no more requests ends with the last one that somebody waits for. */
    void closeIfDone() {
        assert lock.isHeldByCurrentThread();
        if (!usable && !calls.isWanted()) {
            closeTransport(null);
        }
    }

    /** Closes the connection, and has all that goes on over it fail; no cause: the application has closed it. */
    void lost(IOException cause) {
        lock.lock();
        try {
            calls.fail(cause);
        } finally {
            closeTransport(cause == null ? new IOException("closed by the application") : cause);
            unlock();
        }
    }

    /**
     * Called by whoever has the role, for good. Whatever goes wrong here, the descriptor and the place in the pool are
     * free.
     */
    private void end() {
        try {
            lock.lock();
            try {
                calls.clear();
            } finally {
                lock.unlock();
            }
            reader.end();
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
        if (!lock.tryLock()) {
            return true;
        }
        try {
            return !closed && (isReadEnough() || role.tick(tick));
        } finally {
            lock.unlock();
        }
    }

    /** Locked. Whether the queue of the only call is full: no thread is needed before its caller has read. */
    private boolean isReadEnough() {
        assert lock.isHeldByCurrentThread();
        return !multiplexed && calls.anyMatch(call -> call.stdoutQueue().isFull());
    }

    @Override
    public void check(long now) {
        if (!lock.tryLock()) {
            return;
        }
        boolean freed = false;
        try {
            role.check();
            freed = checks.check(now);
        } finally {
            unlock();
        }
        if (freed) {
            pool.released(this);
        }
        pool.checkIdle(this, now);
    }
}
