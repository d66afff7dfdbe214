package dev.fcgi.internal.client;

import dev.fcgi.client.RequestTimeoutException.Limit;
import dev.fcgi.client.RequestTimeoutException;
import dev.fcgi.internal.io.ChannelTransport;
import dev.fcgi.internal.io.Transport;
import dev.fcgi.internal.wire.Fcgi;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Makes connections: to one address after the other, past those that do not answer. Any thread; blocks.
 */
public final class Connector {
    /** How long an address that failed is asked last. */
    private static final long SHUN_TIME = TimeUnit.SECONDS.toNanos(2);
    private static final long BACKLOG_PAUSE_MILLIS = 10;

    /** A connection, and how many requests may share it. */
    record Connected(Transport transport, int maxRequests) {}

    private final ClientOptions options;
    private final AtomicInteger turn = new AtomicInteger();
    private final Map<SocketAddress, Long> failedAt = new ConcurrentHashMap<>();
    private final Map<SocketAddress, Integer> maxRequests = new ConcurrentHashMap<>();

    Connector(ClientOptions options) {
        this.options = options;
    }

    Connected connect(long until) throws IOException {
        long deadline = until;
        IOException failed = null;
        List<SocketAddress> order = inTurn();
        for (int i = 0; i < order.size(); i++) {
            SocketAddress address = order.get(i);
            try {
                int requests = 1;
                if (options.multiplex && options.keepAlive) {
                    long askedAt = System.nanoTime();
                    requests = maxRequests(address, share(deadline, order.size() - i));
                    deadline += System.nanoTime() - askedAt; // the question has a limit of its own
                }
                Transport transport = connected(address, share(deadline, order.size() - i));
                failedAt.remove(address);
                return new Connected(transport, requests);
            } catch (InterruptedIOException | ClosedByInterruptException e) {
                throw interrupted(); // it says nothing about the address
            } catch (IOException e) {
                failedAt.put(address, System.nanoTime());
                maxRequests.remove(address); // what comes back there may be another program
                ConnectionPool.LOG.log(Level.DEBUG, "cannot connect to {0}: {1}", address, e);
                if (failed == null) {
                    failed = e instanceof RequestTimeoutException
                            ? e : new IOException("cannot connect to " + address + ": " + e.getMessage(), e);
                } else {
                    failed.addSuppressed(e);
                }
            }
        }
        throw failed;
    }

    /** The time for one address: one that does not answer at all must leave some for the others. */
    private long share(long deadline, int addresses) {
        long now = System.nanoTime();
        return options.connectTimeout == Long.MAX_VALUE ? deadline : now + (deadline - now) / addresses;
    }

    /** All addresses, another one first each time; those that failed lately come last. */
    private List<SocketAddress> inTurn() {
        int first = Math.floorMod(turn.getAndIncrement(), options.addresses.size());
        long now = System.nanoTime();
        List<SocketAddress> order = new ArrayList<>();
        for (int i = 0; i < options.addresses.size(); i++) {
            order.add(options.addresses.get((first + i) % options.addresses.size()));
        }
        List<SocketAddress> shunned = new ArrayList<>();
        for (SocketAddress address : order) {
            Long failed = failedAt.get(address);
            if (failed != null && now - failed < SHUN_TIME) {
                shunned.add(address);
            }
        }
        order.removeAll(shunned);
        order.addAll(shunned);
        return order;
    }

    /** Asks once for each address. An application that does not answer in time does not multiplex. */
    private int maxRequests(SocketAddress address, long deadline) throws IOException {
        Integer known = maxRequests.get(address);
        if (known == null) {
            try (ValuesQuery query = new ValuesQuery(connected(address, deadline))) {
                Map<String, String> values = query.ask(options.valuesTimeout, Fcgi.MPXS_CONNS, Fcgi.MAX_REQS);
                String limit = values.getOrDefault(Fcgi.MAX_REQS, "");
                int most = limit.matches("[1-9]\\d{0,8}") ? Integer.parseInt(limit) : Integer.MAX_VALUE;
                known = "1".equals(values.get(Fcgi.MPXS_CONNS)) ? Math.min(options.maxRequestsPerConnection, most) : 1;
            }
            maxRequests.put(address, known);
        }
        return known;
    }

    /** The application at an address has refused to do several requests on a connection, whatever it said before. */
    void sharesNot(SocketAddress address) {
        maxRequests.put(address, 1);
    }

    /** Asks an application for values on a connection of its own: some end it then, one is stuck for good. */
    public Map<String, String> values(String... names) throws IOException {
        long deadline = System.nanoTime() + options.connectTimeout;
        try (ValuesQuery query = new ValuesQuery(connected(inTurn().get(0), deadline))) {
            return query.ask(options.valuesTimeout, names);
        }
    }

    private Transport connected(SocketAddress address, long deadline) throws IOException {
        return new ChannelTransport(open(address, deadline), address);
    }

    private SocketChannel open(SocketAddress address, long deadline) throws IOException {
        boolean internet = address instanceof InetSocketAddress;
        while (true) {
            SocketChannel channel = internet ? SocketChannel.open() : SocketChannel.open(StandardProtocolFamily.UNIX);
            boolean connected = false;
            try {
                if (internet) {
                    channel.socket().connect(address, Math.toIntExact(Math.clamp(millisLeft(deadline), 1, 1 << 30)));
                } else {
                    channel.configureBlocking(false); // a platform thread would wait for the backlog, without a limit
                    channel.connect(address);
                    channel.configureBlocking(true);
                }
                connected = true;
                return channel;
            } catch (SocketTimeoutException e) {
                throw timeOut();
            } catch (SocketException e) {
                if (!isBacklogFull(address, e)) {
                    throw e;
                }
                pause(deadline);
            } finally {
                if (!connected) {
                    channel.close();
                }
            }
        }
    }

    /** Whether it is EAGAIN, which has no class of its own; nor has ENOENT. */
    private static boolean isBacklogFull(SocketAddress address, SocketException e) {
        return address instanceof UnixDomainSocketAddress unix
                && e.getClass() == SocketException.class
                && Files.exists(unix.getPath());
    }

    private void pause(long deadline) throws IOException {
        if (millisLeft(deadline) <= 0) {
            throw timeOut();
        }
        try {
            Thread.sleep(BACKLOG_PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw interrupted();
        }
    }

    private static InterruptedIOException interrupted() {
        return new InterruptedIOException("interrupted while connecting");
    }

    private long millisLeft(long deadline) {
        return options.connectTimeout == Long.MAX_VALUE
                ? Integer.MAX_VALUE
                : TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
    }

    private RequestTimeoutException timeOut() {
        return new RequestTimeoutException(Limit.CONNECT, Duration.ofNanos(options.connectTimeout));
    }
}
