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
 * Listeners, their connections, and the stop: the common implementation of {@code FcgiServer} and {@code FcgiAcceptor}.
 * Each listener has an {@link AcceptLoop}, each connection a {@link ReadLoop}.
 *
 * <p>Thread-safe.
 */
public final class Server {
    /** How long handlers have to react to the abort at the end of the grace period. */
    private static final long CANCEL_TIME = TimeUnit.SECONDS.toNanos(1);

    private final Options options;
    private final List<Listener> listeners;
    private final Log log;
    private final Connections connections;
    private final Ticker ticker;
    private final LifeLog told;
    private final Instant startTime = Instant.now();
    final ServerContext context;

    /** Creates a server for listeners that are bound already. */
    public Server(Options options, List<Listener> listeners) {
        this(options, listeners, Log.of("dev.fcgi.server"));
    }

    Server(Options options, List<Listener> listeners, Log log) {
        this.options = options;
        this.listeners = List.copyOf(listeners);
        this.log = log;
        this.connections = new Connections(options.maxConnections, options.clock);
        this.context = new ServerContext(options, log, connections::changed);
        this.ticker = new Ticker(connections.all(), context.observers::check, log, options.clock);
        this.told = new LifeLog(options, log);
    }

    /**
     * Starts to accept.
     *
     * @param whenLost called by a thread of the server when one of the listeners can accept no more connections
     */
    public void start(Consumer<ListenerLostException> whenLost) {
        LibraryThreads.prepareToWait();
        ticker.start();
        context.observers.started(this::stats);
        for (Listener listener : listeners) {
            new AcceptLoop(options, log, listener, connections, this::open, whenLost).start();
        }
        told.started(addresses()); // loading all that this needs must not delay the first request
        LibraryThreads.start(this::loadTimeZones);
    }

    /**
     * Waits until it is known that all listeners can accept connections.
     *
     * @throws IOException when one cannot
     */
    public void awaitAccepting() throws IOException {
        for (Listener listener : listeners) {
            listener.awaitAccepting();
        }
    }

    /**
     * Loads time zones early. The JDK reads a file for them when its loggers first need the time; if no descriptor is
     * left by then, time zones and logs do not work for the rest of the process.
     */
    private void loadTimeZones() {
        try {
            ZoneId.systemDefault().getRules();
        } catch (Throwable e) {
            log.log(Level.DEBUG, e, "cannot load time zones");
        }
    }

    public List<SocketAddress> addresses() {
        return listeners.stream().map(Listener::address).toList();
    }

    public ServerStats stats() {
        int begun = connections.all().stream().mapToInt(ServerConnection::headCount).sum();
        Counters counters = context.counters;
        return new Snapshot(
                startTime,
                connections.all().size(),
                begun + context.requests.get(), // in this order, because a head may be completed meanwhile
                begun,
                context.mostRequests.get(),
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
                context.observers.running());
    }

    /** Suspends or resumes the accepting threads; connections wait in the kernel meanwhile. */
    public void holdAccepting(boolean hold) {
        connections.hold(hold);
    }

    // ---- connections

    void open(SocketChannel channel, SocketAddress address) throws IOException {
        boolean started = false;
        try {
            serve(ChannelTransport.accepted(channel, address));
            started = true;
        } finally {
            if (!started) {
                channel.close();
            }
        }
    }

    /** Serves a new connection on another thread. If this throws, the caller keeps the transport. */
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

    /** {@return the read loop of a new connection} */
    ReadLoop connect(Transport transport) {
        return new ReadLoop(context, ticker, transport, connections::closed);
    }

    // ---- the end

    /**
     * Stops: accepts no new connections, lets requests that have begun end, and aborts those that remain after the
     * grace period. Blocks until all have ended. Calling it again waits for the same end.
     *
     * @return whether no request had to be aborted
     * @throws InterruptedException when the calling thread was interrupted; the stop continues without a grace period
     */
    public boolean shutdown(long graceNanos) throws InterruptedException {
        context.drain(graceNanos / 2);
        boolean first = connections.end();
        if (first) {
            told.stopping(connections.all().size(), context.requests.get());
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
                    context.observers.stopped(this::stats);
                    told.stopped(context.counters.aborted.sum());
                }
                log.close();
            }
        }
    }

    private void cancel() throws InterruptedException {
        told.cancelling(context.counters.aborted.sum());
        listeners.forEach(Listener::close);
        boolean ended = false;
        try {
            connections.all().forEach(connection -> connection.ending().shutDown());
            ended = awaitEnd(CANCEL_TIME);
        } finally {
            connections.all().forEach(connection -> connection.ending().kill());
        }
        if (!ended) {
            awaitEnd(CANCEL_TIME); // for threads to notice; a handler that ignores everything is left running
        }
    }

    private boolean awaitEnd(long nanos) throws InterruptedException {
        return connections.awaitEnd(nanos, () -> context.requests.get() > 0
                || !listeners.stream().allMatch(Listener::hasEnded));
    }
}
