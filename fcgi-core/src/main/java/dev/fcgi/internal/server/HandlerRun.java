package dev.fcgi.internal.server;

import dev.fcgi.AbortPolicy;
import dev.fcgi.Params;
import dev.fcgi.Request;
import dev.fcgi.Role;
import dev.fcgi.internal.conn.Uninterrupted;
import dev.fcgi.internal.io.PeerIdentity;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.SocketAddress;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One run of a handler: its thread, the effect of an abort, and the end of the run, whatever the handler does. It may
 * outlast the request on the wire, which is the {@link ServerRequest}.
 *
 * <p>All mutable state is guarded by the connection's lock.
 */
public class HandlerRun extends HandlerThreads.Task implements Runnable, Request, ServerRequest.Handler {
    /** The input of an Authorizer, whether or not its peer sends a STDIN stream (FastCGI 6.3). */
    private static final InputStream NO_INPUT = new ByteArrayInputStream(new byte[0]);

    final ServerContext context;
    private final ServerConnection connection;
    private final ServerRequest request;
    private final ReentrantLock lock;

    // guarded by the lock

    /** Whether a thread has begun to handle the request, or it was rejected. */
    private boolean claimed;
    private AbortActions abortActions;

    /** Creates the run of a request whose head is complete. */
    static HandlerRun of(ServerContext context, ServerConnection connection, ServerRequest request, ReentrantLock lock) {
        return request.role == Role.FILTER
                ? new FilterRun(context, connection, request, lock)
                : new HandlerRun(context, connection, request, lock);
    }

    HandlerRun(ServerContext context, ServerConnection connection, ServerRequest request, ReentrantLock lock) {
        this.context = context;
        this.connection = connection;
        this.request = request;
        this.lock = lock;
    }

    // ---- the run

    /**
     * Handles the request from beginning to end on the calling thread, unless that was done before: an executor may run
     * a task twice, or after rejecting it, or on the calling thread. Throws nothing.
     */
    @Override
    public void run() {
        boolean open;
        lock.lock();
        try {
            if (!claim()) {
                return;
            }
            open = begin();
            if (open) {
                connection.lendRole();
            }
        } finally {
            lock.unlock();
        }
        finish(open ? handle() : null);
    }

    /** Locked. Returns whether the caller has to end this run; true for the first call only. */
    private boolean claim() {
        assert lock.isHeldByCurrentThread();
        boolean first = !claimed;
        claimed = true;
        return first;
    }

    /**
     * Makes the calling thread the one that handles this request; {@link #complete} must follow.
     *
     * @return false when the request was aborted before
     */
    public boolean beginIfOpen() {
        boolean open;
        lock.lock();
        try {
            claimed = true;
            open = begin();
        } finally {
            lock.unlock();
        }
        if (open && request.observation != null) {
            request.observation.tellBegin();
        }
        return open;
    }

    /** Locked. Makes the calling thread the one that handles this request, unless that has ended. */
    @Override
    boolean begin() {
        assert lock.isHeldByCurrentThread();
        boolean open = request.isOpen();
        if (open) {
            start(false);
        }
        return open;
    }

    /**
     * Locked. Makes the calling thread the one that handles this request, which has not ended.
     *
     * @param withHead whether the head was completed just now, in the same step
     */
    void start(boolean withHead) {
        assert lock.isHeldByCurrentThread();
        context.counters.started.increment();
        request.input.interrupts.begin();
        if (request.observation != null) {
            request.observation.handlerBegun(withHead);
        }
    }

    /**
     * Runs the handler; {@link #end}, or {@link #endRequest} and {@link #over}, must follow. Returns what it threw, and
     * throws nothing itself.
     */
    @Override
    Throwable handle() {
        if (request.observation != null) {
            request.observation.tellBegin();
        }
        Throwable failure = null;
        try {
            context.options.handle(this);
        } catch (Throwable e) { // even an Error of a handler ends only its own request
            failure = e;
            context.options.failures.accept(e);
        }
        handled(failure);
        return failure;
    }

