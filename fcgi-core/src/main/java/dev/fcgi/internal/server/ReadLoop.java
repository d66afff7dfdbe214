package dev.fcgi.internal.server;

import dev.fcgi.internal.conn.Inbound;
import dev.fcgi.internal.conn.Log;
import dev.fcgi.internal.conn.Output;
import dev.fcgi.internal.conn.ReaderRole;
import dev.fcgi.internal.conn.StreamInput;
import dev.fcgi.internal.io.Transport;
import dev.fcgi.internal.wire.RecordReader;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Reads one connection, and decides where the request of a complete head is handled.
 *
 * <p>One thread at a time has the {@link ReaderRole} and may touch the {@link RecordReader}. A thread that has read a
 * whole head, with nothing else active or buffered, releases the role and runs the handler itself: no hand-off, and a
 * body is read by the handler straight from the socket ({@link #pull}). Where a handler lasts, the ticker starts another
 * thread, which reads on: it sees the abort, the closed connection, the next request. When the handler returns, its
 * thread takes the role again if it is free, and ends otherwise. With a second request active, or an executor,
 * handlers run on threads of their own and the reader stays the reader. Whoever holds the role at the end closes the
 * connection.
 */
final class ReadLoop implements StreamInput.Source, Runnable {
    private static final Log RECORDS = Log.of("dev.fcgi.record");

    private final ServerConnection connection;
    private final Options options;
    private final Transport transport;
    private final Output output;
    private final ReentrantLock lock;
    private final ReaderRole role;

    /** Confined to the holder of the role, like the handler of records. */
    private final RecordReader reader;
    private final Inbound inbound;
    private final RecordHandler records;
    private boolean traceRecords;
    /** Whether the thread that has the role has run handlers. */
    private boolean exposed;
    /** The same before the latest request. */
    private boolean inUse;
    /** The holder of the role while it gives a task to the executor; written by that thread only. */
    private Thread lending;
    /** Made when the first handler needs a thread of its own. */
    private HandlerThreads handlers;

    // all below: guarded by the lock

    /** The request whose handler has the role, reading its own input, and the thread; null when no handler has. */
    private ServerRequest pulling;
    private Thread pullingThread;

    ReadLoop(ServerConnection connection) {
        this.connection = connection;
        this.options = connection.options();
        this.transport = connection.transport();
        this.output = connection.output();
        this.lock = connection.lock();
        this.role = new ReaderRole(lock, connection.server().ticker(), connection, this, connection.log());
        this.reader = new RecordReader(transport.input());
        this.inbound = new Inbound(reader, lock, options.clock);
        this.records = new RecordHandler(connection, reader, inbound);
    }

    /** Reads and acts until the connection ends or another thread reads; runs on a virtual thread with the role. */
    @Override
    public void run() {
        boolean holding = true;
        exposed = false;
        traceRecords = RECORDS.isTraced();
        try {
            while (holding && connection.isOpen()) {
                letOthersRun();
                // here idle connections wait, and not further down: what lies on the stack stays in the heap
                if (reader.await()) {
                    holding = actOnRecords();
                } else {
                    connection.peerClosed(null);
                }
            }
        } catch (Throwable e) {
            connection.failed(e, reader);
        }
        if (holding) {
            connection.close();
        }
    }

    /**
     * Acts on all that was received, to the end of the last record.
     *
     * @return false when another thread has taken the role over
     */
    private boolean actOnRecords() throws IOException {
        ServerRequest ready = null;
        while (connection.isOpen()) {
            if (ready != null
                    && (options.executor != null || reader.contentLeft() > 0 || !reader.hasNextBuffered())) {
                // nothing at hand says that it will not be alone
                if (begins(ready)) {
                    ready.handle();
                    Thread.interrupted(); // if the handler left one, it is not for what this thread does next
                    if (!takeAgain()) {
                        return false;
                    }
                    exposed = true;
                } else if (!startElsewhere(ready)) {
                    return false;
                }
                ready = null;
                continue;
            }
            if (exposed && ready == null && output.isShared()) {
                handOver();
                return false;
            }
            if (ready == null && reader.isAtBorder()) {
                return true;
            }
            if (reader.contentLeft() == 0) {
                if (!nextRecord()) {
                    connection.peerClosed(null);
                    return true;
                }
                if (ready != null && records.mayWait()) {
                    continue;
                }
            }
            ServerRequest complete = records.handle();
            if (complete != null) {
                if (ready != null) {
                    startElsewhere(ready); // with no executor, which could take the role
                }
                ready = complete;
            }
        }
        return true;
    }

    /**
     * A thread that has run handlers is known to user code, which may interrupt it; on a connection of several requests
     * that would cost all of them.
     */
    private void handOver() {
        lock.lock();
        try {
            role.handOver();
        } finally {
            lock.unlock();
        }
    }

    private boolean nextRecord() throws IOException {
        if (!reader.next()) {
            return false;
        }
        if (traceRecords) {
            RECORDS.trace("<< {0} {1}", transport, reader);
        }
        return true;
    }

    /**
     * Begins a request on this thread, which gives up the role for that time, if it is alone and may run here.
     *
     * @return false when it has to be handled elsewhere
     */
    private boolean begins(ServerRequest request) {
        if (options.executor != null || output.isShared()) {
            return false;
        }
        lock.lock();
        try {
            if (!request.isOpen()) {
                return false;
            }
            request.dispatched(true);
            request.begin();
            role.release();
        } finally {
            lock.unlock();
        }
        return true;
    }

    /** After a handler has run on this thread. Returns whether it has the role now: another one may have taken it. */
    private boolean takeAgain() {
        lock.lock();
        try {
            if (!role.take()) {
                return false;
            }
            if (connection.isOpen() && connection.requests().isEmpty()) {
                reader.shrink();
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    /**
     * On a connection in use the next request is on its way, if others have the processor meanwhile. A read right now
     * would find nothing, and park this thread to be woken up again: three calls of the system more.
     */
    private void letOthersRun() {
        if (inUse && !reader.hasMoreBuffered()) {
            Thread.yield();
        }
        inUse = exposed;
    }

    /**
     * Has a request handled on another thread, unless it has ended, or on this one, if the executor insists.
     *
     * @return false when another thread has taken the role over
     */
    private boolean startElsewhere(ServerRequest request) {
        try {
            lock.lock();
            try {
                if (!request.isOpen()) {
                    return true;
                }
                request.dispatched(true);
                if (options.executor == null) {
                    handlers().execute(request);
                    return true;
                }
            } finally {
                lock.unlock();
            }
            lending = Thread.currentThread();
            options.executor.execute(request);
        } catch (Throwable e) { // rejected, or out of memory
            if (request.reject()) { // else it was run all the same
                connection.log().log(Level.WARNING, e, "no thread for {0}", request);
            }
        }
        return options.executor == null || takeBack();
    }

    /** Locked. If the calling thread has just given a task to the executor, and runs it itself: another may read. */
    void lend() {
        assert lock.isHeldByCurrentThread();
        if (lending == Thread.currentThread()) {
            lending = null;
            role.release();
            if (output.isShared()) {
                role.ensureTaken();
            }
        }
    }

    /** After the executor has returned. Returns whether this thread has the role, still or again. */
    private boolean takeBack() {
        Thread.interrupted(); // if a handler or the executor left one, it is not for what this thread does next
        if (lending == Thread.currentThread()) {
            lending = null;
            return true;
        }
        if (!takeAgain()) {
            return false;
        }
        exposed = true;
        return true;
    }

    private HandlerThreads handlers() {
        if (handlers == null) {
            handlers = new HandlerThreads(lock, connection.log());
        }
        return handlers;
    }

    /** Locked. Called by the ticker now and then, whoever has the role. */
    void check() {
        assert lock.isHeldByCurrentThread();
        role.check();
        if (handlers != null) {
            handlers.startAnother();
        }
    }

    ReaderRole role() {
        return role;
    }

    /** Locked. The request has ended, its handler goes on: the connection must not wait for its thread. */
    void abandon(ServerRequest request) {
        assert lock.isHeldByCurrentThread();
        if (pulling != request) {
            role.ensureTaken();
        } else if (pullingThread != Thread.currentThread()) {
            connection.closeAfterLast();
            transport.shutdownInput(); // wakes up the handler's read; there is no other way
        }
    }

    /** Whether the last record was taken whole and nothing lies behind it. For the holder of the role. */
    boolean isAtBorder() {
        return reader.isAtBorder();
    }

    /** Reads and drops what arrives until the end of the stream or some bytes. For the holder of the role. */
    void drain(long max) {
        try {
            long drained = 0;
            for (int count; drained < max && (count = reader.discard()) >= 0; ) {
                drained += count;
            }
        } catch (IOException ignored) {
            // reset by the peer, or closed by the ticker: the end either way
        }
    }

    /** Nobody reads any more. For the holder of the role. */
    void end() {
        reader.end();
    }

    // ---- input that a handler reads itself

    /** Locked. */
    @Override
    public int pull(StreamInput stream, byte[] target, int offset, int length) throws IOException {
        assert lock.isHeldByCurrentThread();
        ServerRequest request = role.isTaken() ? null : connection.requests().find(one -> one.hasInput(stream));
        if (request == null) {
            stream.await();
            return 0;
        }
        role.take();
        pulling = request;
        pullingThread = Thread.currentThread();
        boolean interrupted = request.enterIo();
        lock.unlock();
        try {
            return pullRecords(request, stream, target, offset, length);
        } catch (Throwable e) {
            connection.failed(e, reader);
            return 0;
        } finally {
            lock.lock();
            request.leaveIo(interrupted);
            pulling = null;
            pullingThread = null;
            role.release();
            if (output.isShared() || !request.isOpen() || !connection.isOpen()) {
                role.ensureTaken(); // more to read than this handler's input
            }
        }
    }

    private int pullRecords(ServerRequest request, StreamInput stream, byte[] target, int offset, int length)
            throws IOException {
        while (true) {
            if (reader.contentLeft() == 0 && !nextRecord()) {
                connection.peerClosed(null);
                return 0;
            }
            if (records.hasContentOf(request, stream)) {
                return reader.read(target, offset, length);
            }
            records.handle(); // completes no head: a second request makes the connection shared, see below
            lock.lock();
            try {
                if (stream.hasEnded() || !request.isOpen() || output.isShared() || !connection.isOpen()) {
                    return 0;
                }
            } finally {
                lock.unlock();
            }
        }
    }

    /** Locked. */
    @Override
    public int available(StreamInput stream) {
        assert lock.isHeldByCurrentThread();
        ServerRequest request = role.isTaken() ? null : connection.requests().find(one -> one.hasInput(stream));
        return request == null ? 0 : records.available(request, stream);
    }

    @Override
    public void roomMade(StreamInput stream) {
        connection.roomMade(stream);
        wakeUp();
    }

    /** Locked. */
    void requestEnded(ServerRequest request) {
        assert lock.isHeldByCurrentThread();
        records.requestEnded(request);
    }

    /** Locked. Has a reader that waits for a slow handler look again. */
    void wakeUp() {
        assert lock.isHeldByCurrentThread();
        inbound.wakeUp();
    }
}
