package dev.fcgi.internal.client;

import dev.fcgi.client.RequestTimeoutException.Limit;
import dev.fcgi.client.RequestTimeoutException;
import dev.fcgi.internal.conn.Log;
import dev.fcgi.internal.io.ChannelTransport;
import dev.fcgi.internal.io.Transport;
import dev.fcgi.internal.wire.Fcgi;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.System.Logger.Level;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Makes connections: to one address after the other, past those that do not answer. Any thread; blocks.
 */
public final class Connector {
    private static final Log LOG = Log.of("dev.fcgi.client");
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

    Connected connect(long deadline) throws IOException {
        IOException failed = null;
        for (SocketAddress address : inTurn()) {
            try {
                int shared = options.multiplex && options.keepAlive ? maxRequests(address, deadline) : 1;
                Transport transport = connected(address, deadline);
                failedAt.remove(address);
                return new Connected(transport, shared);
            } catch (RequestTimeoutException e) {
                failedAt.put(address, System.nanoTime());
                failed = e;
                break; // no time is left for others
            } catch (IOException e) {
                failedAt.put(address, System.nanoTime());
                LOG.log(Level.DEBUG, "cannot connect to {0}: {1}", address, e);
                if (failed == null) {
                    failed = new IOException("cannot connect to " + address + ": " + e.getMessage(), e);
                } else {
                    failed.addSuppressed(e);
                }
            }
        }
        throw failed;
    }

    /** All addresses, another one first each time; those that failed lately come last. */
    private List<SocketAddress> inTurn() {
        int first = Math.floorMod(turn.getAndIncrement(), options.addresses.size());
        long now = System.nanoTime();
        List<SocketAddress> order = new ArrayList<>();
        for (int i = 0; i < options.addresses.size(); i++) {
            order.add(options.addresses.get((first + i) % options.addresses.size()));
        }
        order.sort(Comparator.comparing(address -> {
            Long failed = failedAt.get(address);
            return failed != null && now - failed < SHUN_TIME;
        }));
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
                    channel.connect(address);
                }
                connected = true;
                return channel;
            } catch (SocketTimeoutException e) {
                throw timeOut();
            } catch (SocketException e) {
                // the backlog of a Unix socket is full, which a virtual thread is told at once
                boolean full = !internet && !(e instanceof ConnectException);
                if (!full) {
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

    private void pause(long deadline) throws IOException {
        if (millisLeft(deadline) <= 0) {
            throw timeOut();
        }
        try {
            Thread.sleep(BACKLOG_PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while connecting");
        }
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
