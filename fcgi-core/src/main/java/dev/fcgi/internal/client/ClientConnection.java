package dev.fcgi.internal.client;

import dev.fcgi.FcgiProtocolException;
import dev.fcgi.Role;
import dev.fcgi.client.RequestTimeoutException.Limit;
import dev.fcgi.client.ResponseLostException;
import dev.fcgi.internal.conn.LibraryThreads;
import dev.fcgi.internal.conn.Log;
import dev.fcgi.internal.conn.Output;
import dev.fcgi.internal.conn.StreamInput;
import dev.fcgi.internal.conn.Ticker;
import dev.fcgi.internal.conn.TimeLimit;
import dev.fcgi.internal.io.Transport;
import dev.fcgi.internal.wire.Fcgi;
import dev.fcgi.internal.wire.RecordBuffer;
import dev.fcgi.internal.wire.RecordReader;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One connection to an application.
 *
 * <p>One virtual thread reads it for as long as it lives, also while it is idle in the pool: that it was closed is known
 * before somebody takes it. The thread that calls writes the request; a body of some size has a thread of its own. State
 * is guarded by one lock, which is never held over I/O; methods marked "Locked" expect it. It may be taken under the
 * pool's lock, never the other way round.
 */
final class ClientConnection implements StreamInput.Source, Ticker.Ticked {
    private static final Log LOG = Log.of("dev.fcgi.client");
    /** A body up to this goes out in one write with the head. */
    private static final int SMALL_BODY = 16 * 1024;
    /** How long an application may take to end an aborted request before the connection is given up. */
    private static final long ABORT_TIME = TimeUnit.SECONDS.toNanos(5);

    private final ConnectionPool pool;
    private final ClientOptions options;
    private final Transport transport;
    private final int maxRequests;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition roomMade = lock.newCondition();
    private final Output output;
    /** Confined to the reading thread. */
    private final RecordReader reader;
    private final byte[] endBody = new byte[Fcgi.BODY_LENGTH];

    // guarded by the lock
    private final Map<Integer, ClientCall> calls = new HashMap<>(4);
    private boolean usedBefore;
    private boolean usable = true;
    private long idleSince = System.nanoTime();

    /**
     * Creates a connection; {@link #start} makes it read.
     *
     * @param maxRequests how many requests the application takes at once on it
     */
    ClientConnection(ConnectionPool pool, ClientOptions options, Transport transport, int maxRequests) {
        this.pool = pool;
        this.options = options;
        this.transport = transport;
        this.maxRequests = maxRequests;
        this.output = new Output(transport, lock);
        this.reader = new RecordReader(transport);
        if (maxRequests > 1) {
            output.share();
        }
    }

    void start() {
        LibraryThreads.start(this::read);
    }

    ReentrantLock lock() {
        return lock;
    }

    ClientOptions options() {
        return options;
    }

    // ---- for the pool

    /** {@return how many more requests it takes now; 0 when it is to be given up} */
    int room() {
        lock.lock();
        try {
            return usable ? maxRequests - calls.size() : 0;
        } finally {
            lock.unlock();
        }
    }

    /** Closes an idle connection. */
    void closeIdle() {
        lock.lock();
        try {
            usable = false;
        } finally {
            lock.unlock();
        }
        transport.close();
    }

