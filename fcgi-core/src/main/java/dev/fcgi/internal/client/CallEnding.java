package dev.fcgi.internal.client;

import dev.fcgi.ProtocolStatus;
import dev.fcgi.client.CallOutcome;
import dev.fcgi.client.CloseReason;
import dev.fcgi.internal.conn.StreamInput;
import dev.fcgi.internal.wire.EndRequestBody;
import dev.fcgi.internal.wire.RecordBuffer;
import java.io.IOException;
import java.util.concurrent.locks.ReentrantLock;

/** Ends the calls on one connection, with the effects on the connection. Guarded by its lock. */
final class CallEnding {
    /** Reuses the places of calls. Called without the lock. */
    interface Places {
        /** A place is free. */
        void released();

        /** The application does not support several requests on a connection, whatever it answered before. */
        void refusedToShare();
    }

    private final Link link;
    private final ReentrantLock lock;
    private final CallTable calls;
    private final ClientLifetime lifetime;
    private final Places places;

    CallEnding(Link link, CallTable calls, ClientLifetime lifetime, Places places) {
        this.link = link;
        this.lock = link.lock();
        this.calls = calls;
        this.lifetime = lifetime;
        this.places = places;
    }

    // ---- by END_REQUEST

    /**
     * Locked. END_REQUEST was received; the call is notified later.
     *
     * @param more whether the application has already sent something after it
     */
    void responseEnded(ClientCall call, EndRequestBody body, boolean more) {
        assert lock.isHeldByCurrentThread();
        call.answered(body);
        boolean old = lifetime.used();
        link.output().wakeUp();
        if (refusesToShare(body)) {
            calls.takesOneAtATime();
        }
        if (link.isMultiplexed()) {
            if (!call.isInputSent()) {
                retire(call);
            }
        } else if (!link.options().keepAlive) {
            lifetime.takesNoMore(CloseReason.NOT_KEPT);
        } else if (!call.isInputSent()) { // the rest would be taken for something else
            lifetime.takesNoMore(CloseReason.INCOMPLETE_CALL);
        } else if (more) { // so would this
            lifetime.takesNoMore(CloseReason.PROTOCOL_ERROR);
        } else if (old) { // other clients also need the process, however busy we are
            lifetime.takesNoMore(CloseReason.KEEP_ALIVE_TIMEOUT);
        }
        calls.remove(call); // after all that needs memory: calls of a connection that fails are told
        lifetime.closeIfDone();
    }

    /** The place of a call that has ended this way is free. */
    void released(EndRequestBody body) {
        if (refusesToShare(body)) {
            places.refusedToShare();
        }
        places.released();
    }

    private boolean refusesToShare(EndRequestBody body) {
        return link.isMultiplexed() && body.protocolStatus() == ProtocolStatus.CANT_MPX_CONN.code();
    }

    // ---- by us

    /** Aborts a call, for any reason: by ABORT_REQUEST if others use the connection, otherwise by closing it. */
    void abort(ClientCall call, CallOutcome how, StreamInput.Failure failure) {
        boolean freed;
        lock.lock();
        try {
            if (calls.contains(call)) {
                call.fail(how, failure);
            }
            freed = abandon(call);
        } finally {
            lifetime.unlock();
        }
        if (freed) {
            places.released();
        }
    }

    /**
     * Locked. Abandons a call that has failed. Returns whether its place is free immediately, which must be reported
     * without the lock.
     */
    boolean abandon(ClientCall call) {
        assert lock.isHeldByCurrentThread();
        if (!calls.contains(call) || call.isAbandoned()) {
            return false;
        }
        call.abandoned();
        link.output().wakeUp();
        link.inbound().wakeUp();
        if (!link.isMultiplexed()) {
            lifetime.closeTransport(CloseReason.INCOMPLETE_CALL, null);
            return false;
        }
        if (!call.hasBegun()) { // the application will never end a request that it does not know
            calls.remove(call);
            lifetime.closeIfDone();
            return true;
        }
        retire(call);
        stageAbortRequest(call);
        lifetime.closeIfDone();
        return false;
    }

    /** Reports the free place after {@link #abandon}. */
    void released() {
        places.released();
    }

    private void retire(ClientCall call) {
        if (!calls.retire(call.id())) {
            lifetime.takesNoMore(CloseReason.INCOMPLETE_CALL);
        }
    }

    private void stageAbortRequest(ClientCall call) {
        RecordBuffer records = new RecordBuffer(0, false);
        records.abortRequest(call.id());
        try {
            link.output().stage(records);
        } catch (IOException e) {
            lifetime.takesNoMore(null); // the reader will find out
        }
    }
}
