package dev.fcgi.internal.client;

import dev.fcgi.client.CloseReason;
import dev.fcgi.client.RequestTimeoutException.Limit;
import dev.fcgi.client.RequestTimeoutException;
import dev.fcgi.internal.conn.Ticker;
import dev.fcgi.internal.io.Address;
import dev.fcgi.internal.io.Transport;
import dev.fcgi.internal.wire.Fcgi;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedByInterruptException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Opens connections: to one server after the other, to each address of its name, skipping those that do not respond.
 * Thread-safe; blocks.
 */
public final class Connector {
    /** How long an address that failed is tried last. */
    private static final long SHUN_TIME = TimeUnit.SECONDS.toNanos(2);
    /** How many addresses are remembered, because the addresses of a name may change every day. */
    private static final int MAX_KNOWN = 1000;

    /**
     * A connection.
     *
     * @param maxRequests how many requests it may carry at a time
     * @param backlog the backlog of the server
     * @param arrival its entry in the backlog
     * @param observation what is told of it
     */
    record Connected(Transport transport, int maxRequests, Backlog backlog, Backlog.Arrival arrival,
            ConnectionObservation observation) {
        void close() {
            try {
                arrival.ended();
                transport.close();
            } finally {
                observation.over();
            }
        }
    }

    /** The state of an address. */
    private static final class Known {
        private final Backlog backlog;
        private volatile boolean failed;
        private volatile long failedAt;
        /** 0 when it was not queried. */
        private volatile int maxRequests;

        Known(Backlog backlog) {
            this.backlog = backlog;
        }
    }

    private interface Attempt {
        Connected to(SocketAddress address, long deadline) throws IOException;
    }

    private final ClientOptions options;
    private final Observers observers;
    private final HostLookup lookup;
    private final Predicate<Backlog> relief;
    private final Consumer<Ticker.Ticked> ticker;
    private final AtomicInteger turn = new AtomicInteger();
    private final Map<SocketAddress, Known> known = new ConcurrentHashMap<>();

    /**
     * Creates a connector.
     *
     * @param relief closes idle connections, see {@link Backlog}
     * @param ticker ticks an object
     */
    Connector(ClientOptions options, Observers observers, Predicate<Backlog> relief, Consumer<Ticker.Ticked> ticker) {
        this.options = options;
        this.observers = observers;
        this.lookup = new HostLookup(options.network, options.clock);
        this.relief = relief;
        this.ticker = ticker;
    }

    Connected connect(long deadline) throws IOException {
        return first(inTurn(), deadline, (server, until) -> first(addresses(server, until), until, this::ask));
    }

    /** Queries values on a separate connection, because some applications close it, and one hangs. */
    public Map<String, String> values(String... names) throws IOException {
        long deadline = options.clock.nanoTime() + options.connectTimeout;
        SocketAddress server = inTurn().get(0);
        return values(first(addresses(server, deadline), deadline, this::open), names);
    }

    private Map<String, String> values(Connected connected, String... names) throws IOException {
        connected.observation().closing(CloseReason.VALUES);
        try {
            return new ValuesQuery(connected).ask(options, names);
        } finally {
            connected.close();
        }
    }

    // ---- one after the other

    private Connected first(List<SocketAddress> order, long deadline, Attempt attempt) throws IOException {
        IOException failed = null;
        for (int i = 0; i < order.size(); i++) {
            SocketAddress address = order.get(i);
            try {
                Connected connected = attempt.to(address, share(deadline, order.size() - i));
                known(address).failed = false;
                return connected;
            } catch (RequestTimeoutException e) {
                failed = failed(address, e, failed);
            } catch (InterruptedIOException | ClosedByInterruptException e) {
                throw new InterruptedIOException("interrupted while connecting"); // not a failure of the address
            } catch (IOException e) {
                failed = failed(address, e, failed);
            }
        }
        throw failed;
    }

    private IOException failed(SocketAddress address, IOException cause, IOException before) {
        Known one = known(address);
        one.failedAt = options.clock.nanoTime();
        one.failed = true;
        one.maxRequests = 0; // another program may come back there
        if (before == null) {
            return cause;
        }
        before.addSuppressed(cause);
        return before;
    }

    /** The time for one address, so that one that does not respond leaves some for the others. */
    private long share(long deadline, int addresses) {
        long now = options.clock.nanoTime();
        return options.connectTimeout == Long.MAX_VALUE ? deadline : now + (deadline - now) / addresses;
    }

    /** All servers, each time with another one first; those that failed recently come last. */
    private List<SocketAddress> inTurn() {
        int first = Math.floorMod(turn.getAndIncrement(), options.addresses.size());
        List<SocketAddress> order = new ArrayList<>();
        for (int i = 0; i < options.addresses.size(); i++) {
            order.add(options.addresses.get((first + i) % options.addresses.size()));
        }
        return shunned(order);
    }

