package dev.fcgi.internal.client;

import dev.fcgi.internal.io.Transport;
import java.io.IOException;
import java.net.InetAddress;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;

/** The system's network, as a client needs it. Thread-safe; both methods block. */
public interface Network {
    /**
     * Looks up the addresses of a host.
     *
     * @throws UnknownHostException when there are none
     */
    InetAddress[] resolve(String host) throws UnknownHostException;

    /**
     * Opens a connection.
     *
     * @param address a Unix address, or a resolved Internet address
     * @param nanos the timeout, {@link Long#MAX_VALUE} for none
     * @throws SocketTimeoutException when it took longer
     */
    Transport connect(SocketAddress address, long nanos) throws IOException;
}
