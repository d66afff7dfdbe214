package dev.fcgi.internal.client;

import dev.fcgi.Role;
import dev.fcgi.client.CallEvent;
import dev.fcgi.client.ClientListener;
import dev.fcgi.client.ClientStats;
import dev.fcgi.internal.conn.Clock;
import dev.fcgi.internal.conn.Uninterrupted;
import dev.fcgi.internal.jfr.Jfr;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.SocketAddress;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * Counts the events of a client and calls its listeners, one after the other. They are foreign code: they are called
 * without a lock, and their exceptions are logged.
 *
 * <p>The caller's thread reports its call and the connection that it opens. A connection may end on any thread, under
 * any lock; so its end waits in a linked list, which needs no memory, for a thread that exists only while something
 * waits. If that thread cannot be started, the next caller reports it.
 */
public final class Observers {
    private final List<ClientListener> listeners;
    private final Consumer<Runnable> threads;
    private final Clock clock;
    private final Instant startTime = Instant.now();
    private final Counters counters = new Counters();
    private final CallWatch counting = new CallWatch(counters);
    private final Set<CallEvent> running = ConcurrentHashMap.newKeySet();
    /** The latest first. */
    private final AtomicReference<ConnectionObservation> waiting = new AtomicReference<>();
    private final AtomicBoolean telling = new AtomicBoolean();

    public Observers(ClientOptions options) {
        this.listeners = List.copyOf(options.listeners);
        this.threads = options.threads;
        this.clock = options.clock;
    }

    /** {@return whether there is any observer} */
    private boolean isOn() {
        return !listeners.isEmpty() || Jfr.isOn();
    }

    /** {@return the current counters} */
    public ClientStats stats(int maxConnections, int idle, int waitingCalls) {
        return new Snapshot(startTime, idle, waitingCalls, maxConnections, counters.snapshot(), List.copyOf(running));
    }

    /** Needs no memory itself, and never throws. */
    private <T> void tell(BiConsumer<ClientListener, T> event, T what) {
        boolean interrupted = Uninterrupted.putOff(); // an interrupt is meant for the caller, not for listeners
        try {
            for (ClientListener listener : listeners) {
                tell(listener, event, what);
            }
            if (Jfr.isOn()) {
                tell(new ClientFlightRecords(), event, what); // keeps nothing
            }
        } catch (Throwable e) { // out of memory
            failed(e);
        } finally {
            Uninterrupted.deliver(interrupted);
        }
    }

    private static <T> void tell(ClientListener listener, BiConsumer<ClientListener, T> event, T what) {
        try {
            event.accept(listener, what);
        } catch (Throwable e) {
            failed(e);
        }
    }

    private static void failed(Throwable e) {
        ClientLog.LOG.log(Level.WARNING, e, "a listener failed");
    }

    // ---- connections

    /** A connection was opened. */
    ConnectionObservation opened(SocketAddress peer, long nanos) {
        ConnectionObservation connection =
                new ConnectionObservation(counters.connectionsOpened.incrementAndGet(), peer, nanos, null, this::closed);
        if (isOn()) {
            tell(ClientListener::connectionOpened, connection);
        }
        return connection;
    }

    void connectFailed(SocketAddress peer, long nanos, IOException failure) {
        counters.connectsFailed.incrementAndGet();
        if (isOn()) {
            ConnectionObservation connection = new ConnectionObservation(0, peer, nanos, failure, none -> { });
            tell(ClientListener::connectFailed, connection);
        }
    }

    /** A connection has ended. May be called by any thread, under any lock; never blocks, never throws. */
    private void closed(ConnectionObservation connection) {
        counters.closed(connection.reason());
        if (isOn()) {
            ConnectionObservation before;
            do {
                before = waiting.get();
                connection.next = before;
            } while (!waiting.compareAndSet(before, connection));
            startTelling();
        }
    }

    private void startTelling() {
        try {
            if (!telling.get()) {
                threads.accept(this::runTelling);
            }
        } catch (Throwable ignored) {
            // out of memory: the next caller reports it
        }
    }

    private void runTelling() {
        while (waiting.get() != null && telling.compareAndSet(false, true)) {
            try {
                tellWaiting();
            } finally {
                telling.set(false);
            }
        }
    }

    private void tellWaiting() {
        ConnectionObservation first = null; // reverses the order, which was latest first
        for (ConnectionObservation next = waiting.getAndSet(null); next != null; ) {
            ConnectionObservation following = next.next;
            next.next = first;
            first = next;
            next = following;
        }
        for (ConnectionObservation connection = first; connection != null; connection = connection.next) {
            tell(ClientListener::connectionClosed, connection);
        }
    }

    // ---- calls

    /** A call begins. {@return what watches it} */
    public CallWatch begin(Role role, Map<String, String> params) {
        if (!isOn()) {
            counters.callsStarted.incrementAndGet();
            return counting;
        }
        if (waiting.get() != null) {
            startTelling();
        }
        CallObservation call = new CallObservation(this, counters, clock, role, params);
        running.add(call);
        counters.callsStarted.incrementAndGet(); // after all that needs memory
        tell(ClientListener::callBegun, call);
        return call;
    }

    void sentAgain(CallEvent call) {
        tell(ClientListener::callRetried, call);
    }

    void ended(CallEvent call) {
        running.remove(call);
        tell(ClientListener::callEnded, call);
    }
}
