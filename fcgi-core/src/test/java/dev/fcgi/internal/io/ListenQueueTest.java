package dev.fcgi.internal.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ListenQueueTest {
    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "::1", "0.0.0.0", "::"})
    void whoWaitsIsCounted(String ip) throws Exception {
        assumeTrue(Files.isReadable(Path.of("/proc/net/tcp")));
        List<SocketChannel> clients = new ArrayList<>();
        try (ServerSocketChannel listening = ServerSocketChannel.open()) {
            listening.bind(new InetSocketAddress(InetAddress.getByName(ip), 0), 10);
            List<SocketAddress> addresses = List.of(listening.getLocalAddress());
            int port = ((InetSocketAddress) addresses.get(0)).getPort();
            assertEquals(0, ListenQueue.length(addresses));
            for (int i = 1; i <= 3; i++) {
                clients.add(SocketChannel.open(new InetSocketAddress(ip.contains(":") ? "::1" : "127.0.0.1", port)));
                assertEquals(i, ListenQueue.length(addresses)); // a client is connected when it is in the queue
            }
            listening.accept().close();
            assertEquals(2, ListenQueue.length(addresses));
        } finally {
            for (SocketChannel client : clients) {
                client.close();
            }
        }
    }

    @Test
    void whereNothingIsReportedNothingIsCounted() throws IOException {
        List<SocketAddress> addresses = List.of(UnixDomainSocketAddress.of("x"), new InetSocketAddress("127.0.0.1", 1));
        assertEquals(0, ListenQueue.length(directory, addresses), "no such files");
        Files.writeString(directory.resolve("tcp"), "  sl\n 0: 0100007F:0001 00000000:0000 0A 00000000:xyz 00:0 0\n");
        Files.writeString(directory.resolve("tcp6"), "x".repeat(100_000));
        assertEquals(0, ListenQueue.length(directory, addresses), "files of another form");
    }
}