    boolean isIdle() {
        lock.lock();
        try {
            return calls.isEmpty();
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

    /** {@return whether an earlier request was answered on it: then its end may be a matter of age} */
    boolean wasUsedBefore() {
        lock.lock();
        try {
            return usedBefore;
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
            if (!usable || calls.size() >= maxRequests) {
                return null;
            }
            int id = 1; // the lowest that is free: applications keep tables
            while (calls.containsKey(id)) {
                id++;
            }
            ClientCall call = new ClientCall(this, id, request);
            calls.put(id, call);
            roomMade.signalAll(); // from now on somebody waits behind a caller who does not read
            return call;
        } finally {
            lock.unlock();
        }
    }

    /** Sends the head of a request, and its input if that is small; starts to send it otherwise. Blocks on writing. */
    void send(ClientCall call) {
        CallRequest request = call.request();
        RecordBuffer records = new RecordBuffer(0, true);
        RequestEncoder.appendHead(records, call.id(), request.role(), options.keepAlive, request.params());
        boolean authorizer = request.role() == Role.AUTHORIZER.code();
        boolean small = request.body() == null && request.bodyBytes().length <= SMALL_BODY && request.data() == null;
        if (small) {
            if (!authorizer) {
                records.appendAll(Fcgi.STDIN, call.id(), request.bodyBytes(), request.bodyBytes().length);
            }
            records.endStream(Fcgi.STDIN, call.id());
        }
        records.close();
        lock.lock();
        try {
            if (small) {
                call.inputSent();
            }
            write(call, records);
        } catch (IOException e) {
            lost(e);
        } finally {
            lock.unlock();
        }
        if (!small) {
            LibraryThreads.start(new InputSender(this, call));
        }
    }

    /** Locked. Returns false when the call needs nothing any more. */
    private boolean write(ClientCall call, RecordBuffer records) throws IOException {
        while (isLive(call) && !output.hasRoom(records.length())) {
            output.awaitProgress();
        }
        if (!isLive(call)) {
            return false;
        }
        boolean interrupted = Thread.interrupted(); // inside the socket it would close the connection
        try {
            output.write(records.array(), 0, records.length());
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
        call.inputProgress();
        return true;
    }

    private boolean isLive(ClientCall call) {
        return calls.get(call.id()) == call && !call.hasFailed() && !call.isAbandoned();
    }

    /** Sends a piece of an input stream, or its end when the length is 0. Returns false when it is of no use. */
    boolean writeInput(ClientCall call, int type, byte[] bytes, int offset, int length) throws IOException {
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
        lock.lock();
        try {
            if (calls.get(call.id()) != call || call.isAbandoned()) {
                return;
            }
            call.fail(failure);
            call.abandoned();
            output.wakeUp();
            roomMade.signalAll();
            if (maxRequests > 1) {
                RecordBuffer records = new RecordBuffer(0, false);
                records.abortRequest(call.id());
                output.stage(records.array(), 0, records.length());
            } else {
                giveUp(null);
            }
        } catch (IOException e) {
            lost(e);
        } finally {
            lock.unlock();
        }
    }

    // ---- reading

    private void read() {
        try {
            while (reader.next()) {
                record();
            }
            end(null);
        } catch (IOException e) {
            end(e);
        } catch (Throwable e) {
            LOG.log(Level.ERROR, "connection to " + transport + " given up", e);
            end(new IOException("internal error", e));
        }
    }

    private void record() throws IOException {
        ClientCall call = find(reader.requestId());
        if (call == null) {
            reader.ignoreContent(); // management records, and requests that nobody asked for
            return;
        }
        switch (reader.type()) {
            case Fcgi.STDOUT -> stdout(call);
            case Fcgi.STDERR -> stderr(call);
            case Fcgi.END_REQUEST -> endRequest(call);
            default -> reader.ignoreContent();
        }
    }

    private ClientCall find(int id) {
        lock.lock();
        try {
            ClientCall call = calls.get(id);
            if (call != null) {
                call.received();
            }
            return call;
        } finally {
            lock.unlock();
        }
    }

    private void stdout(ClientCall call) throws IOException {
        for (int count; (count = reader.fill()) > 0; ) {
            lock.lock();
            try {
                int taken = call.stdoutQueue().offer(reader.array(), reader.position(), count);
                reader.skip(taken);
                call.received();
                call.outputReceived();
                if (taken < count) {
                    awaitRoom(call);
                }
            } finally {
                lock.unlock();
            }
        }
    }

    /** Locked. Waits for a caller who does not read; not for ever when others wait behind him. */
    private void awaitRoom(ClientCall call) throws IOException {
        long left = options.stallTimeout;
        try {
            while (call.stdoutQueue().isFull() && !call.hasFailed() && transport.isOpen()) {
                if (calls.size() == 1) {
                    roomMade.await();
                } else if (left > 0) {
                    left = roomMade.awaitNanos(left);
                } else {
                    call.timeOut(Limit.STALL);
                    abort(call, () -> new IOException("stalled"));
                }
            }
            call.received(); // the time was the caller's
        } catch (InterruptedException e) {
            throw new IOException("the reading thread was interrupted", e); // nobody knows it
        }
    }

    private void stderr(ClientCall call) throws IOException {
        for (int count; (count = reader.fill()) > 0; reader.skip(count)) {
            lock.lock();
            try {
                call.stderr(reader.array(), reader.position(), count);
            } finally {
                lock.unlock();
            }
        }
    }

    private void endRequest(ClientCall call) throws IOException {
        if (reader.contentLength() < Fcgi.BODY_LENGTH) {
            throw new FcgiProtocolException("END_REQUEST of " + reader.contentLength() + " bytes instead of 8");
        }
        for (int filled = 0; filled < endBody.length; ) {
            filled += reader.read(endBody, filled, endBody.length - filled);
        }
        reader.ignoreContent();
        int appStatus = (endBody[0] & 0xFF) << 24 | (endBody[1] & 0xFF) << 16 | (endBody[2] & 0xFF) << 8
                | endBody[3] & 0xFF;
        lock.lock();
        try {
            calls.remove(call.id());
            call.ended(appStatus, endBody[4] & 0xFF);
            usedBefore = true;
            idleSince = System.nanoTime();
            roomMade.signalAll();
            output.wakeUp();
            // input that was not sent to its end would be taken for something else
            if (!options.keepAlive || !call.isInputSent()) {
                usable = false;
            }
            if (!usable && calls.isEmpty()) {
                giveUp(null);
            }
        } finally {
            lock.unlock();
        }
        pool.released(this);
    }

    // ---- the end

    /** Locked. Closes the connection; the reading thread does the rest. */
    private void giveUp(IOException cause) {
        usable = false;
        if (cause != null) {
            output.fail(cause);
        }
        transport.close();
    }

    private void lost(IOException cause) {
        failCalls(cause);
        giveUp(cause);
    }

    private void failCalls(IOException cause) {
        for (ClientCall call : List.copyOf(calls.values())) {
            boolean unseen = !call.hasReceived() && !call.isInputSent() && cause != null;
            call.fail(() -> new ResponseLostException(cause == null
                    ? "the application closed the connection before the end of the response"
                    : "connection lost before the end of the response: " + cause.getMessage(), unseen, cause));
        }
    }

    private void end(IOException cause) {
        lock.lock();
        try {
            failCalls(cause);
            giveUp(cause == null ? new IOException("closed by the application") : cause);
            calls.clear();
            roomMade.signalAll();
        } finally {
            lock.unlock();
        }
        pool.closed(this);
    }

    // ---- StreamInput.Source

    @Override
    public int pull(StreamInput stream, byte[] target, int offset, int length) throws IOException {
        stream.await();
        return 0;
    }

    @Override
    public void roomMade(StreamInput stream) {
        roomMade.signalAll();
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
        try {
            for (ClientCall call : List.copyOf(calls.values())) {
                checkCall(call, now);
            }
            if (output.isStuck(options.idleTimeout, now)) {
                lost(new IOException("the application took no input in time"));
            }
        } finally {
            lock.unlock();
        }
        pool.checkIdle(this, now);
    }

    private void checkCall(ClientCall call, long now) {
        if (call.isAbandoned()) {
            if (call.isUnendedSince(ABORT_TIME, now)) {
                lost(new IOException("an aborted request was not ended in time"));
            }
            return;
        }
        Limit limit = call.exceeded(now);
        if (limit != null) {
            call.timeOut(limit);
            abort(call, () -> new IOException("time-out"));
        }
    }
}
