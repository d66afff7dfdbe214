package dev.fcgi.internal.client;

import dev.fcgi.client.ClientStats;
import dev.fcgi.client.CloseReason;
import dev.fcgi.internal.conn.Ticker;
import dev.fcgi.internal.wire.RecordBuffers;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The connections of a client: finds a place for a request, on an open connection, on a new one, or by waiting in line.
 *
 * <p>Guarded by its own lock, under which nothing blocks; the locks of connections may be taken under it.
 */
public final class ConnectionPool implements ClientConnection.Owner {
    private final ClientOptions options;
    private final Observers observers;
    private final Connector connector;
    private final Set<ClientConnection> connections = ConcurrentHashMap.newKeySet();
    private final Ticker ticker;
    private final RecordBuffers buffers = new RecordBuffers(4 * 1024);
    private final ReentrantLock lock = new ReentrantLock();
    private final WaitingLine line;

    // guarded by the lock
    /** Idle connections, the most recently used last. */
    private final Deque<ClientConnection> idle = new ArrayDeque<>();
    private int open;
    private boolean closed;

    public ConnectionPool(ClientOptions options, Observers observers) {
        this.options = options;
        this.observers = observers;
        this.ticker = new Ticker(connections, ClientLog.LOG, options.clock);
        this.connector = new Connector(options, observers, this::relieve, ticker::watch);
        this.line = new WaitingLine(options, lock, ticker::watch);
        ticker.start();
    }

    public Connector connector() {
        return connector;
    }

    /** {@return the counters at this moment} */
    public ClientStats stats() {
        lock.lock();
        try {
            return observers.stats(options.maxConnections, idle.size(), line.size());
        } finally {
            lock.unlock();
        }
    }

    /**
     * Finds a place for a request and sends its head. Blocks for a connection, at most for the connect timeout, and on
     * writing.
     *
     * @param reuse whether a kept connection may be used
     */
    public ClientCall call(CallRequest request, boolean reuse) throws IOException {
        long begin = options.clock.nanoTime();
        boolean connecting = false;
        boolean sent = false;
        try {
            ClientCall call = place(request, reuse, begin);
            while (call != null && call.isOnUsedConnection() && !call.carrier().isFresh()) {
                call = place(request, reuse, begin);
            }
            connecting = call == null;
            if (connecting) {
                call = connect(request, begin + options.connectTimeout);
            }
            request.watch().placed(call.carrier().observation(), call.id(), !connecting);
            call.carrier().send(call);
            sent = true;
            return call;
        } catch (Throwable e) {
            request.watch().over(Outcomes.of(e, connecting), null, e);
            throw e;
        } finally {
            if (!sent) {
                request.closeInput();
            }
        }
    }

    /** {@return a place on an open connection; null when a new one must be opened, which is already counted} */
    private ClientCall place(CallRequest request, boolean reuse, long begin) throws IOException {
        WaitingLine.Turn turn = null;
        lock.lock();
        try {
            while (true) {
                if (closed) {
                    throw new ClientClosedException();
                }
                if (line.isFirst(turn)) { // nobody overtakes
                    ClientCall call = reuse ? reserve(request) : null;
                    if (call != null) {
                        return call;
                    }
                    if (open < options.maxConnections || !reuse && evictIdle()) {
                        open++;
                        return null;
                    }
                }
                if (turn == null) {
                    turn = line.join(begin);
                }
                line.await(turn);
            }
        } finally {
            line.leave(turn);
            lock.unlock();
        }
    }

    /**
     * The most recently used idle connection; otherwise, with multiplexing and no new connection allowed, the one with
     * the most room.
     */
    private ClientCall reserve(CallRequest request) {
        for (ClientConnection connection; (connection = idle.peekLast()) != null; ) {
            ClientCall call = connection.reserve(request);
            idle.pollLast();
            if (call != null) {
                return call;
            }
        }
        if (!options.multiplex || open < options.maxConnections) {
            return null;
        }
        ClientConnection best = null;
        int most = 0;
        for (ClientConnection connection : connections) {
            int room = connection.room();
            if (room > most) {
                most = room;
                best = connection;
            }
        }
        return best == null ? null : best.reserve(request);
    }

