package dev.fcgi.internal.server;

import dev.fcgi.ServerStats;
import dev.fcgi.internal.conn.LibraryThreads;
import dev.fcgi.internal.conn.Log;
import dev.fcgi.internal.conn.Ticker;
import dev.fcgi.internal.io.ChannelTransport;
import dev.fcgi.internal.io.Listener;
import dev.fcgi.internal.io.ListenerLostException;
import dev.fcgi.internal.io.Transport;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.SocketAddress;
import java.nio.channels.SocketChannel;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Listeners, their connections, and the stop: what {@code FcgiServer} and {@code FcgiAcceptor} have in common. Each
 * listener has an {@link AcceptLoop}, each connection a {@link ReadLoop}.
 *
 * <p>May be used by any thread.
 */
public final class Server {
    /** What handlers get to react to the cancellation at the end of the period of grace. */
    private static final long CANCEL_TIME = TimeUnit.SECONDS.toNanos(1);

    private final Options options;
    private final List<Listener> listeners;
    private final Log log;
    private final Connections connections;
    private final Ticker ticker;
    private final LifeLog told;
    private final Instant startTime = Instant.now();
    final Common common;

    /** Creates a server for listeners that are bound already. */
    public Server(Options options, List<Listener> listeners) {
        this(options, listeners, Log.of("dev.fcgi.server"));
    }

    Server(Options options, List<Listener> listeners, Log log) {
        this.options = options;
        this.listeners = List.copyOf(listeners);
        this.log = log;
        this.connections = new Connections(options.maxConnections, options.clock);
        this.ticker = new Ticker(connections.all(), log, options.clock);
        this.common = new Common(options, log, connections::changed);
        this.told = new LifeLog(options, log);
    }

    /**
     * Starts to accept.
     *
     * @param whenLost is told, by a thread of the server, when no connection can come any more from one of the
     *     listeners
     */
    public void start(Consumer<ListenerLostException> whenLost) {
        LibraryThreads.prepareToWait();
        ticker.start();
        common.observers.started(this::stats);
        told.started(addresses());
        LibraryThreads.start(this::loadTimeZones);
        listeners.forEach(listener ->
                new AcceptLoop(options, log, listener, connections, this::open, whenLost).start());
    }

    /**
     * Waits until it is known that the listeners give connections.
     *
     * @throws IOException when one does not
     */
    public void awaitAccepting() throws IOException {
        for (Listener listener : listeners) {
            listener.awaitAccepting();
        }
    }

    /**
     * The JDK reads a file for them when its loggers first need the time. Should there be no descriptor left by then,
     * time zones and logs would be broken for as long as the process lives.
     */
    private void loadTimeZones() {
        try {
            ZoneId.systemDefault().getRules();
        } catch (Throwable e) {
            log.log(Level.DEBUG, e, "no time zones");
        }
    }

    public List<SocketAddress> addresses() {
        return listeners.stream().map(Listener::address).toList();
    }

    public ServerStats stats() {
        int begun = connections.all().stream().mapToInt(ServerConnection::headCount).sum();
        Counters counters = common.counters;
        return new Snapshot(
                startTime,
                connections.all().size(),
                begun + common.requests.get(), // in this order: a head may be completed in between
                common.mostRequests.get(),
                options.maxRequests,
                counters.accepted.sum(),
                counters.started.sum(),
                counters.aborted.sum(),
                counters.refused.sum(),
                counters.overLimit.sum(),
                counters.slow.sum(),
                counters.failed.sum(),
                counters.protocolErrors.sum(),
                counters.multiplexed.sum(),
                options.backlog,
                addresses(),
                common.observers.running());
    }

    /** Holds the accepting threads back, or lets them go on: connections wait in the kernel meanwhile. */
    public void holdAccepting(boolean hold) {
        connections.hold(hold);
    }

    // ---- connections

    void open(SocketChannel channel, SocketAddress address) throws IOException {
        boolean started = false;
        try {
            serve(new ChannelTransport(channel, address));
            started = true;
        } finally {
            if (!started) {
                channel.close();
            }
        }
    }

    /** Serves a new connection on a thread of its own. The transport stays with the caller when this throws. */
    public void serve(Transport transport) {
        ReadLoop loop = connect(transport);
        connections.opened(loop.connection());
        boolean started = false;
        try {
            LibraryThreads.start(loop);
            started = true;
        } finally {
            if (!started) {
                connections.closed(loop.connection());
            }
        }
    }

    /** {@return what reads a new connection, to its end} */
    ReadLoop connect(Transport transport) {
        return new ReadLoop(common, ticker, transport, connections::closed);
    }

    // ---- the end

    /**
     * Stops: no new connections, everything that has begun may end, what remains after the period of grace is
     * cancelled. Blocks until nothing is left. Calling it again waits for the same end.
     *
     * @return whether nothing had to be cancelled
     * @throws InterruptedException when the calling thread was interrupted; the stop goes on without period of grace
     */
    public boolean shutdown(long graceNanos) throws InterruptedException {
        common.drain(graceNanos / 2);
        boolean first = connections.end();
        if (first) {
            told.stopping(connections.all().size(), common.requests.get());
            listeners.forEach(Listener::stopAccepting);
        }
        boolean drained = false;
        try {
            drained = awaitEnd(graceNanos);
            return drained;
        } finally {
            try {
                if (!drained) {
                    cancel();
                }
            } finally {
                ticker.stop();
                if (first) {
                    common.observers.stopped(this::stats);
                    told.stopped(common.counters.aborted.sum());
                }
                log.close();
            }
        }
    }

    private void cancel() throws InterruptedException {
        told.cancelling(common.counters.aborted.sum());
        listeners.forEach(Listener::close);
        connections.all().forEach(connection -> connection.ending().shutDown());
        boolean ended = false;
        try {
            ended = awaitEnd(CANCEL_TIME);
        } finally {
            connections.all().forEach(connection -> connection.ending().kill());
        }
        if (!ended) {
            awaitEnd(CANCEL_TIME); // for threads to notice; a handler that ignores everything is left behind
        }
    }

    private boolean awaitEnd(long nanos) throws InterruptedException {
        return connections.awaitEnd(nanos, () -> common.requests.get() > 0
                || !listeners.stream().allMatch(Listener::hasEnded));
    }
}