    private List<SocketAddress> shunned(List<SocketAddress> order) {
        long now = options.clock.nanoTime();
        List<SocketAddress> last = new ArrayList<>();
        for (SocketAddress address : order) {
            Known one = known.get(address);
            if (one != null && one.failed && now - one.failedAt < SHUN_TIME) {
                last.add(address);
            }
        }
        order.removeAll(last);
        order.addAll(last);
        return order;
    }

    /** The current addresses of a server. */
    private List<SocketAddress> addresses(SocketAddress server, long deadline) throws IOException {
        if (!(server instanceof InetSocketAddress name) || !name.isUnresolved()) {
            return List.of(server);
        }
        long begin = options.clock.nanoTime();
        try {
            return shunned(lookup.resolve(name, left(deadline)));
        } catch (IOException e) {
            throw explained(server, e, begin);
        }
    }

    private Known known(SocketAddress address) {
        Known one = known.get(address);
        if (one == null) {
            if (known.size() >= MAX_KNOWN) {
                known.values().removeIf(other -> other.backlog.isEmpty());
            }
            one = known.computeIfAbsent(address, unused -> new Known(new Backlog(relief, options.clock)));
        }
        return one;
    }

    // ---- one

    /** Connects to an address, after a query on another connection if requests may be multiplexed and it is not known. */
    private Connected ask(SocketAddress address, long deadline) throws IOException {
        long until = deadline;
        boolean unknown = options.multiplex && options.keepAlive && known(address).maxRequests == 0;
        if (unknown && options.assumeMultiplexing) {
            known(address).maxRequests = options.maxRequestsPerConnection;
        } else if (unknown) {
            Connected questioned = open(address, until);
            long askedAt = options.clock.nanoTime();
            known(address).maxRequests = maxRequests(values(questioned, Fcgi.MPXS_CONNS, Fcgi.MAX_REQS));
            until += options.clock.nanoTime() - askedAt; // the query has its own timeout
        }
        return open(address, until);
    }

    /** An application that does not answer in time does not multiplex. */
    private int maxRequests(Map<String, String> values) {
        String limit = values.getOrDefault(Fcgi.MAX_REQS, "");
        int most = limit.matches("[1-9]\\d{0,8}") ? Integer.parseInt(limit) : Integer.MAX_VALUE;
        return "1".equals(values.get(Fcgi.MPXS_CONNS)) ? Math.min(options.maxRequestsPerConnection, most) : 1;
    }

    /** The application at an address has refused several requests on one connection, whatever it answered before. */
    void disableMultiplexing(SocketAddress address) {
        known(address).maxRequests = 1;
    }

    private Connected open(SocketAddress address, long deadline) throws IOException {
        long begin = options.clock.nanoTime();
        Known one = known(address);
        Backlog.Arrival arrival = one.backlog.arrive();
        Transport transport = null;
        try {
            ticker.accept(arrival);
            transport = options.network.connect(address, left(deadline));
            arrival.connected();
            Connected connected = new Connected(transport, Math.max(1, one.maxRequests), one.backlog, arrival,
                    observers.opened(address, options.clock.nanoTime() - begin));
            transport = null;
            arrival = null;
            return connected;
        } catch (IOException e) {
            throw explained(address, e, begin);
        } finally {
            if (arrival != null) {
                arrival.ended();
            }
            if (transport != null) {
                transport.close();
            }
        }
    }

    private IOException explained(SocketAddress address, IOException cause, long begin) {
        boolean late = cause instanceof SocketTimeoutException;
        if (!late && (cause instanceof InterruptedIOException || cause instanceof ClosedByInterruptException)) {
            return cause;
        }
        IOException failure = late ? tooLate(address) : failed(address, cause);
        observers.connectFailed(address, options.clock.nanoTime() - begin, failure);
        return failure;
    }

    private IOException tooLate(SocketAddress address) {
        ClientLog.LOG.log(Level.DEBUG, "cannot connect to {0} in time", Address.text(address));
        return new RequestTimeoutException(Limit.CONNECT, Duration.ofNanos(options.connectTimeout));
    }

    private static IOException failed(SocketAddress address, IOException cause) {
        ClientLog.LOG.log(Level.DEBUG, "cannot connect to {0}: {1}", Address.text(address), cause);
        return new IOException("cannot connect to " + Address.text(address) + ": " + cause.getMessage(), cause);
    }

    private long left(long deadline) {
        return options.connectTimeout == Long.MAX_VALUE
                ? Long.MAX_VALUE : Math.max(0, deadline - options.clock.nanoTime());
    }
}
