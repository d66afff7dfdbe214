package dev.fcgi.internal.server;

import dev.fcgi.FcgiProtocolException;
import dev.fcgi.Outcome;
import dev.fcgi.RequestAbortedException.Reason;
import dev.fcgi.Role;
import dev.fcgi.internal.conn.Inbound;
import dev.fcgi.internal.conn.Output;
import dev.fcgi.internal.conn.ReaderRole;
import dev.fcgi.internal.conn.StreamInput;
import dev.fcgi.internal.conn.Ticker;
import dev.fcgi.internal.io.Transport;
import dev.fcgi.internal.wire.RecordBuffer;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * One connection of a web server: its requests and their limits. {@link ReadLoop} reads it, {@link RecordHandler}
 * interprets its records, and {@link Ending} handles its end.
 *
 * <p>State is guarded by one lock, which is never held during I/O or while user code runs.
 */
final class ServerConnection implements RequestOwner, Ticker.Ticked {
    /** How long BEGIN_REQUEST may wait for an id that is still in use. */
    private static final long ID_TIME = TimeUnit.SECONDS.toNanos(1);

    private final long number;
    private final ServerContext context;
    private final Transport transport;
    private final ReentrantLock lock;
    private final Output output;
    private final Inbound inbound;
    private final ConnectionThreads threads;
    private final Lifetime lifetime;
    private final Ending ending;
    private final ConnectionObservation observed;

    // all below: guarded by the lock

    private final RequestTable requests = new RequestTable();
    private final Heads heads;
    private final ReadAhead readAhead;
    private final RequestLimits limits;

    /**
     * Creates a connection.
     *
     * @param reading run by a thread that is started to read the connection
     */
    ServerConnection(ServerContext context, Ticker ticker, Transport transport, ReentrantLock lock, Output output,
            Inbound inbound, Runnable reading) {
        this.context = context;
        this.number = context.numberConnection();
        this.transport = transport;
        this.observed = new ConnectionObservation(number, transport);
        this.lock = lock;
        this.output = output;
        this.inbound = inbound;
        ReaderRole role = new ReaderRole(lock, ticker, this, reading, context.log);
        this.threads = new ConnectionThreads(role, lock, output, context.log);
        this.lifetime = new Lifetime(context, lock, output);
        this.ending = new Ending(context, this, transport, lock, output, requests, threads, lifetime);
        this.heads = context.newHeads();
        this.readAhead = new ReadAhead(context);
        this.limits = new RequestLimits(context, lock);
    }

    ConnectionThreads threads() {
        return threads;
    }

    Lifetime lifetime() {
        return lifetime;
    }

    Ending ending() {
        return ending;
    }

    Transport transport() {
        return transport;
    }

    int headCount() {
        lock.lock();
        try {
            return heads.count();
        } finally {
            lock.unlock();
        }
    }

    /** {@return whether this connection goes on; it may be over the moment after, unless the lock is held} */
    boolean isOpen() {
        return lifetime.isOpen();
    }

    // ---- requests begin

