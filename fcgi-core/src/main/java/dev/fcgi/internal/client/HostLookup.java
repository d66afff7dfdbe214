package dev.fcgi.internal.client;

import dev.fcgi.internal.conn.Clock;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;

/**
 * Looks up host names, without a cache other than the JDK's. It uses platform threads, because the system's resolver
 * has no timeout and would block a carrier of virtual threads; one thread for each name at a time, for all callers that
 * wait for it. Thread-safe; blocks.
 */
final class HostLookup {
    private final Network network;
    private final Clock clock;
    private final Map<String, CompletableFuture<InetAddress[]>> running = new ConcurrentHashMap<>();

    HostLookup(Network network, Clock clock) {
        this.network = network;
        this.clock = clock;
    }

    /** {@return the addresses of a name, in the order of the resolver} */
    List<SocketAddress> resolve(InetSocketAddress name, long nanos) throws IOException {
        CompletableFuture<InetAddress[]> fresh = new CompletableFuture<>();
        CompletableFuture<InetAddress[]> lookup = running.putIfAbsent(name.getHostString(), fresh);
        if (lookup == null) {
            lookup = fresh;
            start(name.getHostString(), fresh);
        }
        List<SocketAddress> addresses = new ArrayList<>();
        for (InetAddress address : await(lookup, nanos)) {
            addresses.add(new InetSocketAddress(address, name.getPort()));
        }
        return addresses;
    }

    private void start(String host, CompletableFuture<InetAddress[]> lookup) {
        try {
            Thread.ofPlatform().name("fcgi-lookup").daemon().inheritInheritableThreadLocals(false)
                    .start(() -> run(host, lookup));
        } catch (Throwable e) { // no memory for a thread: others that already wait must be notified
            running.remove(host, lookup);
            lookup.completeExceptionally(e);
            throw e;
        }
    }

    private void run(String host, CompletableFuture<InetAddress[]> lookup) {
        try {
            InetAddress[] found = network.resolve(host);
            running.remove(host, lookup);
            lookup.complete(found);
        } catch (Throwable e) {
            running.remove(host, lookup);
            lookup.completeExceptionally(e);
        }
    }

    private InetAddress[] await(CompletableFuture<InetAddress[]> lookup, long nanos) throws IOException {
        try {
            return clock.get(lookup, nanos);
        } catch (TimeoutException e) {
            throw new SocketTimeoutException("looking up the name took too long");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while looking up a name");
        } catch (ExecutionException e) {
            throw e.getCause() instanceof UnknownHostException
                    ? new IOException("unknown host", e.getCause())
                    : new IOException("looking up the name failed: " + e.getCause(), e.getCause());
        }
    }
}
