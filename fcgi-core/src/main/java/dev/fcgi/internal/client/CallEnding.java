package dev.fcgi.internal.client;

import dev.fcgi.ProtocolStatus;
import dev.fcgi.client.CallOutcome;
import dev.fcgi.client.CloseReason;
import dev.fcgi.internal.conn.StreamInput;
import dev.fcgi.internal.wire.EndRequestBody;
import dev.fcgi.internal.wire.RecordBuffer;
import java.io.IOException;
import java.util.concurrent.locks.ReentrantLock;

/** How the calls on one connection end, and what that means for the connection. Guarded by its lock. */
final class CallEnding {
    /** Who gives the places of calls to others. Called without the lock. */
    interface Places {
        /** A place is free. */
        void released();

        /** The application does not do several requests on a connection, whatever it said before. */
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
     * Locked. END_REQUEST has come; the call is told later.
     *
     * @param more whether the application has sent something after it already
     */
    void responseEnded(ClientCall call, EndRequestBody body, boolean more) {
        assert lock.isHeldByCurrentThread();
        calls.remove(call);
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
        } else if (more) { // so would that
            lifetime.takesNoMore(CloseReason.PROTOCOL_ERROR);
        } else if (old) { // a process of the application is for others, too, however busy we are
            lifetime.takesNoMore(CloseReason.KEEP_ALIVE_TIMEOUT);
        }
        lifetime.closeIfDone();
    }

    /** The place of a call that has ended so is free. */
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

    /** Gives a call up, for whatever reason: by ABORT_REQUEST where others use the connection, else by its end. */
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
     * Locked. Gives up a call that has failed. Returns whether its place is free at once, which is to be told without the
     * lock.
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
        if (!call.hasBegun()) { // the application will never end what it does not know
            calls.remove(call);
            lifetime.closeIfDone();
            return true;
        }
        retire(call);
        stageAbortRequest(call);
        lifetime.closeIfDone();
        return false;
    }

    /** A place is free, as {@link #abandon} has said. */
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
            lifetime.takesNoMore(null); // whoever reads finds out
        }
    }
}
