package dev.fcgi.internal.server;

import dev.fcgi.RequestEvent;
import dev.fcgi.Role;
import dev.fcgi.ServerListener;
import dev.fcgi.ServerStats;
import dev.fcgi.internal.conn.Clock;
import dev.fcgi.internal.conn.LibraryThreads;
import dev.fcgi.internal.conn.Log;
import dev.fcgi.internal.conn.Uninterrupted;
import dev.fcgi.internal.jfr.Jfr;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/**
 * Calls the listeners of a server, one after the other. They are foreign code: they are called without a lock, and
 * their exceptions are logged.
 *
 * <p>Requests that end while a lock is held, without a handler's thread that could report them, wait in a linked list,
 * which needs no memory. Threads that read a connection report them, and so does a thread that exists only while some
 * wait. So their number is limited by the requests in flight.
 */
final class Observers {
    /** Slow handlers need more than one line each, so they have a separate log. */
    private static final String SLOW = "dev.fcgi.slow";
    private static final int SLOW_LINES = 10;
    private static final long LAST_WORDS = TimeUnit.SECONDS.toNanos(1);
    private static final long LOOK = TimeUnit.MILLISECONDS.toNanos(2);

    private final ServerListener[] listeners;
    private final Log log;
    private final Log slowLog;
    private final long slowAfter;
    private final boolean recorded;
    private final Counters counters;
    private final Clock clock;
    private final RunningRequests<Observation> running = new RunningRequests<>();
    /** The latest first. */
    private final AtomicReference<Observation> waiting = new AtomicReference<>();
    private final AtomicReference<Thread> telling = new AtomicReference<>();

    Observers(Options options, Log log, Counters counters) {
        this.listeners = options.listeners.toArray(ServerListener[]::new);
        this.slowAfter = options.slowRequestTime;
        this.recorded = options.recorded;
        this.log = log;
        this.slowLog = new Log(SLOW, SLOW_LINES, SLOW_LINES, options.clock);
        this.counters = counters;
        this.clock = options.clock;
    }

    /** {@return whether there is any observer} */
    boolean isOn() {
        return listeners.length > 0 || slowAfter != Long.MAX_VALUE || recorded && Jfr.isOn();
    }

    /** {@return the time; never 0, which stands for something that has not happened yet} */
    long now() {
        return clock.nanoTime() | 1;
    }

    /** {@return the observed requests that have not ended} */
    List<RequestEvent> running() {
        return List.copyOf(running.list());
    }

    /** Finds slow handlers, also of requests and connections that have ended meanwhile. Called by the ticker. */
    void check(long now) {
        if (slowAfter != Long.MAX_VALUE) {
            running.list().forEach(request -> request.check(now));
        }
    }

    /** Needs no memory itself, and never throws. */
    private <T> void tell(BiConsumer<ServerListener, T> event, T what) {
        try {
            for (ServerListener listener : listeners) {
                tell(listener, event, what);
            }
            if (recorded && Jfr.isOn()) {
                tell(Jfr.listener(), event, what);
            }
        } catch (Throwable e) {
            failed(e);
        }
    }

    private <T> void tell(ServerListener listener, BiConsumer<ServerListener, T> event, T what) {
        try {
            event.accept(listener, what);
        } catch (Throwable e) {
            failed(e);
        }
    }

    /** A listener has failed, or there is no memory to call it; whoever tells goes on. */
    private void failed(Throwable e) {
        log.log(Level.WARNING, e, "a listener failed");
    }

    void started(Supplier<ServerStats> stats) {
        tell(ServerListener::started, stats);
    }

    void stopped(Supplier<ServerStats> stats) {
        tellWaiting();
        awaitLastWords();
        if (listeners.length > 0) {
            tell(ServerListener::stopped, stats.get());
        }
        slowLog.close();
    }

    /** Waits for listeners that are still running. An interrupt, which would end every pause at once, must not cost that. */
    private void awaitLastWords() {
        boolean interrupted = false;
        long begin = System.nanoTime();
        while ((!running.isEmpty() || telling.get() != null) && System.nanoTime() - begin < LAST_WORDS) {
            LockSupport.parkNanos(LOOK);
            interrupted |= Uninterrupted.putOff();
        }
        Uninterrupted.deliver(interrupted);
    }

    /** A connection is about to be closed, or has begun: after the end its peer cannot be identified any more. */
    void identify(ConnectionObservation connection) {
        if (recorded && Jfr.isOn()) {
            connection.peerUser();
        }
    }

    void opened(ConnectionObservation connection) {
        tell(ServerListener::connectionOpened, connection);
        identify(connection); // now, because nobody waits for its end yet
        Thread.interrupted(); // an interrupt that a listener left would close the connection
    }

    void closed(ConnectionObservation connection) {
        tellWaiting();
        tell(ServerListener::connectionClosed, connection);
    }

    // ---- requests

    /** {@return what observes a request that begins, or is refused; null when nobody does} */
    Observation observe(ConnectionObservation connection, int id, Role role) {
        connection.requestBegun();
        return isOn() ? new Observation(this, connection, id, role) : null;
    }

    void added(Observation request) {
        running.add(request);
    }

    /** Reports that a handler is about to begin. Throws nothing. */
    void begun(Observation request) {
        tell(ServerListener::requestBegun, request);
    }

    /** Reports the end of a request on this thread, which holds no lock. Throws nothing. */
    void ended(Observation request) {
        tell(ServerListener::requestEnded, request);
        running.remove(request);
    }

    /** The same, under a lock. Never blocks, never throws. */
    void endedLocked(Observation request) {
        Observation before;
        do {
            before = waiting.get();
            request.next = before;
        } while (!waiting.compareAndSet(before, request));
        startTelling();
    }

    boolean isSlow(long nanos) {
        return nanos > slowAfter;
    }

    /** Called by the ticker; another thread reports it. */
    void slow(Observation request) {
        counters.slow.increment();
        LibraryThreads.start(() -> tellSlow(request));
    }

    private void tellSlow(Observation request) {
        Throwable stack = new SlowRequest();
        stack.setStackTrace(request.stack().toArray(StackTraceElement[]::new));
        slowLog.log(Level.WARNING, stack, "slow request, after {0} ms: {1}", request.handlerTime().toMillis(),
                RequestText.of(request));
        tell(ServerListener::requestSlow, request);
    }

    // ---- waiting events

    private void startTelling() {
        try {
            if (telling.get() == null) {
                LibraryThreads.start(this::runTelling);
            }
        } catch (Throwable ignored) {
            // out of memory: the next thread that reads a connection reports it
        }
    }

    private void runTelling() {
        while (waiting.get() != null && telling.compareAndSet(null, Thread.currentThread())) {
            try {
                tellWaiting();
            } finally {
                telling.set(null);
            }
        }
    }

    /** Reports waiting requests; called without a lock by threads that read a connection. */
    void tellWaitingBeforeRead() {
        if (waiting.get() != null) {
            tellWaiting();
            Thread.interrupted(); // as in opened
        }
    }

    private void tellWaiting() {
        if (waiting.get() == null) {
            return;
        }
        Observation first = null; // reverses the order, which was latest first
        for (Observation next = waiting.getAndSet(null); next != null; ) {
            Observation following = next.next;
            next.next = first;
            first = next;
            next = following;
        }
        for (Observation request = first; request != null; ) {
            Observation following = request.next;
            request.next = null;
            ended(request);
            request = following;
        }
    }

    /** Carries the stack of a handler to the log. */
    private static final class SlowRequest extends Throwable {
        private static final long serialVersionUID = 1;

        SlowRequest() {
            super("the handler is here", null, false, true);
        }
    }
}