    private boolean evictIdle() {
        ClientConnection oldest = idle.pollFirst();
        if (oldest != null) {
            connections.remove(oldest);
            open--; // closed() will not count it again
            oldest.close(CloseReason.YIELDED);
        }
        return oldest != null;
    }

    private ClientCall connect(CallRequest request, long deadline) throws IOException {
        Connector.Connected connected = null;
        ClientConnection connection = null;
        boolean started = false;
        try {
            connected = connector.connect(deadline);
            connection = connection(connected);
            ClientCall call = connection.reserve(request);
            add(connection);
            connection.start();
            started = true; // from now on the connection gives everything back
            return call;
        } finally {
            if (!started) {
                discard(connected, connection);
            }
        }
    }

    ClientConnection connection(Connector.Connected connected) {
        return new ClientConnection(this, ticker, buffers, Link.of(options, connected));
    }

    private void add(ClientConnection connection) throws IOException {
        lock.lock();
        try {
            if (closed) { // meanwhile: close() has not seen it, and the ticker has stopped
                connection.close(CloseReason.CLIENT_CLOSED);
                throw new ClientClosedException();
            }
            connections.add(connection);
            line.signalFirst(); // on a multiplexed connection there is room for those that wait
        } finally {
            lock.unlock();
        }
    }

    /** Releases a connection that was not started. */
    private void discard(Connector.Connected connected, ClientConnection connection) {
        boolean counted = false;
        try {
            if (connection != null) {
                counted = connections.contains(connection);
                connection.discard(); // others may already have a place on it
            } else if (connected != null) {
                connected.close();
            }
        } finally {
            lock.lock();
            try {
                if (!counted) { // otherwise closed() has done it
                    open--;
                }
                line.signalFirst();
            } finally {
                lock.unlock();
            }
        }
    }

    /** A request on the connection has ended. */
    @Override
    public void released(ClientConnection connection) {
        lock.lock();
        try {
            if (connection.isReusable()) {
                idle.remove(connection);
                if (!connection.isMultiplexed() && connection.backlog().isStuck()) {
                    connection.close(CloseReason.YIELDED); // a request may be waiting for the process that serves it
                } else {
                    idle.addLast(connection);
                }
            }
            if (closed) {
                connection.close(CloseReason.CLIENT_CLOSED);
            }
            line.signalFirst();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void refusedToShare(SocketAddress peer) {
        connector.disableMultiplexing(peer);
    }

    /** The connection has ended. */
    @Override
    public void closed(ClientConnection connection) {
        lock.lock();
        try {
            idle.remove(connection);
            if (connections.remove(connection)) {
                open--;
            }
            line.signalFirst();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Closes the idle connections to a server, so that it accepts waiting ones. Called by the ticker.
     *
     * @return false if that would block
     */
    private boolean relieve(Backlog backlog) {
        if (!lock.tryLock()) {
            return false;
        }
        try {
            for (ClientConnection connection : List.copyOf(idle)) { // closed ones remove themselves
                if (connection.backlog() == backlog && !connection.isMultiplexed()) {
                    connection.close(CloseReason.YIELDED);
                }
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Closes a connection that has been idle for too long. Called by the ticker. */
    @Override
    public void checkIdle(ClientConnection connection, long now) {
        if (!connection.isIdleLongerThan(options.keepAliveTimeout, now) || !lock.tryLock()) {
            return;
        }
        try {
            if (idle.remove(connection)) {
                connection.close(CloseReason.KEEP_ALIVE_TIMEOUT);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Closes everything; requests in flight fail. */
    public void close() {
        lock.lock();
        try {
            closed = true;
            line.signalAll();
            connections.forEach(connection -> connection.close(CloseReason.CLIENT_CLOSED));
        } finally {
            lock.unlock();
        }
        ticker.stop();
    }
}
