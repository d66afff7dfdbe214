package dev.fcgi.internal.server;

import dev.fcgi.FcgiProtocolException;
import dev.fcgi.RequestAbortedException.Reason;
import dev.fcgi.internal.conn.Log;
import dev.fcgi.internal.conn.Output;
import dev.fcgi.internal.conn.Stopwatch;
import dev.fcgi.internal.conn.StreamInput;
import dev.fcgi.internal.conn.Ticker;
import dev.fcgi.internal.io.Transport;
import dev.fcgi.internal.wire.RecordBuffer;
import dev.fcgi.internal.wire.RecordReader;
import java.io.EOFException;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * One connection of a web server: its requests, and when it is over. Who reads it is the {@link ReadLoop}'s, what its
 * records mean the {@link RecordHandler}'s.
 *
 * <p>State is guarded by one lock, which is never held over I/O or while user code runs. Methods marked "Locked" expect
 * it to be held.
 */
final class ServerConnection implements Ticker.Ticked {
    private static final int MAX_SPARE_LENGTH = 4096;
    private static final long MAX_DRAINED = 16 * 1024 * 1024;
    private static final long CLOSING_TIME = TimeUnit.SECONDS.toNanos(5);
    private static final long DRAINING_CLOSING_TIME = TimeUnit.SECONDS.toNanos(1);
    private static final long DRAINING_IDLE_TIME = TimeUnit.MILLISECONDS.toNanos(250);

    private static final IOException BROKEN_OFF = new IOException("given up for want of memory");

    /** For requests that are left when their connection is over, because something failed. */
    private static final Consumer<ServerRequest> END = request -> request.abort(Reason.CONNECTION_LOST, null);

    private enum State { OPEN, CLOSING, CLOSED }

    private final Server server;
    private final Options options;
    private final Transport transport;
    private final ReentrantLock lock = new ReentrantLock();
    private final Output output;
    private final ReadLoop loop;

    // all below: guarded by the lock

    private final RequestTable requests = new RequestTable();
    private final Heads heads;
    /** The one stream whose queue is larger than usual, or null. */
    private StreamInput extended;

    /** Written under the lock; the reader looks without. */
    private volatile State state = State.OPEN;
    /** False once a request came without KEEP_CONN. */
    private boolean keep = true;
    /** Whether the connection was idle for too long: what still arrives is answered, then it closes. */
    private boolean lastCall;
    /** Whether the peer may still send what belongs to requests that have ended. */
    private boolean inputOpen;
    private boolean inputEnded;
    private final Stopwatch idle = new Stopwatch();
    private final Stopwatch closing = new Stopwatch();

