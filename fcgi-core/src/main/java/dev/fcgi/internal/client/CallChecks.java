package dev.fcgi.internal.client;

import dev.fcgi.client.RequestTimeoutException.Limit;
import java.io.IOException;
import java.util.concurrent.locks.ReentrantLock;

/** Ends the calls of one connection that take too long, for the clock. Guarded by the connection's lock. */
final class CallChecks {
    private final ClientConnection connection;
    private final ReentrantLock lock;
    private final CallTable calls;
    private boolean freed;

    CallChecks(ClientConnection connection, CallTable calls) {
        this.connection = connection;
        this.lock = connection.lock();
        this.calls = calls;
    }

    /** Locked. Returns whether the pool must be told, without the lock, of a place that is free. */
    boolean check(long now) {
        assert lock.isHeldByCurrentThread();
        freed = false;
        boolean stalled = connection.reader().isStalled();
        calls.forEach(call -> check(call, stalled, now));
        if (!stalled && connection.output().isStuck(connection.options().writeTimeout, now)) {
            calls.forEach(call -> call.timeOut(Limit.WRITE));
            connection.closeTransport(new IOException("the application took no input in time"));
        }
        return freed;
    }

    private void check(ClientCall call, boolean stalled, long now) {
        if (!call.isAbandoned()) {
            Limit limit = call.exceeded(stalled, now);
            if (limit != null) {
                call.timeOut(limit);
                freed |= connection.abandon(call, () -> new IOException("timeout"));
            }
        } else if (!stalled && call.limits().isAbortTimeOver(now)) {
            connection.takesNoMore(); // many applications go on with it, so that others on the connection are all right
            connection.closeIfDone();
        }
    }
}
