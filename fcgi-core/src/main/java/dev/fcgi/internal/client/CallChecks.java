package dev.fcgi.internal.client;

import dev.fcgi.client.CloseReason;
import dev.fcgi.client.RequestTimeoutException.Limit;
import dev.fcgi.internal.conn.ReaderRole;
import java.io.IOException;
import java.util.concurrent.locks.ReentrantLock;

/** Enforces the timeouts of the calls of one connection, for the ticker. Guarded by the connection's lock. */
final class CallChecks {
    private final Link link;
    private final ReentrantLock lock;
    private final CallTable calls;
    private final ClientLifetime lifetime;
    private final CallEnding ending;
    private final ReaderRole role;
    private boolean freed;

    CallChecks(Link link, CallTable calls, ClientLifetime lifetime, CallEnding ending, ReaderRole role) {
        this.link = link;
        this.lock = link.lock();
        this.calls = calls;
        this.lifetime = lifetime;
        this.ending = ending;
        this.role = role;
    }

    /** Locked. Returns whether the pool must be notified, without the lock, of a free place. */
    boolean check(long now) {
        assert lock.isHeldByCurrentThread();
        freed = false;
        boolean stalled = link.inbound().isStalled();
        calls.forEach(call -> check(call, stalled, now));
        if (!stalled && link.output().isStuck(link.options().writeTimeout, now)) {
            calls.forEach(call -> call.timeOut(Limit.WRITE));
            lifetime.closeTransport(CloseReason.INCOMPLETE_CALL, new IOException("the application accepted no input in time"));
        }
        return freed;
    }

    private void check(ClientCall call, boolean stalled, long now) {
        if (!call.isAbandoned()) {
            boolean unread = !role.isTaken() && !call.isWaiting(); // the caller pauses, and what came was not looked at
            Limit limit = call.exceeded(stalled || unread, now);
            if (limit != null) {
                call.timeOut(limit);
                freed |= ending.abandon(call);
            }
        } else if (!stalled && call.limits().isAbortTimeOver(now)) {
            lifetime.takesNoMore(CloseReason.INCOMPLETE_CALL); // many applications continue with it, so others on the connection are not affected
            lifetime.closeIfDone();
        }
    }
}
