package dev.fcgi.internal.server;

import dev.fcgi.FcgiProtocolException;
import dev.fcgi.RequestAbortedException.Reason;
import dev.fcgi.internal.conn.LibraryThreads;
import dev.fcgi.internal.conn.Output;
import dev.fcgi.internal.conn.StreamInput;
import dev.fcgi.internal.conn.Ticker;
import dev.fcgi.internal.conn.TimeLimit;
import dev.fcgi.internal.io.Transport;
import dev.fcgi.internal.wire.Fcgi;
import dev.fcgi.internal.wire.RecordBuffer;
import dev.fcgi.internal.wire.RecordReader;
import java.io.EOFException;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One connection of a web server: who reads it, when it is over. What its records mean is the {@link RecordHandler}'s.
 *
 * <p><b>Who reads.</b> One thread at a time has the reader role and may touch the {@link RecordReader}. A thread that
 * has read a whole head, with nothing else active or buffered, gives the role up and runs the handler itself: no
 * hand-off, and a body is read by the handler straight from the socket ({@link #pull}). Where a handler lasts, the
 * {@link Ticker} starts another thread, which reads on: it sees the abort, the closed connection, the next request.
 * When the handler returns, its thread takes the role again if it is free, and ends otherwise. With a second request
 * active, or an executor, handlers run on threads of their own and the reader stays the reader. The role is given up
 * only to be taken over; whoever holds it at the end closes the connection.
 *
 * <p><b>State</b> is guarded by one lock, which is never held over I/O or while user code runs. Methods marked "Locked"
 * expect it.
 */
final class ServerConnection implements StreamInput.Source, Ticker.Ticked {
    private static final Logger LOG = System.getLogger("dev.fcgi.server");
    private static final Logger RECORDS = System.getLogger("dev.fcgi.record");
    private static final long MAX_DRAINED = 16 * 1024 * 1024;
    private static final long CLOSING_TIME = TimeUnit.SECONDS.toNanos(5);
    private static final long DRAINING_CLOSING_TIME = TimeUnit.SECONDS.toNanos(1);
    private static final long DRAINING_IDLE_TIME = TimeUnit.MILLISECONDS.toNanos(250);
    private static final int RECYCLED_LENGTH = 4096;

    private enum State { OPEN, CLOSING, CLOSED }

    private final Server server;
    private final Options options;
    private final Transport transport;
    private final ReentrantLock lock = new ReentrantLock();
    private final Output output;
    private final boolean traceRecords = RECORDS.isLoggable(Level.TRACE);

    /** Confined to the holder of the reader role, like the reader. */
    private final RecordHandler records;
    private final RecordReader reader;

    // all below: guarded by the lock

    /** Whether some thread has the reader role; a new connection is born with it taken. */
    private boolean reading = true;
    /** The request whose handler has the role, reading its own input, and the thread; null when no handler has. */
    private ServerRequest pulling;
    private Thread pullingThread;
    private boolean watched;
    private int freeSince;

    private final RequestTable requests = new RequestTable();
    private RecordBuffer spareBuffer;

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
        this.output = new Output(transport, lock);
        this.reader = new RecordReader(transport);
        this.records = new RecordHandler(this, reader);
    }

    ReentrantLock lock() {
        return lock;
    }

    Server server() {
        return server;
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

    RequestTable requests() {
        return requests;
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
        boolean exposed = false;
        while (mayGoOn()) {
            if (ready != null && (reader.contentLeft() > 0 || !reader.hasNextBuffered())) {
                // nothing at hand says that it will not be alone
                exposed = true;
                if (!dispatch(ready, true)) {
                    return false;
                }
                ready = null;
                continue;
            }
            if (exposed && ready == null && handOverIfShared()) {
                return false;
            }
            if (reader.contentLeft() == 0) {
                if (!nextRecord()) {
                    peerClosed(null);
                    return true;
                }
                if (ready != null && records.mayWait()) {
                    continue;
                }
            }
            ServerRequest complete = records.handle();
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
            return isOpen();
        } finally {
            lock.unlock();
        }
    }

    /**
     * A thread that has run handlers is known to user code, which may interrupt it; on a connection of several requests
     * that would cost all of them.
     */
    private boolean handOverIfShared() {
        lock.lock();
        try {
            if (!output.isShared()) {
                return false;
            }
            reading = false;
            ensureReader();
            return true;
        } finally {
            lock.unlock();
        }
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
        boolean inline;
        lock.lock();
        try {
            if (!request.isOpen()) {
                return true;
            }
            request.dispatched(true);
            inline = mayBeInline && options.executor == null && !output.isShared();
            if (inline) {
                releaseRole();
            }
        } finally {
            lock.unlock();
        }
        counters().started.increment();
        if (!inline) {
            startElsewhere(request);
            return true;
        }
        request.run();
        Thread.interrupted(); // if the handler left one, it is not for what this thread does next
        lock.lock();
        try {
            boolean taken = !reading;
            reading = true;
            return taken;
        } finally {
            lock.unlock();
        }
    }

    private void startElsewhere(ServerRequest request) {
        try {
            if (options.executor != null) {
                options.executor.execute(request);
            } else {
                LibraryThreads.start(request);
            }
        } catch (Throwable e) { // rejected, or out of memory
            LOG.log(Level.WARNING, "no thread for {0}: {1}", request, e);
            lock.lock();
            try {
                while (request.isOpen() && !output.hasRoom(1)) {
                    output.awaitProgressUninterruptibly();
                }
                request.dispatched(false);
                request.abort(Reason.TIMEOUT, e);
                settle();
            } finally {
                lock.unlock();
            }
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
        if (reading || state == State.CLOSED) {
            return;
        }
        reading = true;
        try {
            LibraryThreads.start(this::read);
        } catch (Throwable e) { // OutOfMemoryError: the ticker tries again
            LOG.log(Level.WARNING, "no thread to read {0}: {1}", transport, e);
            releaseRole();
        }
    }

    /** Called by the ticker while a handler runs on the thread of the connection. */
    @Override
    public boolean tick(int tick) {
        if (!lock.tryLock()) {
            return true;
        }
        try {
            if (!reading && tick - freeSince >= 2) {
                ensureReader();
            }
            watched = !reading;
            return watched;
        } finally {
            lock.unlock();
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
        try {
            return pullRecords(request, stream, target, offset, length);
        } catch (FcgiProtocolException e) {
            protocolError(e);
            return 0;
        } catch (IOException e) {
            peerClosed(e);
            return 0;
        } finally {
            lock.lock();
            request.leaveIo(interrupted);
            pulling = null;
            pullingThread = null;
            releaseRole();
            if (output.isShared() || !request.isOpen() || !isOpen()) {
                ensureReader(); // more to read than this handler's input
            }
        }
    }

    /** Locked. The active request that a stream belongs to: in this state there is one at most. */
    private ServerRequest owner(StreamInput stream) {
        for (ServerRequest request : requests.active()) {
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
            if (records.hasContentOf(request, stream)) {
                return reader.read(target, offset, length);
            }
            records.handle(); // completes no head: a second request makes the connection shared, see below
            lock.lock();
            try {
                if (stream.hasEnded() || !request.isOpen() || output.isShared() || !isOpen()) {
                    return 0;
                }
            } finally {
                lock.unlock();
            }
        }
    }

    @Override
    public void roomMade(StreamInput stream) {
        records.roomMade();
    }

    // ---- requests; all locked

    boolean isAlone(ServerRequest request) {
        return requests.size() == 1 && requests.get(request.id()) == request;
    }

    /** {@return whether the connection closes when nothing is active any more} */
    boolean isLast() {
        return !keep || server.isDraining();
    }

    void shareIfNeeded() {
        if (requests.size() == 2 && !output.isShared()) {
            output.share();
            counters().multiplexed.increment();
        }
    }

    /** No record of the request is admitted any more; its id is free. */
    void requestEnded(ServerRequest request) {
        requests.remove(request);
        inputOpen |= !request.isInputComplete();
        idleSince = System.nanoTime();
        records.roomMade(); // the reader may be waiting for this handler
        if (!request.isDispatched()) {
            handlerReturned();
        }
    }

    void inputStaysOpen() {
        inputOpen = true;
    }

    void handlerReturned() {
        requests.handlerReturned();
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
        if (requests.isEmpty() && isLast()) {
            startClosing();
        }
    }

    /** Writes what the library says itself; stops reading while the peer does not take it. */
    void writeFromReader(RecordBuffer answer) throws IOException {
        answer.close();
        while (!output.hasRoom(answer.length())) {
            output.awaitProgressUninterruptibly();
        }
        if (isOpen()) {
            output.write(answer.array(), 0, answer.length());
        }
    }

    RecordBuffer newBuffer() {
        RecordBuffer buffer = spareBuffer;
        spareBuffer = null;
        return buffer == null ? new RecordBuffer(options.outputBuffer, options.recordPadding) : buffer;
    }

    /** Keeps the buffer of an ended request for the next one, unless a large response made it large. */
    void recycle(RecordBuffer buffer) {
        if (buffer.array().length <= RECYCLED_LENGTH) {
            buffer.clear();
            spareBuffer = buffer;
        }
    }

    // ---- the end

    /** Locked. */
    boolean isOpen() {
        return state == State.OPEN;
    }

    /** Locked. The last answer is on its way: says so to the peer and lets the reader finish. */
    private void startClosing() {
        if (isOpen()) {
            state = State.CLOSING;
            closingSince = System.nanoTime();
            if (reading) {
                output.endAfterFlush(); // the reader waits for the peer to close
            }
        }
    }

    /** Called by the reader at the end of the stream (no cause), or when reading failed. */
    private void peerClosed(IOException cause) {
        boolean ended = cause == null || cause instanceof EOFException;
        lock.lock();
        try {
            inputEnded = true;
            if (!requests.isEmpty()) {
                LOG.log(Level.DEBUG, "connection of {0} ended with {1} requests active: {2}", transport,
                        requests.size(), cause == null ? "closed by peer" : cause);
            }
            // after the last call it is we who ended the input
            if (ended && (options.tolerateHalfClose || lastCall)) {
                abortRequests(Reason.CONNECTION_LOST, cause, false);
                while (!requests.isEmpty()) {
                    output.awaitProgressUninterruptibly();
                }
            }
            abortRequests(Reason.CONNECTION_LOST, cause, true);
            if (!ended) {
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
        for (ServerRequest request : requests.snapshot()) {
            if (alsoComplete || !request.isInputComplete()) {
                request.abort(reason, cause);
            }
        }
    }

    /** Closes without destroying a response in flight; called once, by the holder of the role. */
    private void close() {
        try {
            if (flushForClose()) {
                drain();
            }
        } finally {
            transport.close();
            lock.lock();
            try {
                state = State.CLOSED;
            } finally {
                lock.unlock();
            }
            server.closed(this);
        }
    }

    /** Waits until all is written. Returns whether there may be input left, which would turn the close into a reset. */
    private boolean flushForClose() {
        lock.lock();
        try {
            startClosing();
            boolean linger = !inputEnded && (inputOpen || !reader.isAtBorder());
            if (linger || !output.isIdle()) {
                output.endAfterFlush();
            }
            while (!output.isIdle()) {
                output.awaitProgressUninterruptibly(); // not longer than the write time-out
            }
            return linger;
        } finally {
            lock.unlock();
        }
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
            if (output.isStuck(options.writeTimeout, now)) {
                LOG.log(Level.DEBUG, "write time-out: {0}", transport);
                giveUp(Reason.TIMEOUT, new IOException("the web server took no output in time"));
            } else if (state == State.CLOSING && output.isIdle() && TimeLimit.isOver(closingTime(), closingSince, now)) {
                transport.close();
            } else if (isOpen() && requests.isEmpty()) {
                checkIdle(now);
            } else if (isOpen()) {
                requests.snapshot().forEach(request -> request.check(now));
                settle();
            }
        } finally {
            lock.unlock();
        }
    }

    /** How long the peer may take to close its side; a stop does not wait for ever. */
    private long closingTime() {
        return server.isDraining() ? DRAINING_CLOSING_TIME : CLOSING_TIME;
    }

    private void checkIdle(long now) {
        long limit = server.isDraining() ? DRAINING_IDLE_TIME : options.idleTimeout;
        if (!lastCall && reading && TimeLimit.isOver(limit, idleSince, now)) {
            lastCall = true;
            keep = false;
            transport.shutdownInput(); // what has arrived is still answered; a new request fails at its sender
        }
    }
}
