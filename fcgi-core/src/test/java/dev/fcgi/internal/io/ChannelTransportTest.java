package dev.fcgi.internal.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import jdk.net.ExtendedSocketOptions;
import org.junit.jupiter.api.Test;

/** Socket options of each connection. */
final class ChannelTransportTest {
    @Test
    void thePeerOfATcpConnectionIsAskedWhetherItIsStillThere() throws Exception {
        try (ServerSocketChannel listener = ServerSocketChannel.open()
                        .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
                SocketChannel peer = SocketChannel.open(listener.getLocalAddress());
                SocketChannel accepted = listener.accept()) {
            new ChannelTransport(accepted, listener.getLocalAddress());
            assertTrue(peer.isConnected());
            assertTrue(accepted.getOption(StandardSocketOptions.SO_KEEPALIVE));
            assumeTrue(accepted.supportedOptions().contains(ExtendedSocketOptions.TCP_KEEPIDLE), "no TCP_KEEPIDLE");
            int seconds = accepted.getOption(ExtendedSocketOptions.TCP_KEEPIDLE)
                    + accepted.getOption(ExtendedSocketOptions.TCP_KEEPCOUNT)
                            * accepted.getOption(ExtendedSocketOptions.TCP_KEEPINTERVAL);
            assertEquals(60, seconds);
        }
    }
}