    /** The handler has returned or thrown. Throws nothing. */
    private void handled(Throwable failure) {
        while (lock.isHeldByCurrentThread()) {
            lock.unlock(); // a StackOverflowError can occur anywhere, even between lock and try
        }
        if (request.observation != null) {
            request.observation.handlerReturned();
        }
        if (failure != null) {
            context.handlerFailed(this, failure);
        }
    }

    /** Called once, by the handler's thread, after the handler has returned or thrown. Throws nothing. */
    public void complete(Throwable failure) {
        handled(failure);
        finish(failure);
    }

    private void finish(Throwable failure) {
        lock.lock();
        try {
            endRequest(failure);
        } finally {
            lock.unlock();
        }
        over(failure);
    }

    @Override
    void end(Throwable failure) {
        endRequest(failure);
        if (request.observation != null) {
            lock.unlock();
            try {
                over(failure);
            } finally {
                lock.lock();
            }
        }
    }

    /** Locked. Ends the request; {@link #over} must follow. Releases the lock while writing. Throws nothing. */
    void endRequest(Throwable failure) {
        assert lock.isHeldByCurrentThread();
        try {
            request.endSafely(failure);
        } finally {
            if (request.input.interrupts.end()) {
                Thread.interrupted(); // ours: what it was for is over
            }
            request.handlerReturned();
        }
    }

    /**
     * Tells observers that the request is over, so not under the lock, and before the request counts no more: who stops
     * the server has heard of all requests then. Throws nothing.
     */
    void over(Throwable failure) {
        if (request.observation != null) {
            request.observation.tellOver(failure);
            request.over();
        }
    }

    /**
     * Refuses a request that no thread handles. Blocks while the web server accepts no output.
     *
     * @return false if a thread handles it; then nothing was done
     */
    public boolean reject() {
        boolean interrupted = Uninterrupted.putOff(); // inside the socket, an interrupt would close the connection
        lock.lock();
        try {
            if (!claim()) {
                return false;
            }
            connection.reject(request);
            request.handlerReturned();
        } finally {
            lock.unlock();
            Uninterrupted.deliver(interrupted);
        }
        over(null);
        return true;
    }

    // ---- abort

    /** Locked. */
    @Override
    public void aborted() {
        assert lock.isHeldByCurrentThread();
        connection.ending().abandon(request);
        if (context.options.abortPolicy == AbortPolicy.INTERRUPT) {
            request.input.interrupts.interrupt();
        }
        if (abortActions != null) {
            abortActions.start();
        }
    }

    // ---- Request

    @Override
    public int id() {
        return request.id;
    }

    @Override
    public Role role() {
        return request.role;
    }

    @Override
    public Params params() {
        return request.params();
    }

    @Override
    public InputStream stdin() {
        return request.role == Role.AUTHORIZER ? NO_INPUT : request.input.stdin;
    }

    @Override
    public OutputStream stdout() {
        return request.response;
    }

    @Override
    public OutputStream stderr() {
        return request.response.stderr();
    }

    @Override
    public void appStatus(int status) {
        request.response.appStatus(status);
    }

    @Override
    public boolean isAborted() {
        return request.isAborted();
    }

    @Override
    public void onAbort(Runnable action) {
        Objects.requireNonNull(action, "action");
        lock.lock();
        try {
            if (request.isOpen() || request.isAborted()) {
                if (abortActions == null) {
                    abortActions = new AbortActions(context.log, request);
                }
                abortActions.add(action, request.isAborted());
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void finish() throws IOException {
        lock.lock();
        try {
            request.checkAborted();
            if (request.isOpen()) {
                request.end(null);
                request.checkAborted(); // while it waited for room
                connection.ending().abandon(request);
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public SocketAddress peer() {
        return connection.transport().peer();
    }

    @Override
    public String peerUser() {
        return PeerIdentity.userOf(connection.transport());
    }

    @Override
    public String peerGroup() {
        return PeerIdentity.groupOf(connection.transport());
    }

    /** For logs. */
    @Override
    public String toString() {
        return request.toString();
    }
}
