package dev.fcgi.internal.client;

import dev.fcgi.internal.io.Transport;
import java.io.IOException;
import java.net.InetAddress;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;

/** What a client needs of the system to get to a server. Any thread; both methods block. */
public interface Network {
    /**
     * Looks up the addresses of a host.
     *
     * @throws UnknownHostException when there are none
     */
    InetAddress[] resolve(String host) throws UnknownHostException;

    /**
     * Makes a connection.
     *
     * @param address a Unix address, or one of the Internet that is resolved
     * @param nanos how long that may take, {@link Long#MAX_VALUE} for no limit
     * @throws SocketTimeoutException when it took longer
     */
    Transport connect(SocketAddress address, long nanos) throws IOException;
}
