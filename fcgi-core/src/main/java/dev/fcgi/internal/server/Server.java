package dev.fcgi.internal.server;

import dev.fcgi.FilterRequest;
import dev.fcgi.ServerStats;
import dev.fcgi.internal.conn.LibraryThreads;
import dev.fcgi.internal.conn.Log;
import dev.fcgi.internal.conn.Ticker;
import dev.fcgi.internal.io.Address;
import dev.fcgi.internal.io.ChannelTransport;
import dev.fcgi.internal.io.Listener;
import dev.fcgi.internal.io.Transport;
import dev.fcgi.internal.io.ListenerLostException;
import dev.fcgi.internal.wire.RecordBuffer;
import dev.fcgi.internal.wire.SpareBuffers;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.SocketAddress;
import java.nio.channels.SocketChannel;
import java.time.ZoneId;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * Listeners, their connections, and the common limits: what {@code FcgiServer} and {@code FcgiAcceptor} share.
 *
 * <p>Each listener has an accepting thread, virtual where a selector lets it be, each connection a virtual one. The
 * number of connections and the stages of the stop are guarded by one lock, under which nothing blocks.
 */
public final class Server {
    /** Whether a virtual thread that waits in a selector lets go of its carrier, as it does since JDK 24. */
    private static final boolean SELECT_PARKS = Runtime.version().feature() >= 24;
    private static final long ACCEPT_PAUSE_MILLIS = 100;
    /** What handlers get to react to the cancellation at the end of the period of grace. */
    private static final long CANCEL_TIME = TimeUnit.SECONDS.toNanos(1);
    private static final int MAX_READ_AHEADS = 64;
    private static final long FIRST_REQUEST_TIME = TimeUnit.MILLISECONDS.toNanos(20);
    private static final long LISTENER_LOOK = TimeUnit.MILLISECONDS.toNanos(50);

    private final Options options;
    private final List<Listener> listeners;
    private final Counters counters = new Counters();
    private final SpareBuffers<RecordBuffer> spareBuffers = new SpareBuffers<>();
    private final Set<ServerConnection> connections = ConcurrentHashMap.newKeySet();
    private final Log log;
    private final Ticker ticker;
    /** Requests whose head is complete and whose handler has not returned. */
    private final AtomicInteger requests = new AtomicInteger();
    /** Heads that are not complete, beyond the first of each connection. */
    final AtomicInteger heads = new AtomicInteger();
    /** Streams that queue more than usual. */
    final AtomicInteger readAheads = new AtomicInteger();
    private volatile boolean draining;
    /** Since when a stop refuses requests on connections that are busy; written before draining. */
    private long refusingSince;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    // guarded by the lock
    private int openConnections;
    private boolean acceptingHeld;
    private long changes;

    /** Creates a server for listeners that are bound already. */
    public Server(Options options, List<Listener> listeners) {
        this(options, listeners, Log.of("dev.fcgi.server"));
    }

    Server(Options options, List<Listener> listeners, Log log) {
        this.options = options;
        this.listeners = List.copyOf(listeners);
        this.log = log;
        this.ticker = new Ticker(connections, log, options.clock);
    }

