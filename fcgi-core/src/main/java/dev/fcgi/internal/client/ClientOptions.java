package dev.fcgi.internal.client;

import dev.fcgi.client.ClientListener;
import dev.fcgi.internal.conn.Clock;
import dev.fcgi.internal.conn.LibraryThreads;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * The settings of a client, as its builder collects them; read-only once the client exists. Times are nanoseconds,
 * {@link Long#MAX_VALUE} stands for no limit.
 */
public final class ClientOptions {
    public final List<SocketAddress> addresses = new ArrayList<>();
    public final List<ClientListener> listeners = new ArrayList<>();
    public int maxConnections = 16;
    public boolean keepAlive = true;
    public boolean multiplex;
    public boolean assumeMultiplexing;
    public int maxRequestsPerConnection = 64;
    public int responseBuffer = 64 * 1024;
    public int maxHeadLength = 64 * 1024;
    public int maxStderrLength = 64 * 1024;
    public long connectTimeout = Duration.ofSeconds(5).toNanos();
    public long firstByteTimeout = Duration.ofSeconds(60).toNanos();
    public long readTimeout = Duration.ofSeconds(60).toNanos();
    public long writeTimeout = Duration.ofSeconds(60).toNanos();
    public long requestTimeout = Long.MAX_VALUE;
    public long stallTimeout = Duration.ofSeconds(30).toNanos();
    public long valuesTimeout = Duration.ofSeconds(1).toNanos();
    public long keepAliveTimeout = Duration.ofSeconds(1).toNanos();
    public Network network = new SystemNetwork();
    /** Starts a thread. */
    public Consumer<Runnable> threads = LibraryThreads::start;
    /** The clock for all timeouts. */
    public Clock clock = Clock.SYSTEM;

    /** {@return a copy that later changes of these settings do not affect} */
    public ClientOptions copy() {
        ClientOptions copy = new ClientOptions();
        copy.addresses.addAll(addresses);
        copy.listeners.addAll(listeners);
        copy.maxConnections = maxConnections;
        copy.keepAlive = keepAlive;
        copy.multiplex = multiplex;
        copy.assumeMultiplexing = assumeMultiplexing;
        copy.maxRequestsPerConnection = maxRequestsPerConnection;
        copy.responseBuffer = responseBuffer;
        copy.maxHeadLength = maxHeadLength;
        copy.maxStderrLength = maxStderrLength;
        copy.connectTimeout = connectTimeout;
        copy.firstByteTimeout = firstByteTimeout;
        copy.readTimeout = readTimeout;
        copy.writeTimeout = writeTimeout;
        copy.requestTimeout = requestTimeout;
        copy.stallTimeout = stallTimeout;
        copy.valuesTimeout = valuesTimeout;
        copy.keepAliveTimeout = keepAliveTimeout;
        copy.network = network;
        copy.threads = threads;
        copy.clock = clock;
        return copy;
    }
}
