package dev.fcgi.internal.client;

import dev.fcgi.FcgiProtocolException;
import dev.fcgi.client.CloseReason;
import dev.fcgi.client.RequestTimeoutException.Limit;
import dev.fcgi.internal.conn.Inbound;
import dev.fcgi.internal.conn.StreamInput;
import dev.fcgi.internal.wire.EndRequestBody;
import dev.fcgi.internal.wire.Fcgi;
import dev.fcgi.internal.wire.RecordReader;
import java.io.IOException;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Processes the records of a connection for its calls. Confined to the holder of the reader role, except methods marked
 * "Locked".
 */
final class ResponseRecords implements Inbound.Rule {
    private static final long NEVER = -1;

    private final Link link;
    private final ResponseReader owner;
    private final RecordReader reader;
    private final ReentrantLock lock;
    private final CallTable calls;
    private final ClientLifetime lifetime;
    private final CallEnding ending;
    /** The call whose output was queued last. */
    private ClientCall queueing;
    /** How long the thread had waited for a caller when others began to wait. */
    private long stalledFrom = NEVER;

    /** @param owner releases its role when there is nothing more to do for this thread */
    ResponseRecords(Link link, ResponseReader owner, CallTable calls, ClientLifetime lifetime, CallEnding ending) {
        this.link = link;
        this.owner = owner;
        this.reader = link.reader();
        this.lock = link.lock();
        this.calls = calls;
        this.lifetime = lifetime;
        this.ending = ending;
    }

    /** Processes the current record, or the rest of it. Afterwards this thread may have released the role. */
    void act() throws IOException {
        ClientCall call = find(reader.requestId(), reader.type());
        switch (call == null ? 0 : reader.type()) {
            case Fcgi.STDOUT -> stdout(call);
            case Fcgi.STDERR -> stderr(call);
            case Fcgi.END_REQUEST -> endRequest(call);
            default -> reader.ignoreContent(); // management records, and records that applications do not send
        }
    }

    /**
     * Finds the call that a record belongs to.
     *
     * @return null when it does not belong to a response, or to an aborted call
     * @throws FcgiProtocolException when it answers a request that was not sent
     */
    private ClientCall find(int id, int type) throws FcgiProtocolException {
        lock.lock();
        try {
            ClientCall call = calls.get(id);
            if (call != null && call.hasBegun()) {
                call.received();
                return call;
            }
            if (id != Fcgi.NULL_REQUEST_ID && !calls.isRetired(id) && isResponse(type)) {
                // an application that answers requests that were not sent may also mix up responses
                lifetime.takesNoMore(CloseReason.PROTOCOL_ERROR);
                if (call != null || !link.isMultiplexed()) {
                    throw new FcgiProtocolException(Fcgi.typeName(type) + " record of request " + id
                            + ", which is not active");
                }
                lifetime.closeIfDone();
            }
            return null;
        } finally {
            lock.unlock();
        }
    }

    private static boolean isResponse(int type) {
        return type == Fcgi.STDOUT || type == Fcgi.STDERR || type == Fcgi.END_REQUEST;
    }

    private void stdout(ClientCall call) throws IOException {
        if (call.endsOutput(reader.contentLength())) {
            reader.ignoreContent(); // the end of the response is END_REQUEST, with or without this record
            return;
        }
        queueing = call;
        if (!link.inbound().queue(call.stdoutQueue(), this)) {
            owner.leave();
        }
    }

    @Override
    public void received(int bytes) {
        queueing.received();
        queueing.outputReceived();
    }

    /**
     * Locked. With one call at a time, its caller continues to read when it is ready. Otherwise this waits for the
     * caller, but not forever if others wait for what follows.
     */
    @Override
    public long patience(StreamInput stream, long waitedNanos) {
        assert lock.isHeldByCurrentThread();
        if (!link.isMultiplexed()) {
            return -1;
        }
        long limit = link.options().stallTimeout;
        if (limit == Long.MAX_VALUE || !calls.hasWaitersAfter(queueing)) {
            stalledFrom = NEVER;
            return Long.MAX_VALUE;
        }
        if (stalledFrom == NEVER) {
            stalledFrom = waitedNanos;
        }
        long left = limit - (waitedNanos - stalledFrom);
        if (left <= 0) {
            queueing.timeOut(Limit.STALL);
            ending.abandon(queueing);
        }
        return Math.max(0, left);
    }

    @Override
    public void resumed(long stalledNanos) {
        stalledFrom = NEVER;
        calls.forEach(call -> call.limits().pause(stalledNanos)); // that time was a caller's, not the application's
        link.output().pauseClock(stalledNanos);
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
        boolean more = reader.hasMoreBuffered();
        reader.shrink();
        try {
            lock.lock();
            try {
                ending.responseEnded(call, body, more);
                if (!link.isMultiplexed()) {
                    owner.pass(); // to the next call
                }
            } finally {
                lifetime.unlock();
            }
            ending.released(body); // before the caller is notified, so that its next request finds the connection
        } finally { // even out of memory
            lock.lock();
            try {
                call.ended();
            } finally {
                lock.unlock();
            }
        }
    }
}