    /**
     * Starts to accept.
     *
     * @param whenLost is told, by a thread of the server, when no connection can come any more from one of the
     *     listeners
     */
    public void start(Consumer<ListenerLostException> whenLost) {
        ticker.start();
        LibraryThreads.start(this::loadTimeZones);
        for (Listener listener : listeners) {
            Runnable accepting = () -> accept(listener, whenLost);
            if (listener.isInherited() || !SELECT_PARKS) {
                Thread.ofPlatform().name("fcgi-accept").daemon().start(accepting);
            } else {
                Thread.ofVirtual().name("fcgi-accept").start(accepting); // connections go to no other carrier
            }
        }
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

    Options options() {
        return options;
    }

    Log log() {
        return log;
    }

    Counters counters() {
        return counters;
    }

    SpareBuffers<RecordBuffer> spareBuffers() {
        return spareBuffers;
    }

    Ticker ticker() {
        return ticker;
    }

    public ServerStats stats() {
        int begun = connections.stream().mapToInt(ServerConnection::headCount).sum();
        return new ServerStats(
                connections.size(),
                begun + requests.get(), // in this order: a head may be completed in between
                counters.accepted.sum(),
                counters.started.sum(),
                counters.aborted.sum(),
                counters.refused.sum(),
                counters.failed.sum(),
                counters.protocolErrors.sum(),
                counters.multiplexed.sum());
    }

    void handle(ServerRequest request) throws Exception {
        switch (request.role()) {
            case RESPONDER -> options.responder.respond(request);
            case FILTER -> options.filter.filter((FilterRequest) request);
            case AUTHORIZER -> options.authorizer.respond(request);
        }
    }

    // ---- limits

    Heads newHeads() {
        return new Heads(heads, options.maxRequests);
    }

    /** Whether one more stream may queue more than usual. */
    boolean admitReadAhead() {
        return admit(readAheads, MAX_READ_AHEADS);
    }

    void releaseReadAhead() {
        readAheads.decrementAndGet();
    }

    /** Takes the permit of one more request, if there is one. */
    boolean admitRequest() {
        return admit(requests, options.maxRequests);
    }

    private static boolean admit(AtomicInteger number, int limit) {
        if (number.incrementAndGet() > limit) {
            number.decrementAndGet();
            return false;
        }
        return true;
    }

    void releaseRequest() {
        if (requests.decrementAndGet() == 0 && draining) {
            signalChange();
        }
    }

    /** Holds the accepting threads back, or lets them go on: connections wait in the kernel meanwhile. */
    public void holdAccepting(boolean hold) {
        lock.lock();
        try {
            acceptingHeld = hold;
        } finally {
            lock.unlock();
        }
        signalChange();
    }

    private void awaitPermit() {
        lock.lock();
        try {
            while (!draining && (acceptingHeld || openConnections >= options.maxConnections)) {
                if (!acceptingHeld) {
                    log.log(Level.WARNING, "maxConnections {0} reached, others wait", options.maxConnections);
                }
                changed.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }

    private void signalChange() {
        lock.lock();
        try {
            changes++;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private long change() {
        lock.lock();
        try {
            return changes;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Gives a new connection a moment to bring its request to the loop, so that no other is taken that a process beside
     * us could serve.
     */
    private void awaitChange(long before) {
        lock.lock();
        try {
            long left = FIRST_REQUEST_TIME;
            while (changes == before && !draining && left > 0) {
                left = options.clock.await(changed, left);
            }
        } catch (InterruptedException ignored) {
            // nobody is meant to, and with the flag set accept would close the listener
        } finally {
            lock.unlock();
        }
    }

    // ---- accepting

    private void accept(Listener listener, Consumer<ListenerLostException> whenLost) {
        try {
            boolean ended = false;
            boolean failing = false;
            while (!ended) {
                try {
                    ended = !acceptNext(listener);
                    failing = false;
                } catch (ListenerLostException e) {
                    log.log(Level.ERROR, "the end: {0}", e.getMessage());
                    whenLost.accept(e);
                    return;
                } catch (Throwable e) { // out of descriptors, memory or threads: that may pass
                    pause(listener, e, failing);
                    failing = true;
                }
            }
        } finally {
            signalChange();
        }
    }

    /** {@return false when nothing comes any more} */
    private boolean acceptNext(Listener listener) throws IOException {
        awaitPermit();
        SocketChannel channel = listener.accept();
        if (channel == null) {
            return false;
        }
        long before = change();
        open(channel, listener.address());
        if (options.oneAtATime) {
            awaitChange(before);
        }
        return true;
    }

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
        ServerConnection connection = new ServerConnection(this, transport);
        opened(connection);
        boolean started = false;
        try {
            LibraryThreads.start(connection.reader());
            started = true;
        } finally {
            if (!started) {
                closed(connection);
            }
        }
    }

    private void opened(ServerConnection connection) {
        connections.add(connection); // may fail, and nothing was counted then
        lock.lock();
        try {
            openConnections++;
        } finally {
            lock.unlock();
        }
    }

    void closed(ServerConnection connection) {
        boolean counted = connections.remove(connection);
        lock.lock();
        try {
            openConnections -= counted ? 1 : 0;
            signalChange();
        } finally {
            lock.unlock();
        }
    }

    /** Throws nothing: accepting goes on. */
    private void pause(Listener listener, Throwable cause, boolean known) {
        try {
            if (!known) {
                log.log(Level.WARNING, cause, "cannot accept connections at {0} for now",
                        Address.text(listener.address()));
            }
            Thread.sleep(ACCEPT_PAUSE_MILLIS);
        } catch (Throwable ignored) {
            // an interrupt, which nobody is meant to send and which would close the listener, or out of memory again
        }
    }

    // ---- the end

    boolean isDraining() {
        return draining;
    }

    /**
     * Whether a connection that has requests takes no more. A stop closes each connection as soon as it has none, and
     * waits for that moment for half of the grace: HAProxy, the web server that shares connections, drops all requests
     * on one when one of them is refused.
     */
    boolean isRefusing() {
        return draining && options.clock.nanoTime() - refusingSince > 0;
    }

    /**
     * Stops: no new connections, everything that has begun may end, what remains after the period of grace is
     * cancelled. Blocks until nothing is left. Calling it again waits for the same end.
     *
     * @return whether nothing had to be cancelled
     * @throws InterruptedException when the calling thread was interrupted; the stop goes on without period of grace
     */
    public boolean shutdown(long graceNanos) throws InterruptedException {
        boolean first;
        lock.lock();
        try {
            first = !draining;
            if (first) {
                refusingSince = options.clock.nanoTime() + graceNanos / 2;
            }
            draining = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        if (first) {
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
                log.close();
            }
        }
    }

    private void cancel() throws InterruptedException {
        listeners.forEach(Listener::close);
        connections.forEach(ServerConnection::shutDown);
        boolean ended = false;
        try {
            ended = awaitEnd(CANCEL_TIME);
        } finally {
            connections.forEach(ServerConnection::kill);
        }
        if (!ended) {
            awaitEnd(CANCEL_TIME); // for threads to notice; a handler that ignores everything is left behind
        }
    }

    private boolean isAccepting() {
        return !listeners.stream().allMatch(Listener::hasEnded);
    }

    private boolean awaitEnd(long nanos) throws InterruptedException {
        lock.lock();
        try {
            long left = nanos;
            while (isAccepting() || openConnections > 0 || requests.get() > 0) {
                if (left <= 0) {
                    return false;
                }
                long step = Math.min(left, LISTENER_LOOK); // listeners do not tell
                left -= step - Math.max(0, options.clock.await(changed, step));
            }
            return true;
        } finally {
            lock.unlock();
        }
    }
}
