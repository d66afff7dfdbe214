package dev.fcgi.internal.client;

import dev.fcgi.client.RequestTimeoutException.Limit;
import dev.fcgi.internal.conn.StreamInput;
import dev.fcgi.internal.io.Transport;
import dev.fcgi.internal.wire.EndRequestBody;
import dev.fcgi.internal.wire.Fcgi;
import dev.fcgi.internal.wire.RecordReader;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Reads a connection to an application, on a virtual thread, for as long as it lives, also while it is idle in the
 * pool: that it was closed is known before somebody takes it. Gives the callers what is theirs.
 *
 * <p>Takes the connection's lock for what it changes; methods marked "Locked" are for others, and expect it.
 */
final class ResponseReader implements StreamInput.Source, Runnable {
    private static final IOException GIVEN_UP = new IOException("internal error");

    private final ClientConnection connection;
    private final Transport transport;
    private final ReentrantLock lock;
    private final Condition roomMade;
    private final RecordReader reader;
    /** Whether the thread waits for a caller who does not read; guarded by the lock. */
    private boolean stalled;

    ResponseReader(ClientConnection connection) {
        this.connection = connection;
        this.transport = connection.transport();
        this.lock = connection.lock();
        this.roomMade = lock.newCondition();
        this.reader = new RecordReader(transport.input());
    }

    @Override
    public void run() {
        IOException cause = GIVEN_UP;
        Throwable failed = null;
        try {
            while (reader.next()) {
                connection.answered();
                record();
            }
            cause = null;
        } catch (IOException e) {
            cause = e;
        } catch (Throwable e) { // first of all others must know; there may be no memory to log it
            failed = e;
            cause = new IOException("internal error", e);
        } finally {
            reader.end();
            connection.end(cause);
        }
        if (failed != null) {
            ConnectionPool.LOG.log(Level.ERROR, failed, "connection to {0} given up", transport);
        }
    }

    private void record() throws IOException {
        ClientCall call = connection.find(reader.requestId(), reader.type());
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

    private void stdout(ClientCall call) throws IOException {
        if (endsOutput(call)) {
            reader.ignoreContent(); // the end of the response is END_REQUEST, with or without this one
            return;
        }
        for (int count; (count = reader.fill()) > 0; ) {
            lock.lock();
            try {
                int taken = call.stdoutQueue().offer(reader.buffer(), reader.position(), count);
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

    private boolean endsOutput(ClientCall call) {
        lock.lock();
        try {
            if (reader.contentLength() == 0) {
                call.outputEnded();
            }
            return call.hasOutputEnded();
        } finally {
            lock.unlock();
        }
    }

    /** Waits for a caller who does not read; not forever when others wait for what comes after. The lock is held. */
    private void awaitRoom(ClientCall call) throws IOException {
        long left = connection.options().stallTimeout;
        stalled = true;
        try {
            while (call.stdoutQueue().isFull() && !call.hasFailed() && transport.input().isOpen()) {
                if (left == Long.MAX_VALUE || !connection.hasWaitersAfter(call)) {
                    roomMade.await();
                } else if (left > 0) {
                    left = connection.options().clock.await(roomMade, left);
                } else {
                    call.timeOut(Limit.STALL);
                    connection.abandon(call, () -> new IOException("stalled"));
                }
            }
        } catch (InterruptedException e) {
            throw new IOException("the reading thread was interrupted", e); // nobody knows it
        } finally {
            stalled = false;
            connection.restartClocks();
        }
    }

    private void stderr(ClientCall call) throws IOException {
        for (int count; (count = reader.fill()) > 0; reader.skip(count)) {
            lock.lock();
            try {
                call.stderr(reader.buffer(), reader.position(), count);
            } finally {
                lock.unlock();
            }
        }
    }

    private void endRequest(ClientCall call) throws IOException {
        EndRequestBody body = EndRequestBody.decode(reader.readBody());
        connection.responseEnded(call, body.appStatus(), body.protocolStatus(), reader.hasMoreBuffered());
        reader.shrink();
    }

    // ---- for others

    /** Locked. Has the thread look again, if it waits for a caller. */
    void wakeUp() {
        roomMade.signalAll();
    }

    /** Locked. Whether the thread waits for a caller: what the application does cannot be seen then. */
    boolean isStalled() {
        return stalled;
    }

    @Override
    public int pull(StreamInput stream, byte[] target, int offset, int length) throws IOException {
        stream.await();
        return 0;
    }

    @Override
    public void roomMade(StreamInput stream) {
        wakeUp();
    }
}
