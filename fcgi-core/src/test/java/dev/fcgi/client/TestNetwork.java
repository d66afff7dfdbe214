package dev.fcgi.client;

import dev.fcgi.internal.client.ClientOptions;
import dev.fcgi.internal.client.Network;
import dev.fcgi.internal.io.Transport;
import java.io.IOException;
import java.net.InetAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;

/** A network with scripted behaviour, and otherwise the system's. */
final class TestNetwork implements Network {
    static final Network SYSTEM = new ClientOptions().network;

    interface Resolver {
        InetAddress[] resolve(String host) throws UnknownHostException, InterruptedException;
    }

    interface Connector {
        Transport connect(SocketAddress address, long nanos) throws IOException, InterruptedException;
    }

    volatile Resolver resolver = SYSTEM::resolve;
    volatile Connector connector = SYSTEM::connect;

    @Override
    public InetAddress[] resolve(String host) throws UnknownHostException {
        try {
            return resolver.resolve(host);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public Transport connect(SocketAddress address, long nanos) throws IOException {
        try {
            return connector.connect(address, nanos);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