    /**
     * Begins a request, or refuses it. Blocks while its id is still in use, and on writing.
     *
     * @param role null when it is unknown
     */
    void begin(int id, Role role, boolean keepConn, RequestInput.Reader reader) throws IOException {
        context.observers.tellWaitingBeforeRead();
        lock.lock();
        try {
            awaitEnd(id);
            if (!isOpen()) {
                lifetime.inputStaysOpen();
                return;
            }
            Observation observation = context.observers.observe(observed, id, role);
            Refusal refusal = Refusal.of(role, context.options, requests, lifetime);
            ServerRequest request = refusal == null
                    ? new ServerRequest(context, this, lifetime, reader, lock, output, id, role, observation) : null;
            if (request != null && !request.head().begin(heads)) {
                refusal = Refusal.TOO_MANY_HEADS;
            }
            if (!keepConn) {
                lifetime.disableKeepAlive();
            }
            if (refusal != null) {
                refuse(id, role, refusal, observation);
                return;
            }
            int active = requests.add(request);
            if (observation != null) {
                observation.added();
            }
            if (active == 2 && !output.isMultiplexed()) {
                output.multiplex();
                context.counters.multiplexed.increment();
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Locked. A peer that does not wait for END_REQUEST may reuse an id once it has sent the whole previous request, if
     * that ends soon; meanwhile nothing else from the peer is seen.
     */
    private void awaitEnd(int id) throws FcgiProtocolException {
        assert lock.isHeldByCurrentThread();
        long left = ID_TIME;
        for (ServerRequest active; (active = requests.get(id)) != null && isOpen(); ) {
            if (!active.input.hasEnded() || left <= 0) {
                throw new FcgiProtocolException("BEGIN_REQUEST for request " + id + ", which is active");
            }
            left -= inbound.await(left);
        }
    }

    /** {@return the connection as observers see it} */
    ConnectionObservation observed() {
        return observed;
    }

    private void refuse(int id, Role role, Refusal why, Observation observation) throws IOException {
        why.log(context, id, this, role);
        context.refused(observation, why.outcome);
        RecordBuffer records;
        try {
            records = context.buffers.take();
            ErrorAnswer.appendRefusal(records, id, why.status, observation);
        } finally {
            if (observation != null) {
                observation.over(); // whether or not there is memory for an answer
            }
        }
        lifetime.inputStaysOpen();
        answer(records);
        closeIfDone();
    }

    /** {@return the active request with an id, or null; for the reader: records of one request often come in a row} */
    ServerRequest find(int id) {
        ServerRequest request = requests.latest(id);
        if (request == null) {
            lock.lock();
            try {
                request = requests.get(id);
            } finally {
                lock.unlock();
            }
        }
        return request;
    }

    // ---- requests end

    /** Locked. */
    @Override
    public void requestEnded(ServerRequest request, boolean inputComplete) {
        assert lock.isHeldByCurrentThread();
        requests.remove(request);
        if (!inputComplete) {
            lifetime.inputStaysOpen();
        }
        inbound.wakeUp(); // the reader may be waiting for this handler
        output.wakeUp();
    }

    /** Locked. */
    @Override
    public void returned(ServerRequest request) {
        assert lock.isHeldByCurrentThread();
        requests.returned(request);
    }

    /** Locked. A handler begins, perhaps on the thread that has passed it to the executor. */
    void lendRole() {
        assert lock.isHeldByCurrentThread();
        threads.lend();
    }

    /** Locked. Refuses a request for which no thread can be started, unless it has ended. Throws nothing. */
    void reject(ServerRequest request) {
        assert lock.isHeldByCurrentThread();
        try {
            if (request.isOpen() && context.options.oneAtATime) {
                Refusal.DRAINING.log(context, request.id, this, request.role);
                request.refuse(ErrorAnswer.OVERLOADED, Outcome.DRAINING);
            } else if (request.isOpen()) {
                request.refuse(ErrorAnswer.OVERLOADED, Outcome.REJECTED_BY_EXECUTOR);
            }
        } catch (IOException e) {
            lost(e);
        } catch (Throwable e) { // OutOfMemoryError
            request.abort(Reason.CONNECTION_LOST, e);
            closeIfDone();
        }
    }

    // ---- for requests

    /** Locked. */
    @Override
    public boolean isAlone(ServerRequest request) {
        assert lock.isHeldByCurrentThread();
        return requests.size() == 1 && request.isOpen();
    }

    /** Locked. */
    @Override
    public void closeIfDone() {
        assert lock.isHeldByCurrentThread();
        ending.closeIfDone();
    }

    /** Locked. */
    @Override
    public Reason lost(IOException cause) {
        assert lock.isHeldByCurrentThread();
        return ending.lost(Reason.CONNECTION_LOST, cause);
    }

    /** Locked. */
    @Override
    public void answer(RecordBuffer records) throws IOException {
        assert lock.isHeldByCurrentThread();
        records.close();
        output.awaitRoom(records.length(), () -> true);
        if (isOpen()) {
            output.write(records);
        }
    }

    /** Locked. */
    @Override
    public void stage(Supplier<RecordBuffer> records) {
        assert lock.isHeldByCurrentThread();
        try {
            RecordBuffer made = records.get();
            if (!output.hasFailed()) { // otherwise nobody waits for this answer
                output.stage(made);
            }
        } catch (Throwable e) { // OutOfMemoryError: the peer must not wait for an end that never comes
            ending.closeForLackOfMemory();
        }
    }

    /** Locked. Extends the full queue of a stream, if that is allowed. */
    void extend(StreamInput stream) {
        assert lock.isHeldByCurrentThread();
        readAhead.extend(stream);
    }

    /** Locked. The reader goes on, after it has waited for a handler for some time. */
    void readingResumed(long stalledNanos) {
        assert lock.isHeldByCurrentThread();
        requests.forEach(request -> limits.pause(request, stalledNanos));
    }

    /** Locked. A stream has room, or has ended. */
    void roomMade(StreamInput stream) {
        assert lock.isHeldByCurrentThread();
        readAhead.roomMade(stream);
        inbound.wakeUp();
    }

    // ---- the ticker

    @Override
    public boolean tick(int tick) {
        if (lifetime.isClosed() || !lock.tryLock()) {
            return !lifetime.isClosed();
        }
        try {
            return threads.tick(tick);
        } finally {
            lock.unlock();
        }
    }

    /** Enforces the timeouts. */
    @Override
    public void check(long now) {
        if (!lock.tryLock()) {
            return;
        }
        try {
            threads.check();
            boolean stalled = inbound.isStalled();
            ending.check(now);
            if (isOpen() && !requests.isEmpty()) {
                requests.forEach(request -> limits.check(request, stalled, now));
                closeIfDone();
            }
        } finally {
            lock.unlock();
        }
    }

    /** For logs. */
    @Override
    public String toString() {
        return transport + " (connection " + number + ")";
    }
}
