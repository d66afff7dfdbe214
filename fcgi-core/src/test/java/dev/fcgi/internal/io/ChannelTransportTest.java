package dev.fcgi.internal.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import jdk.net.ExtendedSocketOptions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Socket options of each connection, and waiting on one that was looked at. */
final class ChannelTransportTest {
    /** Fixed, since left alone the kernel enlarges the buffers of a fast connection, up to tens of megabytes. */
    private static final int KERNEL_BUFFER = 65_536;

    private static final int MORE_THAN_THE_KERNEL_TAKES = 50 * KERNEL_BUFFER;

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    @Test
    void thePeerOfATcpConnectionIsAskedWhetherItIsStillThere() throws Exception {
        try (ServerSocketChannel listener = ServerSocketChannel.open()
                        .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
                SocketChannel peer = SocketChannel.open(listener.getLocalAddress());
                SocketChannel accepted = listener.accept()) {
            ChannelTransport.accepted(accepted, listener.getLocalAddress());
            assertTrue(peer.isConnected());
            assertTrue(accepted.getOption(StandardSocketOptions.SO_KEEPALIVE));
            assumeTrue(accepted.supportedOptions().contains(ExtendedSocketOptions.TCP_KEEPIDLE), "no TCP_KEEPIDLE");
            int seconds = accepted.getOption(ExtendedSocketOptions.TCP_KEEPIDLE)
                    + accepted.getOption(ExtendedSocketOptions.TCP_KEEPCOUNT)
                            * accepted.getOption(ExtendedSocketOptions.TCP_KEEPINTERVAL);
            assertEquals(60, seconds);
        }
    }

    /** After a look at it, a connection reads and writes as before: each waits as long as it takes, also for the other. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @Timeout(60)
    void readingAndWritingWaitAfterALook(boolean readsFirst) throws Exception {
        try (ServerSocketChannel listener = ServerSocketChannel.open()
                        .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
                SocketChannel channel = SocketChannel.open(listener.getLocalAddress());
                SocketChannel peer = listener.accept()) {
            channel.setOption(StandardSocketOptions.SO_SNDBUF, KERNEL_BUFFER);
            peer.setOption(StandardSocketOptions.SO_RCVBUF, KERNEL_BUFFER);
            ChannelTransport transport = ChannelTransport.connected(channel, listener.getLocalAddress());
            for (int i = 0; i < 3; i++) {
                assertTrue(transport.isQuiet());
                Future<Integer> reader = readsFirst ? threads.submit(() -> read(transport)) : null;
                Future<Integer> writer = threads.submit(() -> write(transport));
                ByteBuffer some = ByteBuffer.allocate(100_000);
                int taken = 0;
                while (taken < MORE_THAN_THE_KERNEL_TAKES / 2) {
                    taken += peer.read(some.clear());
                }
                reader = readsFirst ? reader : threads.submit(() -> read(transport));
                peer.write(ByteBuffer.wrap(new byte[1])); // while the writer waits
                assertEquals(1, reader.get());
                assertFalse(writer.isDone());
                while (taken < MORE_THAN_THE_KERNEL_TAKES) {
                    taken += peer.read(some.clear());
                }
                assertEquals(MORE_THAN_THE_KERNEL_TAKES, writer.get());
            }
            peer.shutdownOutput();
            assertEquals(-1, read(transport));
            assertFalse(transport.isQuiet());
        }
    }

    private static int read(ChannelTransport transport) throws IOException {
        return transport.input().read(ByteBuffer.allocate(10));
    }

    private static int write(ChannelTransport transport) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(MORE_THAN_THE_KERNEL_TAKES);
        while (bytes.hasRemaining()) {
            int before = bytes.position();
            transport.write(bytes);
            assertTrue(bytes.position() > before, "a write that has to wait does so");
        }
        return bytes.position();
    }
}
