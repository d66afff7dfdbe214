package dev.fcgi.internal.server;

import dev.fcgi.internal.conn.Inbound;
import dev.fcgi.internal.conn.Output;
import dev.fcgi.internal.conn.ReaderRole;
import dev.fcgi.internal.conn.Ticker;
import dev.fcgi.internal.io.Transport;
import dev.fcgi.internal.wire.RecordReader;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * Reads one connection, and decides where a request with a complete head is handled.
 *
 * <p>One thread at a time has the {@link ReaderRole} and may touch the {@link RecordReader}. A thread that has read a
 * whole head, with nothing else active or buffered, releases the role and runs the handler itself: no hand-off, and the
 * handler reads a body directly from the socket ({@link HandlerInput}). If a handler takes longer, the ticker starts
 * another thread, which continues to read: it sees the abort, the closed connection, the next request. When the handler
 * returns, its thread takes the role again if it is free, and otherwise ends. With a second active request, or an
 * executor, handlers run on other threads and the reader keeps the role. The last holder of the role closes the
 * connection.
 */
final class ReadLoop implements Runnable {
    private static final long MAX_DRAINED = 16 * 1024 * 1024;
    private static final int PROCESSORS = Runtime.getRuntime().availableProcessors();

    private final ServerContext context;
    private final Transport transport;
    private final ReentrantLock lock = new ReentrantLock();
    private final Output output;
    private final ServerConnection connection;
    private final ConnectionThreads threads;
    private final ReaderRole role;
    private final Lifetime lifetime;
    private final Ending ending;
    private final Consumer<ServerConnection> whenClosed;

    // confined to the holder of the role

    private final RecordReader reader;
    private final RecordHandler records;
    /** Whether the peer may connect; checked by the first thread. */
    private boolean allowed;
    /** Whether the thread with the role has run handlers. */
    private boolean ranUserCode;
    /** The same, before the latest request. */
    private boolean ranUserCodeBefore;

    /**
     * Creates a connection and its read loop, which a virtual thread must run.
     *
     * @param whenClosed called once, when everything has ended
     */
    ReadLoop(ServerContext context, Ticker ticker, Transport transport, Consumer<ServerConnection> whenClosed) {
        this.context = context;
        this.transport = transport;
        this.whenClosed = whenClosed;
        this.output = new Output(transport, lock, false);
        this.reader = new RecordReader(transport.input());
        Inbound inbound = new Inbound(reader, lock, context.options.clock);
        this.connection = new ServerConnection(context, ticker, transport, lock, output, inbound, this);
        this.threads = connection.threads();
        this.role = threads.role();
        this.lifetime = connection.lifetime();
        this.ending = connection.ending();
        this.records = new RecordHandler(context, connection, reader, lock, output, inbound);
    }

    ServerConnection connection() {
        return connection;
    }

    /**
     * Reads and processes records until the connection ends or another thread reads; runs on a virtual thread with the
     * role.
     */
    @Override
    public void run() {
        boolean holding = true;
        try {
            start();
            while (holding && allowed && lifetime.isOpen()) {
                yieldBeforeRead();
                // idle connections wait here, with a short stack, because the stack of a parked thread occupies the heap
                if (reader.await()) {
                    holding = actOnRecords();
                } else {
                    ending.peerClosed(null);
                }
            }
        } catch (Throwable e) {
            ending.failed(e, reader);
        }
        if (holding) {
            close();
        }
    }

    private void start() {
        ranUserCode = false;
        if (!allowed && isAllowed()) {
            allowed = true;
            context.connections.incrementAndGet();
            context.counters.accepted.increment();
            context.observers.opened(connection.observed());
        }
        records.askForTrace();
    }

    /** Calls the rule for peers, which is foreign code and may block this thread. */
    private boolean isAllowed() {
        assert !lock.isHeldByCurrentThread();
        try {
            String refusal = PeerCheck.refusal(context.options, transport);
            if (refusal == null) {
                return true;
            }
            context.log.log(PeerCheck.level(context, transport), "connection of {0} refused: {1}", connection, refusal);
            connection.observed().refused(refusal);
        } catch (Throwable e) {
            context.log.log(Level.WARNING, e, "connection of {0} refused, allowedPeers failed", connection);
            connection.observed().refused("allowedPeers failed");
        } finally {
            Thread.interrupted(); // an interrupt that it left is not meant for this thread's next task
        }
        transport.close();
        return false;
    }

    /**
     * Lets other threads run before the next read: on a busy connection the next request arrives meanwhile. An
     * immediate read would find nothing and park this thread, which costs three more system calls. Where each
     * connection can have a processor, there are no others.
     */
    private void yieldBeforeRead() {
        if (ranUserCodeBefore && context.connections.get() > PROCESSORS && !reader.hasMoreBuffered()) {
            Thread.yield();
        }
        ranUserCodeBefore = ranUserCode;
    }

