package dev.fcgi.internal.client;

import dev.fcgi.FcgiException;
import dev.fcgi.client.CallOutcome;
import dev.fcgi.client.CloseReason;
import dev.fcgi.internal.conn.ReaderRole;
import dev.fcgi.internal.conn.StreamInput;
import dev.fcgi.internal.conn.Ticker;
import dev.fcgi.internal.wire.RecordBuffers;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One connection to an application, composed of its calls ({@link CallTable}), writing ({@link RequestWriter}), reading
 * ({@link ResponseReader}), the end of calls ({@link CallEnding}) and of the connection ({@link ClientLifetime}). State
 * is guarded by one lock; methods marked "Locked" expect it.
 */
final class ClientConnection implements Carrier, CallEnding.Places, Ticker.Ticked {
    /** The owner of connections. Called without a connection's lock. */
    interface Owner {
        /** There may be a place for a request on the connection. */
        void released(ClientConnection connection);

        /** An application does not support several requests on a connection, whatever it answered before. */
        void refusedToShare(SocketAddress peer);

        /** Time has passed. */
        void checkIdle(ClientConnection connection, long now);

        /** The connection has ended. */
        void closed(ClientConnection connection);
    }

    /** Preallocated: a connection must be given back even without memory. */
    private static final IOException CLOSED_HERE = new IOException("closed by this side");

    private final Owner owner;
    private final Link link;
    private final ReentrantLock lock;
    private final CallTable calls;
    private final ReaderRole role;
    private final ClientLifetime lifetime;
    private final CallEnding ending;
    private final RequestWriter writer;
    private final ResponseReader reader;
    private final CallChecks checks;

    /** Creates a connection; {@link #start} makes it read. Until then its creator has the reader role. */
    ClientConnection(Owner owner, Ticker ticker, RecordBuffers buffers, Link link) {
        this.owner = owner;
        this.link = link;
        this.lock = link.lock();
        this.calls = new CallTable(link.connected().maxRequests());
        this.role = new ReaderRole(lock, ticker, this, this::read, ClientLog.LOG, link.options().threads);
        this.lifetime = new ClientLifetime(link, calls, role, this::end);
        this.ending = new CallEnding(link, calls, lifetime, this);
        this.writer = new RequestWriter(link, calls, lifetime, ending, buffers);
        this.reader = new ResponseReader(link, calls, role, lifetime, ending);
        this.checks = new CallChecks(link, calls, lifetime, ending, role);
    }

    void start() {
        if (isMultiplexed()) {
            link.options().threads.accept(reader);
            return;
        }
        lock.lock();
        try {
            role.release(); // the caller reads
        } finally {
            lifetime.unlock();
        }
    }

    /** Runs on a thread that the ticker has started. */
    private void read() {
        reader.run();
    }

    // ---- for the pool

    /** {@return the connections that its server may not have accepted yet} */
    Backlog backlog() {
        return link.connected().backlog();
    }

    boolean isMultiplexed() {
        return link.isMultiplexed();
    }

    /** {@return how many more requests it accepts now; 0 when it is to be closed} */
    int room() {
        lock.lock();
        try {
            return lifetime.isUsable() ? calls.room() : 0;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Reserves a place for a request; called under the pool's lock.
     *
     * @return null when there is none
     */
    ClientCall reserve(CallRequest request) {
        lock.lock();
        try {
            int id = lifetime.isUsable() && calls.room() > 0 ? calls.freeId() : 0;
            if (id == 0) {
                return null;
            }
            ClientCall call = new ClientCall(this, lock, link.options(), id, request, lifetime.isUsed());
            calls.add(call);
            link.inbound().wakeUp(); // from now on a caller that does not read makes another wait
            return call;
        } finally {
            lock.unlock();
        }
    }

    /** {@return whether it is idle and can be kept for another request} */
    boolean isReusable() {
        lock.lock();
        try {
            return calls.isEmpty() && lifetime.isUsable();
        } finally {
            lock.unlock();
        }
    }

    boolean isIdleLongerThan(long limit, long now) {
        lock.lock();
        try {
            return lifetime.isIdleLongerThan(limit, now);
        } finally {
            lock.unlock();
        }
    }

    /** Closes the connection; its calls fail. */
    void close(CloseReason why) {
        lifetime.lost(why, CLOSED_HERE);
    }

    /** Closes a connection that was not started. */
    void discard() {
        close(CloseReason.FAILED);
        end();
    }

    /**
     * Called once, by the last holder of the role. Whatever fails here, the descriptor and the place in the pool are
     * released.
     */
    private void end() {
        try {
            lock.lock();
            try {
                calls.clear();
            } finally {
                lock.unlock();
            }
            link.reader().end();
        } finally {
            try {
                link.connected().close();
            } finally {
                owner.closed(this);
            }
        }
    }

    // ---- for calls

    @Override
    public boolean isFresh() {
        lock.lock();
        try {
            if (lifetime.isClosed() || isMultiplexed() || !role.take()) {
                return !lifetime.isClosed();
            }
        } finally {
            lock.unlock();
        }
        boolean quiet = false;
        try {
            quiet = reader.isQuiet();
            if (!quiet) {
                lifetime.lost(CloseReason.CLOSED_BY_PEER, null);
            }
        } finally { // even out of memory: without the role nobody would end the connection
            reader.leave();
        }
        return quiet;
    }

    @Override
    public void send(ClientCall call) {
        boolean sent = false;
        try {
            writer.send(call);
            sent = true;
        } finally {
            if (!sent) { // for example out of memory
                abort(call, CallOutcome.FAILED, () -> new FcgiException("the request could not be sent"));
            }
        }
    }

    /** Locked. */
    @Override
    public int read(ClientCall call, byte[] target, int offset, int length) {
        assert lock.isHeldByCurrentThread();
        return reader.takeFor(call) ? reader.readFor(call, target, offset, length) : -1;
    }

    /** Locked. */
    @Override
    public void roomMade() {
        assert lock.isHeldByCurrentThread();
        link.inbound().wakeUp();
    }

    @Override
    public void abort(ClientCall call, CallOutcome how, StreamInput.Failure failure) {
        reader.dropReceived(call); // the end of the response may have been received but not read
        ending.abort(call, how, failure);
    }

    @Override
    public ConnectionObservation observation() {
        return link.connected().observation();
    }

    @Override
    public void released() {
        owner.released(this);
    }

    @Override
    public void refusedToShare() {
        owner.refusedToShare(link.transport().peer());
    }

    // ---- the ticker

    @Override
    public boolean tick(int tick) {
        if (!lock.tryLock()) {
            return true;
        }
        try {
            return !lifetime.isClosed() && (isReadEnough() || role.tick(tick));
        } finally {
            lock.unlock();
        }
    }

    /** Locked. Whether the queue of the only call is full, so that no thread is needed before its caller has read. */
    private boolean isReadEnough() {
        assert lock.isHeldByCurrentThread();
        return !isMultiplexed() && calls.anyMatch(call -> call.stdoutQueue().isFull());
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
            lifetime.unlock();
        }
        if (freed) {
            released();
        }
        owner.checkIdle(this, now);
    }

    /** For logs. */
    @Override
    public String toString() {
        return link.transport().toString();
    }
}
