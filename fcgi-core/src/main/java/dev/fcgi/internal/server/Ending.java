package dev.fcgi.internal.server;

import dev.fcgi.FcgiProtocolException;
import dev.fcgi.RequestAbortedException.Reason;
import dev.fcgi.internal.conn.Output;
import dev.fcgi.internal.io.Transport;
import java.io.EOFException;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * The effects of a connection's end on its requests, whatever the cause: the peer, an error, a timeout, a stop.
 *
 * <p>May be called by any thread; takes the connection's lock unless it is expected.
 */
final class Ending {
    private static final IOException OUT_OF_MEMORY = new IOException("closed for lack of memory");

    /** For requests that remain when their connection has ended because of a failure. */
    private static final Consumer<ServerRequest> END = request -> request.abort(Reason.CONNECTION_LOST, null);

    private final ServerContext context;
    /** Used in log messages. */
    private final Object name;
    private final Transport transport;
    private final ReentrantLock lock;
    private final Output output;
    private final RequestTable requests;
    private final ConnectionThreads threads;
    private final Lifetime lifetime;
    /** Why the connection was lost first, or null. Guarded by the lock. */
    private Reason lostBy;

    Ending(ServerContext context, Object name, Transport transport, ReentrantLock lock, Output output, RequestTable requests,
            ConnectionThreads threads, Lifetime lifetime) {
        this.context = context;
        this.name = name;
        this.transport = transport;
        this.lock = lock;
        this.output = output;
        this.requests = requests;
        this.threads = threads;
        this.lifetime = lifetime;
    }

    // ---- found by the reader

    /** The stream has ended (cause null), or reading failed. */
    void peerClosed(IOException cause) {
        boolean ended = cause == null || cause instanceof EOFException;
        lock.lock();
        try {
            boolean byUs = lifetime.inputEnded();
            if (!requests.isEmpty()) {
                context.log.log(Level.DEBUG, "connection of {0} ended with {1} requests active: {2}", name,
                        requests.size(), cause == null ? "closed by peer" : cause);
            }
            if (ended && byUs) {
                abortRequests(Reason.CONNECTION_LOST, cause, false);
                output.awaitUntil(requests::isEmpty);
            }
            abortRequests(Reason.CONNECTION_LOST, cause, true);
            if (!ended) {
                output.fail(cause);
            }
            startClosing();
        } finally {
            lock.unlock();
        }
    }

    private void protocolError(FcgiProtocolException e, Object record) {
        context.counters.protocolErrors.increment();
        context.log.log(Level.WARNING, "protocol error of {0}, connection closed: {1} (record {2})", name,
                e.getMessage(), record);
        lock.lock();
        try {
            lifetime.inputStaysOpen();
            abortRequests(Reason.CONNECTION_LOST, e, true);
            startClosing();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Reading, or processing a record, has failed. Throws nothing.
     *
     * @param record the current record, for the log
     */
    void failed(Throwable e, Object record) {
        try {
            if (e instanceof FcgiProtocolException protocol) {
                protocolError(protocol, record);
            } else if (e instanceof IOException io) {
                peerClosed(io);
            } else {
                peerClosed(new IOException("internal error", e));
                context.log.log(Level.ERROR, e, "internal error, connection of {0} closed", name);
            }
        } catch (Throwable outOfMemory) {
            lock.lock();
            try {
                closeForLackOfMemory(); // the end of reading ends the rest
            } finally {
                lock.unlock();
            }
        }
    }

    /** Waits until everything is written. Returns whether input may be left, which must then be read. */
    boolean flush(boolean atRecordBoundary) {
        lock.lock();
        try {
            output.abandonWrite(); // an Error may have interrupted the reader's own write
            startClosing();
            return lifetime.flush(atRecordBoundary);
        } finally {
            lock.unlock();
        }
    }

    /** Called once when no thread reads any more: closes the socket and ends the rest. Throws nothing. */
    void closed() {
        lock.lock();
        try {
            output.fail(OUT_OF_MEMORY);
            requests.forEach(END);
            lifetime.closed();
        } finally {
            lock.unlock();
        }
    }

    // ---- found by others

    /** Locked. Closes the connection if it is done. */
    void closeIfDone() {
        assert lock.isHeldByCurrentThread();
        if (requests.isEmpty() && lifetime.closesWhenIdle()) {
            startClosing();
        }
    }

    /** Locked. A request has ended, its handler goes on: the connection must not wait for its thread. */
    void abandon(ServerRequest request) {
        assert lock.isHeldByCurrentThread();
        requests.abandoned(request);
        if (threads.abandon(request.input)) {
            lifetime.disableKeepAlive();
            transport.shutdownInput(); // wakes up the handler's read; there is no other way
        }
    }

    /** Locked. The peer cannot be reached any more; {@return the reason, or an earlier one} */
    Reason lost(Reason reason, IOException cause) {
        assert lock.isHeldByCurrentThread();
        lostBy = lostBy == null ? reason : lostBy;
        output.fail(cause);
        abortRequests(reason, cause, true);
        startClosing();
        transport.close(); // wakes up the reader
        return lostBy;
    }

    /** Locked. Closes the connection for lack of memory; the reader will notice. */
    void closeForLackOfMemory() {
        assert lock.isHeldByCurrentThread();
        lifetime.disableKeepAlive();
        output.fail(OUT_OF_MEMORY);
        transport.close();
    }

    /** Aborts all requests because the server stops. */
    void shutDown() {
        lock.lock();
        try {
            logEach("aborted at the end of the grace period: {0}");
            abortRequests(Reason.SHUTDOWN, null, true);
            closeIfDone();
        } catch (Throwable outOfMemory) { // the others must be shut down, too
            closeForLackOfMemory();
        } finally {
            lock.unlock();
        }
    }

    /** Closes immediately. */
    void kill() {
        transport.close();
    }

    /** Locked. Enforces the timeouts of the connection. */
    void check(long now) {
        assert lock.isHeldByCurrentThread();
        boolean failed = output.hasFailed();
        if (output.isStuck(context.options.writeTimeout, now)) {
            if (!failed) { // otherwise it was logged, and the writer has not returned yet
                logWriteTimeout();
            }
            lost(Reason.WRITE_TIMEOUT, new IOException("the web server accepted no output in time"));
        } else if (!lifetime.isOpen()) {
            if (lifetime.isClosingOver(now)) {
                transport.close();
            }
        } else if (failed) { // on a thread that has no handler to report it to
            lost(Reason.CONNECTION_LOST, null);
        } else if (requests.isEmpty() && threads.isRead() && lifetime.isIdleOver(requests.added(), now)) {
            transport.shutdownInput(); // requests that have arrived are still answered; a new one fails at the sender
        }
    }

    private void startClosing() {
        lifetime.startClosing(threads.isRead());
    }

    private void logWriteTimeout() {
        if (requests.isEmpty()) { // output of the library, or the rest of a response whose request has ended
            context.log.log(Level.WARNING, "write timeout: {0}", name);
        }
        logEach("write timeout: {0}");
    }

    /** Logs what the requests that are active will be aborted for. */
    private void logEach(String format) {
        requests.forEach(request -> context.log.log(Level.WARNING, format, request));
    }

    private void abortRequests(Reason reason, Throwable cause, boolean alsoComplete) {
        requests.forEach(request -> {
            if (alsoComplete || !request.isComplete()) {
                request.abort(reason, cause);
            }
        });
    }
}
