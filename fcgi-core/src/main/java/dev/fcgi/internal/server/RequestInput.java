package dev.fcgi.internal.server;

import dev.fcgi.Role;
import dev.fcgi.internal.conn.StreamInput;
import dev.fcgi.internal.conn.Uninterrupted;
import dev.fcgi.internal.wire.Fcgi;
import java.io.IOException;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The input of one request: STDIN, and DATA after it for role Filter.
 *
 * <p>Guarded by the connection's lock.
 */
final class RequestInput implements StreamInput.Source {
    /** The operations of the connection that an input needs; all "Locked". */
    interface Reader {
        /** As {@link StreamInput.Source#pull}. */
        int pull(RequestInput input, StreamInput stream, byte[] target, int offset, int length) throws IOException;

        /** As {@link StreamInput.Source#available}. */
        int available(RequestInput input, StreamInput stream);

        /** As {@link StreamInput.Source#roomMade}. */
        void roomMade(StreamInput stream);
    }

    final int requestId;
    private final Reader reader;
    private final ReentrantLock lock;
    final StreamInput stdin;
    /** Null unless the role is Filter. */
    final StreamInput data;
    /** Keeps the interrupts of the handler away from the socket. */
    final Uninterrupted interrupts;
    /** Whether it will not be read, and the peer need not send it. */
    private final boolean unwanted;
    final Observation observation;

    RequestInput(int requestId, Role role, Reader reader, ReentrantLock lock, int limit, Observation observation) {
        this.requestId = requestId;
        this.interrupts = new Uninterrupted(lock);
        this.observation = observation;
        this.reader = reader;
        this.lock = lock;
        this.stdin = new StreamInput(this, lock, limit);
        this.data = role == Role.FILTER ? new StreamInput(this, lock, limit) : null;
        this.unwanted = role == Role.AUTHORIZER;
        if (unwanted) {
            stdin.discard();
        }
    }

    /** {@return the type of the records that a stream belongs to} */
    int type(StreamInput stream) {
        return stream == stdin ? Fcgi.STDIN : Fcgi.DATA;
    }

    /** Locked. Whether all input of the role was received. */
    boolean hasEnded() {
        assert lock.isHeldByCurrentThread();
        return data == null ? stdin.hasEnded() : data.hasEnded();
    }

    /** Locked. Whether no more input is needed; an Authorizer gets none, and some peers send it no STDIN. */
    boolean isComplete() {
        assert lock.isHeldByCurrentThread();
        return unwanted || hasEnded();
    }

    /** Locked. Makes every read fail. */
    void fail(StreamInput.Failure cause) {
        assert lock.isHeldByCurrentThread();
        stdin.fail(cause);
        if (data != null) {
            data.fail(cause);
        }
    }

    /** Locked. Drops queued and all later input. Returns whether no more can arrive. */
    boolean discard() {
        assert lock.isHeldByCurrentThread();
        boolean ended = stdin.discard();
        return data == null ? ended : data.discard();
    }

    /** Locked. The connection was not read for some time. */
    void pauseClock(long nanos) {
        assert lock.isHeldByCurrentThread();
        stdin.pauseClock(nanos);
        if (data != null) {
            data.pauseClock(nanos);
        }
    }

    /** Locked. Whether a handler has been waiting for bytes for longer than a limit. */
    boolean isStarving(long limit, long now) {
        assert lock.isHeldByCurrentThread();
        return stdin.isStarving(limit, now) || data != null && data.isStarving(limit, now);
    }

    /** Locked. */
    @Override
    public int pull(StreamInput stream, byte[] target, int offset, int length) throws IOException {
        assert lock.isHeldByCurrentThread();
        return reader.pull(this, stream, target, offset, length);
    }

    /** Locked. */
    @Override
    public int available(StreamInput stream) {
        assert lock.isHeldByCurrentThread();
        return reader.available(this, stream);
    }

    /** Locked. */
    @Override
    public void roomMade(StreamInput stream) {
        assert lock.isHeldByCurrentThread();
        reader.roomMade(stream);
    }
}
