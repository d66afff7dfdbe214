package dev.fcgi.internal.server;

import dev.fcgi.FcgiProtocolException;
import dev.fcgi.Params;
import dev.fcgi.ProtocolStatus;
import dev.fcgi.RequestAbortedException.Reason;
import dev.fcgi.Role;
import dev.fcgi.internal.conn.Output;
import dev.fcgi.internal.conn.StreamInput;
import dev.fcgi.internal.conn.Ticker;
import dev.fcgi.internal.io.Transport;
import dev.fcgi.internal.wire.Fcgi;
import dev.fcgi.internal.wire.RecordBuffer;
import dev.fcgi.internal.wire.RecordReader;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One connection of a web server.
 *
 * <p><b>Who reads.</b> One thread at a time has the reader role and may touch the {@link RecordReader}. A thread that
 * has read a whole head, with nothing else active or buffered, gives the role up and runs the handler itself: no
 * hand-off, and a body is read by the handler straight from the socket ({@link #pull}). Where a handler lasts, the
 * {@link Ticker} starts another thread, which reads on: it sees the abort, the closed connection, the next request.
 * When the handler returns, its thread takes the role again if it is free, and ends otherwise. With a second request
 * active, or an executor, handlers run on threads of their own and the reader stays the reader. The role is given up
 * only to be taken over; whoever holds it at the end closes the connection.
 *
 * <p><b>State</b> is guarded by one lock, which is never held over I/O or while user code runs.
 */
final class ServerConnection implements StreamInput.Source, Ticker.Ticked {
    private static final Logger LOG = System.getLogger("dev.fcgi.server");
    private static final Logger RECORDS = System.getLogger("dev.fcgi.record");
    private static final long MAX_DRAINED = 16 * 1024 * 1024;
    private static final long CLOSING_TIME = TimeUnit.SECONDS.toNanos(5);
    private static final long DRAINING_IDLE_TIME = TimeUnit.MILLISECONDS.toNanos(250);
    /** Handlers still at work although their request has ended, beyond which a connection gets no more. */
    private static final int MAX_ABANDONED = 64;

    private enum State { OPEN, CLOSING, CLOSED }

    private final Server server;
    private final Options options;
    private final Transport transport;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition roomMade = lock.newCondition();
    private final Output output;
    private final boolean traceRecords = RECORDS.isLoggable(Level.TRACE);

    /** Confined to the holder of the reader role, like the body of BEGIN_REQUEST. */
    private final RecordReader reader;
    private final byte[] beginBody = new byte[Fcgi.BODY_LENGTH];

    // all below: guarded by the lock

    /** Whether some thread has the reader role; a new connection is born with it taken. */
    private boolean reading = true;
    /** The request whose handler has the role, reading its own input, and the thread; null when no handler has. */
    private ServerRequest pulling;
    private Thread pullingThread;
    private boolean watched;
    private int freeSince;

    /** Begun and not ended. */
    private final Map<Integer, ServerRequest> requests = new HashMap<>(4);
    /** Requests begun whose handler, if they came so far, has not returned: never fewer than {@link #requests}. */
    private int inHand;
    private RecordBuffer spareOutput;

    private State state = State.OPEN;
    /** False once a request came without KEEP_CONN. */
    private boolean keep = true;
    /** Whether the connection was idle for too long: what still arrives is answered, then it closes. */
    private boolean lastCall;
    /** Whether the peer may still send what belongs to requests that have ended. */
    private boolean inputOpen;
    private boolean inputEnded;
    private long idleSince = System.nanoTime();
    private long closingSince;

    ServerConnection(Server server, Transport transport) {
        this.server = server;
        this.options = server.options();
        this.transport = transport;
        this.reader = new RecordReader(transport);
        this.output = new Output(transport, lock);
    }

    ReentrantLock lock() {
        return lock;
    }

    Options options() {
        return options;
    }

    Counters counters() {
        return server.counters();
    }

    Output output() {
        return output;
    }

    Transport transport() {
        return transport;
    }

    void handle(ServerRequest request) throws Exception {
        server.handle(request);
    }

    // ---- reading

    /** Reads and acts until the connection ends or another thread reads; runs on a virtual thread with the role. */
    void read() {
        try {
            if (!readRecords()) {
                return;
            }
        } catch (FcgiProtocolException e) {
            protocolError(e);
        } catch (IOException e) {
            peerClosed(e);
        } catch (Throwable e) {
            LOG.log(Level.ERROR, "connection of " + transport + " given up", e);
            peerClosed(new IOException("internal error", e));
        }
        close();
    }

    /** {@return false when another thread has taken the role over} */
    private boolean readRecords() throws IOException {
        ServerRequest ready = null;
        while (mayGoOn()) {
            if (ready != null && (reader.contentLeft() > 0 || !reader.hasNextBuffered())) {
                // nothing at hand says that it will not be alone
                if (!dispatch(ready, true)) {
                    return false;
                }
                ready = null;
                continue;
            }
            if (reader.contentLeft() == 0) {
                if (!nextRecord()) {
                    peerClosed(null);
                    return true;
                }
                if (ready != null && mayWait()) {
                    continue;
                }
            }
            ServerRequest complete = onRecord();
            if (complete != null) {
                if (ready != null) {
                    dispatch(ready, false);
                }
                ready = complete;
            }
        }
        return true;
    }

    private boolean mayGoOn() {
        lock.lock();
        try {
            if (requests.isEmpty() && !output.isShared()) {
                reader.shrink();
            }
            return state == State.OPEN;
        } finally {
            lock.unlock();
        }
    }

    /** Whether a complete head shall be handled before this record is taken: taking it may wait for some handler. */
    private boolean mayWait() {
        return reader.contentLeft() > 0 && (isInputType(reader.type()) // a full queue
                || reader.type() == Fcgi.BEGIN_REQUEST && find(reader.requestId()) != null); // an id still in use
    }

    private boolean nextRecord() throws IOException {
        if (!reader.next()) {
            return false;
        }
        if (traceRecords) {
            RECORDS.log(Level.TRACE, "<< {0} {1}", transport, reader);
        }
        return true;
    }

    /**
     * Has a request handled: on this thread, which gives up the role for that time, if it is alone and may be; on
     * another one else.
     *
     * @return false when another thread has the role now
     */
    private boolean dispatch(ServerRequest request, boolean mayBeInline) {
        lock.lock();
        try {
            if (request.hasEnded()) {
                return true;
            }
            request.dispatched(true);
            counters().started.increment();
            if (!mayBeInline || options.executor != null || output.isShared()) {
                startElsewhere(request);
                return true;
            }
            releaseRole();
        } finally {
            lock.unlock();
        }
        request.run();
        lock.lock();
        try {
            if (reading) {
                return false;
            }
            reading = true;
            return true;
        } finally {
            lock.unlock();
        }
    }

    private void startElsewhere(ServerRequest request) {
        try {
            if (options.executor != null) {
                options.executor.execute(request);
            } else {
                Thread.startVirtualThread(request);
            }
        } catch (RuntimeException | OutOfMemoryError e) { // not only RejectedExecutionException
            LOG.log(Level.WARNING, "no thread for {0}: {1}", request, e);
            request.dispatched(false);
            request.abort(Reason.TIMEOUT, e);
            settle();
        }
    }

    private void releaseRole() {
        reading = false;
        freeSince = server.ticker().tick();
        if (!watched) {
            watched = true;
            server.ticker().watch(this);
        }
    }

    /** Locked. Sees to it that somebody reads, although the thread that would is busy with a handler. */
    private void ensureReader() {
        if (!reading && state != State.CLOSED) {
            reading = true;
            try {
                Thread.startVirtualThread(this::read);
            } catch (OutOfMemoryError e) {
                reading = false; // the thread of the handler comes back some time
                throw e;
            }
        }
    }

    /** Called by the ticker while a handler runs on the thread of the connection. */
    @Override
    public boolean tick(int tick) {
        if (!lock.tryLock()) {
            return true;
        }
        try {
            boolean lasting = !reading && tick - freeSince >= 2;
            if (lasting) {
                ensureReader();
            }
            watched = !reading;
            return watched;
        } finally {
            lock.unlock();
        }
    }

    // ---- records

    /** Acts on the current record, or on what is left of it. Returns a request whose head it completed, or null. */
    private ServerRequest onRecord() throws IOException {
        int type = reader.type();
        int id = reader.requestId();
        if (id == Fcgi.NULL_REQUEST_ID) {
            onManagementRecord(type);
            return null;
        }
        if (type == Fcgi.BEGIN_REQUEST) {
            begin(id);
            return null;
        }
        ServerRequest request = find(id);
        if (request != null) {
            switch (type) {
                case Fcgi.PARAMS -> {
                    return params(request);
                }
                case Fcgi.STDIN, Fcgi.DATA -> input(request, type);
                case Fcgi.ABORT_REQUEST -> abort(request);
                default -> { }
            }
        }
        reader.ignoreContent(); // of requests that have ended, and of types that nobody knows
        return null;
    }

    private ServerRequest find(int id) {
        lock.lock();
        try {
            return requests.get(id);
        } finally {
            lock.unlock();
        }
    }

    private void begin(int id) throws IOException {
        //  byte  0..1   2       3..7
        //      | role | flags | reserved |
        if (reader.contentLength() < Fcgi.BODY_LENGTH) {
            throw new FcgiProtocolException("BEGIN_REQUEST of " + reader.contentLength() + " bytes instead of 8");
        }
        for (int filled = 0; filled < beginBody.length; ) {
            filled += reader.read(beginBody, filled, beginBody.length - filled);
        }
        reader.ignoreContent();
        Role role = Role.of((beginBody[0] & 0xFF) << 8 | beginBody[1] & 0xFF);
        boolean keepConn = (beginBody[2] & Fcgi.KEEP_CONN) != 0;
        lock.lock();
        try {
            awaitEnd(id);
            if (state != State.OPEN) {
                return;
            }
            ProtocolStatus refusal = refusal(role);
            keep &= keepConn;
            if (refusal != null) {
                refuse(id, refusal);
            } else {
                inHand++;
                requests.put(id, new ServerRequest(this, id, role));
                if (requests.size() == 2 && !output.isShared()) {
                    output.share();
                    counters().multiplexed.increment();
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** Locked. A peer that does not wait for END_REQUEST may use an id again once it has sent all of the last one. */
    private void awaitEnd(int id) throws FcgiProtocolException {
        for (ServerRequest active; state == State.OPEN && (active = requests.get(id)) != null; ) {
            if (!active.isInputComplete()) {
                throw new FcgiProtocolException("BEGIN_REQUEST for request " + id + ", which is active");
            }
            output.awaitProgressUninterruptibly();
        }
    }

    /** Locked. Decides about a new request; a request that is not refused has its permit. */
    private ProtocolStatus refusal(Role role) {
        int active = requests.size();
        if (role == null || !options.handles(role)) {
            return ProtocolStatus.UNKNOWN_ROLE;
        }
        if (active > 0 && options.maxRequestsPerConnection == 1) {
            return ProtocolStatus.CANT_MPX_CONN;
        }
        boolean closing = active > 0 && (!keep || server.isDraining());
        boolean full = active >= options.maxRequestsPerConnection
                || inHand >= options.maxRequestsPerConnection + MAX_ABANDONED;
        return closing || full || !server.admitRequest() ? ProtocolStatus.OVERLOADED : null;
    }

    private void refuse(int id, ProtocolStatus status) throws IOException {
        counters().refused.increment();
        RecordBuffer records = newOutput();
        if (status == ProtocolStatus.OVERLOADED) {
            ErrorAnswer.OVERLOADED.appendTo(records, id, false); // not knowing yet whether it is a HEAD request
        } else {
            records.endRequest(id, 0, status.code());
        }
        inputOpen = true;
        writeFromReader(records);
    }

    private ServerRequest params(ServerRequest request) throws IOException {
        if (request.isHeadComplete()) {
            reader.ignoreContent();
            return null;
        }
        if (reader.contentLength() == 0) {
            Params params = request.head().params();
            if (params == null) {
                refuseHead(request);
                return null;
            }
            lock.lock();
            try {
                request.headComplete(params);
            } finally {
                lock.unlock();
            }
            return request;
        }
        for (int count; (count = reader.fill()) > 0; reader.skip(count)) {
            if (!request.head().append(reader.array(), reader.position(), count)) {
                reader.ignoreContent();
                refuseHead(request);
                break;
            }
        }
        return null;
    }

    private void refuseHead(ServerRequest request) throws IOException {
        lock.lock();
        try {
            if (!request.hasEnded()) {
                counters().refused.increment();
                request.refuse(ErrorAnswer.OVERLOADED);
            }
        } finally {
            lock.unlock();
        }
    }

    /** A record of STDIN or DATA; ignored where the role has no such stream. */
    private void input(ServerRequest request, int type) throws IOException {
        StreamInput stream = request.input(type);
        if (stream == null) {
            return;
        }
        boolean early = type == Fcgi.STDIN ? !request.isHeadComplete() : !request.input(Fcgi.STDIN).hasEnded();
        if (early) {
            throw new FcgiProtocolException(
                    Fcgi.typeName(type) + " for request " + request.id() + " before the end of the stream before it");
        }
        if (reader.contentLength() == 0) {
            lock.lock();
            try {
                stream.end();
            } finally {
                lock.unlock();
            }
            return;
        }
        for (int count; (count = reader.fill()) > 0; ) {
            lock.lock();
            try {
                // a request that has ended takes everything and drops it
                int taken = stream.offer(reader.array(), reader.position(), count);
                reader.skip(taken);
                if (taken < count) {
                    awaitRoom(request, stream);
                }
            } finally {
                lock.unlock();
            }
        }
    }

    /** Locked. Waits for a slow handler; not for ever when other requests wait behind it. */
    private void awaitRoom(ServerRequest request, StreamInput stream) {
        long left = options.stallTimeout;
        while (stream.isFull() && !request.hasEnded()) {
            boolean interrupted = Thread.interrupted();
            try {
                if (requests.size() == 1) {
                    roomMade.await();
                } else if (left > 0) {
                    left = roomMade.awaitNanos(left);
                } else {
                    LOG.log(Level.WARNING, "handler does not read its input, others wait: {0}", request);
                    request.abort(Reason.INPUT_STALLED, null);
                }
            } catch (InterruptedException e) {
                interrupted = true;
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public void roomMade(StreamInput stream) {
        roomMade.signalAll();
    }

    private void abort(ServerRequest request) {
        lock.lock();
        try {
            request.abort(Reason.ABORT_REQUEST, null);
            settle();
        } finally {
            lock.unlock();
        }
    }

    private void onManagementRecord(int type) throws IOException {
        if (type != 0 && type < Fcgi.GET_VALUES) {
            throw new FcgiProtocolException(Fcgi.typeName(type) + " with request id 0");
        }
        RecordBuffer answer = newManagementAnswer();
        if (type == Fcgi.GET_VALUES) {
            Values.answer(reader.readContent(Values.MAX_LENGTH), options, answer);
        } else if (type == Fcgi.GET_VALUES_RESULT || type == Fcgi.UNKNOWN_TYPE) {
            reader.ignoreContent(); // answers to what we never ask
            return;
        } else {
            reader.ignoreContent();
            answer.unknownType(type);
        }
        lock.lock();
        try {
            writeFromReader(answer);
        } finally {
            lock.unlock();
        }
    }

    private RecordBuffer newManagementAnswer() {
        return new RecordBuffer(Values.MAX_LENGTH, options.recordPadding);
    }

    /** Locked. Writes what the library says itself; stops reading while the peer does not take it. */
    void writeFromReader(RecordBuffer records) throws IOException {
        records.close();
        while (!output.hasRoom(records.length())) {
            output.awaitProgressUninterruptibly();
        }
        if (state == State.OPEN) {
            output.write(records.array(), 0, records.length());
            settle();
        }
    }

    // ---- input that a handler reads itself

    @Override
    public int pull(StreamInput stream, byte[] target, int offset, int length) throws IOException {
        ServerRequest request = reading ? null : owner(stream);
        if (request == null) {
            stream.await();
            return 0;
        }
        reading = true;
        pulling = request;
        pullingThread = Thread.currentThread();
        boolean interrupted = request.enterIo();
        lock.unlock();
        int count = 0;
        try {
            count = pullRecords(request, stream, target, offset, length);
        } catch (FcgiProtocolException e) {
            protocolError(e);
        } catch (IOException e) {
            peerClosed(e);
        } finally {
            lock.lock();
            request.leaveIo(interrupted);
            pulling = null;
            pullingThread = null;
            if (output.isShared() || request.hasEnded() || state != State.OPEN) {
                reading = false;
                ensureReader(); // more to read than this handler's input
            } else {
                releaseRole();
            }
        }
        return count;
    }

    /** Locked. The active request that a stream belongs to: in this state there is one at most. */
    private ServerRequest owner(StreamInput stream) {
        for (ServerRequest request : requests.values()) {
            if (request.input(Fcgi.STDIN) == stream || request.input(Fcgi.DATA) == stream) {
                return request;
            }
        }
        return null;
    }

    private int pullRecords(ServerRequest request, StreamInput stream, byte[] target, int offset, int length)
            throws IOException {
        while (true) {
            if (reader.contentLeft() == 0 && !nextRecord()) {
                peerClosed(null);
                return 0;
            }
            if (reader.contentLeft() > 0 && reader.requestId() == request.id()
                    && request.input(reader.type()) == stream && isInputType(reader.type())) {
                return reader.read(target, offset, length);
            }
            onRecord(); // completes no head: a second request makes the connection shared, see below
            lock.lock();
            try {
                if (stream.hasEnded() || request.hasEnded() || output.isShared() || state != State.OPEN) {
                    return 0;
                }
            } finally {
                lock.unlock();
            }
        }
    }

    private static boolean isInputType(int type) {
        return type == Fcgi.STDIN || type == Fcgi.DATA;
    }

    // ---- requests; all locked

    boolean isAlone(ServerRequest request) {
        return requests.size() == 1 && requests.get(request.id()) == request;
    }

    /** No record of the request is admitted any more; its id is free. */
    void requestEnded(ServerRequest request) {
        requests.remove(request.id());
        inputOpen |= !request.isInputComplete();
        idleSince = System.nanoTime();
        roomMade.signalAll(); // the reader may be waiting for this handler
        if (!request.isDispatched()) {
            handlerReturned();
        }
    }

    void handlerReturned() {
        inHand--;
        server.releaseRequest();
    }

    /** The request has ended, its handler goes on: the connection must not wait for its thread. */
    void abandon(ServerRequest request) {
        if (!request.isDispatched()) {
            return;
        }
        if (pulling != request) {
            ensureReader();
        } else if (pullingThread != Thread.currentThread()) {
            keep = false;
            transport.shutdownInput(); // wakes up the handler's read; there is no other way
        }
    }

    void closeAfterLast() {
        keep = false;
    }

    /** Closes the connection if it has nothing more to do. */
    void settle() {
        if (requests.isEmpty() && (!keep || server.isDraining())) {
            startClosing();
        }
    }

    RecordBuffer newOutput() {
        RecordBuffer records = spareOutput;
        spareOutput = null;
        return records == null ? new RecordBuffer(options.outputBuffer, options.recordPadding) : records;
    }

    /** Keeps the buffer of an ended request for the next one, unless a large response made it large. */
    void recycle(RecordBuffer records) {
        if (records.array().length <= 4096) {
            records.clear();
            spareOutput = records;
        }
    }

    // ---- the end

    /** Locked. The last answer is on its way: says so to the peer and lets the reader finish. */
    private void startClosing() {
        if (state == State.OPEN) {
            state = State.CLOSING;
            closingSince = System.nanoTime();
            if (reading) {
                output.endAfterFlush(); // the reader waits for the peer to close
            }
        }
    }

    /** Called by the reader at the end of the stream (no cause), or when reading failed. */
    private void peerClosed(IOException cause) {
        lock.lock();
        try {
            inputEnded = true;
            if (!requests.isEmpty()) {
                LOG.log(Level.DEBUG, "connection of {0} ended with {1} requests active: {2}", transport, requests.size(),
                        cause == null ? "closed by peer" : cause);
            }
            if (cause == null && options.tolerateHalfClose) {
                abortRequests(Reason.CONNECTION_LOST, null, false);
                while (!requests.isEmpty()) {
                    output.awaitProgressUninterruptibly();
                }
            }
            abortRequests(Reason.CONNECTION_LOST, cause, true);
            if (cause != null) {
                output.fail(cause);
            }
            startClosing();
        } finally {
            lock.unlock();
        }
    }

    private void protocolError(FcgiProtocolException e) {
        counters().protocolErrors.increment();
        LOG.log(Level.WARNING, "protocol error of {0}, connection closed: {1} (record {2})", transport, e.getMessage(),
                reader);
        lock.lock();
        try {
            inputOpen = true;
            abortRequests(Reason.CONNECTION_LOST, e, true);
            startClosing();
        } finally {
            lock.unlock();
        }
    }

    /** Locked. Writing failed: there is nobody to talk to. */
    void lost(IOException cause) {
        giveUp(Reason.CONNECTION_LOST, cause);
    }

    private void giveUp(Reason reason, IOException cause) {
        output.fail(cause);
        abortRequests(reason, cause, true);
        startClosing();
        transport.close(); // wakes up the reader
    }

    private void abortRequests(Reason reason, Throwable cause, boolean alsoComplete) {
        for (ServerRequest request : List.copyOf(requests.values())) {
            if (alsoComplete || !request.isInputComplete()) {
                request.abort(reason, cause);
            }
        }
    }

    /** Closes without destroying a response in flight; called once, by the holder of the role. */
    private void close() {
        boolean linger;
        lock.lock();
        try {
            startClosing();
            // with input unread, or still to come, close() would send a reset
            linger = !inputEnded && (inputOpen || !reader.isAtBorder());
            if (linger || !output.isIdle()) {
                output.endAfterFlush();
            }
            while (!output.isIdle()) {
                output.awaitProgressUninterruptibly(); // not longer than the write time-out
            }
        } finally {
            lock.unlock();
        }
        if (linger) {
            drain();
        }
        transport.close();
        lock.lock();
        try {
            state = State.CLOSED;
        } finally {
            lock.unlock();
        }
        server.closed(this);
    }

    private void drain() {
        try {
            long drained = 0;
            for (int count; drained < MAX_DRAINED && (count = reader.discard()) >= 0; ) {
                drained += count;
            }
        } catch (IOException ignored) {
            // reset by the peer, or closed by the ticker: the end either way
        }
    }

    /** Cancels all requests because the server goes away. */
    void shutDown() {
        lock.lock();
        try {
            abortRequests(Reason.SHUTDOWN, null, true);
            settle();
        } finally {
            lock.unlock();
        }
    }

    /** Closes at once. */
    void kill() {
        transport.close();
    }

    /** Called by the ticker: enforces the limits on time. */
    @Override
    public void check(long now) {
        if (!lock.tryLock()) {
            return;
        }
        try {
            if (output.isStuck(now - options.writeTimeout)) {
                LOG.log(Level.DEBUG, "write time-out: {0}", transport);
                giveUp(Reason.TIMEOUT, new IOException("the web server took no output in time"));
            } else if (state == State.CLOSING && output.isIdle() && closingSince + CLOSING_TIME - now < 0) {
                transport.close();
            } else if (state == State.OPEN) {
                checkRequests(now);
            }
        } finally {
            lock.unlock();
        }
    }

    private void checkRequests(long now) {
        if (!requests.isEmpty()) {
            long starvingSince = now - options.idleTimeout; // without limit: 292 years ago
            for (ServerRequest request : List.copyOf(requests.values())) {
                request.check(now, starvingSince);
            }
            settle();
            return;
        }
        long idleTime = server.isDraining() ? DRAINING_IDLE_TIME : options.idleTimeout;
        if (!lastCall && reading && idleTime != Long.MAX_VALUE && now - idleSince > idleTime) {
            lastCall = true;
            keep = false;
            transport.shutdownInput(); // what has arrived is still answered; a new request fails at its sender
        }
    }
}