    /**
     * Processes all received data, to the end of the last record.
     *
     * @return false when another thread has taken the role over
     */
    private boolean actOnRecords() throws IOException {
        ServerRequest ready = null;
        while (true) {
            if (ready != null) {
                boolean elsewhere = context.options.executor != null || output.isMultiplexed();
                if (elsewhere || reader.contentLeft() > 0 || !reader.hasNextBuffered()) {
                    // no received data shows that it will not be alone
                    if (!dispatch(ready, !elsewhere)) {
                        return false;
                    }
                    ready = null;
                } else {
                    ready = complete(ready);
                }
            }
            if (ranUserCode && ready == null && output.isMultiplexed()) {
                handOver();
                return false;
            }
            if (ready == null && reader.isAtRecordBoundary() || !lifetime.isOpen()) {
                return true;
            }
            if (reader.contentLeft() == 0) {
                if (!records.next()) {
                    ending.peerClosed(null);
                    return true;
                }
                if (ready != null && records.mayWait()) {
                    continue;
                }
            }
            ServerRequest complete = records.handle();
            if (complete != null) {
                if (ready != null) {
                    dispatch(ready, false); // with no executor, which could take the role
                }
                ready = complete;
            }
        }
    }

    /**
     * A thread that has run handlers is known to user code, which may interrupt it; on a multiplexed connection that
     * would make all requests fail.
     */
    private void handOver() {
        lock.lock();
        try {
            role.handOver();
        } finally {
            lock.unlock();
        }
    }

    /** Before what follows a complete head is acted upon. Returns the request, if it is to be handled. */
    private ServerRequest complete(ServerRequest request) throws IOException {
        lock.lock();
        try {
            return records.completeHead(request) ? request : null;
        } finally {
            lock.unlock();
        }
    }

    // ---- where a request is handled

    /**
     * Has a request handled whose head is complete, unless it is refused or has ended.
     *
     * @param here whether to handle it on this thread, which releases the role meanwhile
     * @return false when another thread has taken the role over
     */
    private boolean dispatch(ServerRequest request, boolean here) throws IOException {
        HandlerRun run = HandlerRun.of(context, connection, request, lock);
        boolean given = context.options.executor != null;
        Throwable noThread = null;
        lock.lock();
        try {
            boolean withHead = !request.isHeadComplete();
            if (!records.completeHead(request)) {
                return true;
            }
            request.handledBy(run);
            if (here) {
                run.start(withHead);
                role.release();
            } else if (given) {
                threads.startLending();
            } else {
                noThread = threads.execute(run);
            }
        } finally {
            lock.unlock();
        }
        if (here) {
            return handle(run);
        }
        if (given) {
            return give(run);
        }
        if (noThread != null) {
            reject(run, noThread);
        }
        return true;
    }

    private boolean handle(HandlerRun run) {
        Throwable failure = run.handle();
        lock.lock();
        try {
            run.endRequest(failure);
            return tryReacquire();
        } finally {
            lock.unlock();
            run.over(failure);
            Thread.interrupted(); // an interrupt that the handler or a listener left is not meant for what follows
        }
    }

    /** Passes a request to the executor, which may run it on this thread. */
    private boolean give(HandlerRun run) {
        try {
            context.options.executor.execute(run);
        } catch (Throwable e) { // rejected, or out of memory
            reject(run, e);
        }
        Thread.interrupted(); // an interrupt that a handler or the executor left is not meant for this thread's next task
        if (threads.endLending()) {
            return true;
        }
        lock.lock();
        try {
            return tryReacquire();
        } finally {
            lock.unlock();
        }
    }

    private void reject(HandlerRun run, Throwable why) {
        // otherwise it was run anyway, or an accept loop has ended, which is told as a refusal
        if (run.reject() && !(context.options.oneAtATime && why instanceof RejectedExecutionException)) {
            context.log.log(Level.WARNING, why, "cannot start a thread for {0}", run);
        }
    }

    /**
     * Locked. Called after a handler has run on this thread. Returns whether it has the role again; another thread may
     * have it.
     */
    private boolean tryReacquire() {
        assert lock.isHeldByCurrentThread();
        if (!role.take()) {
            return false;
        }
        ranUserCode = true;
        reader.shrink();
        return true;
    }

    // ---- the end

    /** Closes without destroying a response in flight; called once, by the holder of the role. Throws nothing. */
    private void close() {
        try {
            if (ending.flush(reader.isAtRecordBoundary())) {
                drain();
            }
            context.observers.identify(connection.observed()); // if a recording has begun since
        } catch (Throwable ignored) {
            // out of memory: what follows needs none
        }
        transport.close();
        reader.end();
        if (allowed) {
            context.connections.decrementAndGet();
        }
        ending.closed();
        try {
            context.observers.closed(connection.observed());
        } catch (Throwable ignored) {
            // out of memory: nobody is told
        }
        whenClosed.accept(connection);
    }

    /** Reads and drops data until the end of the stream, or up to a limit. */
    private void drain() {
        try {
            long drained = 0;
            for (int count; drained < MAX_DRAINED && (count = reader.discard()) >= 0; ) {
                drained += count;
            }
        } catch (IOException ignored) {
            // reset by the peer, or closed by the ticker
        }
    }
}