    ServerConnection(Server server, Transport transport) {
        this.server = server;
        this.options = server.options();
        this.heads = server.newHeads();
        this.transport = transport;
        this.output = new Output(transport, lock, false);
        this.loop = new ReadLoop(this);
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

    Log log() {
        return server.log();
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

    Heads heads() {
        return heads;
    }

    int headCount() {
        lock.lock();
        try {
            return heads.count();
        } finally {
            lock.unlock();
        }
    }

    /** {@return what the input streams of requests read from} */
    StreamInput.Source input() {
        return loop;
    }

    /** {@return what reads and acts until the connection ends; to be run once, by a virtual thread of its own} */
    Runnable reader() {
        return this::serve;
    }

    private void serve() {
        boolean allowed = false;
        try {
            allowed = isAllowed();
        } finally {
            if (!allowed) {
                transport.close();
                close();
            }
        }
        if (allowed) {
            counters().accepted.increment();
            loop.run();
        }
    }

    /** Asks who decides about peers: code of others, which may take its time on this thread. */
    private boolean isAllowed() {
        assert !lock.isHeldByCurrentThread();
        try {
            if (options.allowedPeers.test(transport.peer())) {
                return true;
            }
            log().log(Level.WARNING, "connection of {0} refused", transport);
        } catch (Throwable e) {
            log().log(Level.WARNING, e, "connection of {0} refused, allowedPeers failed", transport);
        } finally {
            Thread.interrupted(); // if it left one, it is not for what this thread does next
        }
        return false;
    }

    void handle(ServerRequest request) throws Exception {
        assert !lock.isHeldByCurrentThread();
        server.handle(request);
    }

    // ---- requests

    /** Locked. */
    boolean isAlone(ServerRequest request) {
        assert lock.isHeldByCurrentThread();
        return requests.size() == 1 && requests.get(request.id()) == request;
    }

    /** {@return whether the connection closes when nothing is active any more} */
    boolean isLast() {
        return !keep || server.isDraining();
    }

    /** {@return whether the connection, while something is active, takes no new requests} */
    boolean isRefusing() {
        return !keep || server.isRefusing();
    }

    /** Locked. */
    void shareIfNeeded() {
        assert lock.isHeldByCurrentThread();
        if (requests.size() == 2 && !output.isShared()) {
            output.share();
            counters().multiplexed.increment();
        }
    }

    /** Locked. No record of the request is admitted any more; its id is free. */
    void requestEnded(ServerRequest request) {
        assert lock.isHeldByCurrentThread();
        requests.remove(request);
        loop.requestEnded(request);
        inputOpen |= !request.isInputComplete();
        idle.restart();
        loop.wakeUp(); // the reader may be waiting for this handler
        if (!request.isDispatched()) {
            request.handlerReturned();
        }
    }

    /** Locked. */
    void inputStaysOpen() {
        assert lock.isHeldByCurrentThread();
        inputOpen = true;
    }

    /** Locked. */
    void handlerReturned(boolean counted) {
        assert lock.isHeldByCurrentThread();
        requests.handlerReturned();
        if (counted) {
            server.releaseRequest();
        }
    }

    /** Locked. Has a full queue take more, to see what lies behind that input; one of a connection, and a few of all. */
    boolean extend(StreamInput stream, int more) {
        assert lock.isHeldByCurrentThread();
        if (extended != null || !server.admitReadAhead()) {
            return false;
        }
        extended = stream;
        stream.extend(more);
        return true;
    }

    /** Locked. A stream has room, or is over. */
    void roomMade(StreamInput stream) {
        assert lock.isHeldByCurrentThread();
        if (extended == stream && !stream.isExtended()) {
            extended = null;
            server.releaseReadAhead();
        }
    }

    /** Locked. The request has ended, its handler goes on: the connection must not wait for its thread. */
    void abandon(ServerRequest request) {
        assert lock.isHeldByCurrentThread();
        if (request.isDispatched()) {
            loop.abandon(request);
        }
    }

    /** Locked. */
    void lendRole() {
        assert lock.isHeldByCurrentThread();
        loop.lend();
    }

    /** Locked. */
    void closeAfterLast() {
        assert lock.isHeldByCurrentThread();
        keep = false;
    }

    /** Locked. Closes the connection if it has nothing more to do. */
    void settle() {
        assert lock.isHeldByCurrentThread();
        if (requests.isEmpty() && isLast()) {
            startClosing();
        }
    }

    /** Locked. Writes what the library says itself; stops reading while the peer does not take it. */
    void writeFromReader(RecordBuffer answer) throws IOException {
        assert lock.isHeldByCurrentThread();
        answer.close();
        output.awaitRoom(answer.length(), () -> true);
        if (isOpen()) {
            output.write(answer);
        }
    }

    RecordBuffer newBuffer() {
        RecordBuffer buffer = server.spareBuffers().take();
        return buffer == null ? new RecordBuffer(options.outputBuffer, true) : buffer;
    }

    /** Keeps the buffer of an ended request for another one, unless a large response made it larger. */
    void recycle(RecordBuffer buffer) {
        buffer.release();
        if (buffer.memory() <= MAX_SPARE_LENGTH) {
            server.spareBuffers().keep(buffer);
        }
    }

    // ---- the end

    /** {@return whether this connection goes on; it may be over the moment after, unless the lock is held} */
    boolean isOpen() {
        return state == State.OPEN;
    }

    boolean isClosed() {
        return state == State.CLOSED;
    }

    /** Locked. The last answer is on its way: says so to the peer and lets the reader finish. */
    private void startClosing() {
        assert lock.isHeldByCurrentThread();
        if (isOpen()) {
            state = State.CLOSING;
            if (loop.role().isTaken()) {
                output.endAfterFlush(); // the reader waits for the peer to close
            }
        }
    }

    /** Called by the reader at the end of the stream (no cause), or when reading failed. */
    void peerClosed(IOException cause) {
        boolean ended = cause == null || cause instanceof EOFException;
        lock.lock();
        try {
            inputEnded = true;
            if (!requests.isEmpty()) {
                log().log(Level.DEBUG, "connection of {0} ended with {1} requests active: {2}", transport,
                        requests.size(), cause == null ? "closed by peer" : cause);
            }
            if (ended && lastCall) { // it is we who ended the input
                abortRequests(Reason.CONNECTION_LOST, cause, false);
                output.awaitUntil(requests::isEmpty);
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

    /** Called by the reader: the record at hand, or what is in it, breaks the protocol. */
    void protocolError(FcgiProtocolException e, RecordReader reader) {
        counters().protocolErrors.increment();
        log().log(Level.WARNING, "protocol error of {0}, connection closed: {1} (record {2})", transport, e.getMessage(),
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
        assert lock.isHeldByCurrentThread();
        giveUp(Reason.CONNECTION_LOST, cause);
    }

    /** Locked. Nothing can be said any more, for want of memory: the reader finds the connection closed. */
    void breakOff() {
        assert lock.isHeldByCurrentThread();
        keep = false;
        output.fail(BROKEN_OFF);
        transport.close();
    }

    /** Locked. */
    private void giveUp(Reason reason, IOException cause) {
        assert lock.isHeldByCurrentThread();
        output.fail(cause);
        abortRequests(reason, cause, true);
        startClosing();
        transport.close(); // wakes up the reader
    }

    /** Locked. */
    private void abortRequests(Reason reason, Throwable cause, boolean alsoComplete) {
        assert lock.isHeldByCurrentThread();
        requests.forEach(request -> {
            if (alsoComplete || !request.isComplete()) {
                request.abort(reason, cause);
            }
        });
    }

    /** Called by the holder of the role when reading, or acting on what was read, has failed. Throws nothing. */
    void failed(Throwable e, RecordReader reader) {
        try {
            if (e instanceof FcgiProtocolException protocol) {
                protocolError(protocol, reader);
            } else if (e instanceof IOException io) {
                peerClosed(io);
            } else {
                peerClosed(new IOException("internal error", e));
                log().log(Level.ERROR, e, "connection of {0} given up", transport);
            }
        } catch (Throwable outOfMemory) {
            lock.lock();
            try {
                breakOff(); // close() ends what is left
            } finally {
                lock.unlock();
            }
        }
    }

    /** Closes without destroying a response in flight; called once, by the holder of the role. Throws nothing. */
    void close() {
        try {
            if (flushForClose()) {
                loop.drain(MAX_DRAINED);
            }
        } catch (Throwable ignored) {
            // out of memory: what comes now needs none
        }
        transport.close();
        loop.end();
        lock.lock();
        try {
            output.fail(BROKEN_OFF);
            requests.forEach(END);
            state = State.CLOSED;
        } finally {
            lock.unlock();
        }
        server.closed(this);
    }

    /** Waits until all is written. Returns whether there may be input left, which would turn the close into a reset. */
    private boolean flushForClose() {
        lock.lock();
        try {
            output.abandonWrite(); // an Error may have torn the reader out of its own
            startClosing();
            // a peer that hears of the end only now may be sending its next request
            boolean linger = !inputEnded && (inputOpen || server.isDraining() || !loop.isAtBorder());
            if (linger || !output.isIdle()) {
                output.endAfterFlush();
            }
            output.awaitUntil(output::isIdle); // not longer than the write timeout
            return linger;
        } finally {
            lock.unlock();
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

    @Override
    public boolean tick(int tick) {
        if (isClosed()) {
            return false;
        }
        if (!lock.tryLock()) {
            return true;
        }
        try {
            return loop.role().tick(tick);
        } finally {
            lock.unlock();
        }
    }

    /** Called by the ticker: enforces the limits on time. */
    @Override
    public void check(long now) {
        if (!lock.tryLock()) {
            return;
        }
        try {
            loop.check();
            if (output.isStuck(options.writeTimeout, now)) {
                log().log(Level.WARNING, "write timeout: {0}", transport);
                giveUp(Reason.WRITE_TIMEOUT, new IOException("the web server took no output in time"));
            } else if (state == State.CLOSING) {
                if (output.isIdle() && closing.isOver(closingTime(), now)) {
                    transport.close();
                }
            } else if (isOpen() && output.hasFailed()) { // in a thread that has no handler to tell it to
                giveUp(Reason.CONNECTION_LOST, null);
            } else if (isOpen() && requests.isEmpty()) {
                checkIdle(now);
            } else if (isOpen()) {
                requests.forEach(request -> request.check(now));
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
        long limit = server.isDraining() ? DRAINING_IDLE_TIME : options.keepAliveTimeout;
        if (!lastCall && loop.role().isTaken() && idle.isOver(limit, now)) {
            lastCall = true;
            keep = false;
            transport.shutdownInput(); // what has arrived is still answered; a new request fails at its sender
        }
    }

    /** For logs. */
    @Override
    public String toString() {
        return transport.toString();
    }
}
