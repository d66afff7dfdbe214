package dev.fcgi.internal.io;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A stop must not need another connection, because the kernel may have no room for it. */
@Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class ListenerFullBacklogTest {
    @Test
    void whatTheKernelHasTakenInIsStillAccepted(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("s");
        Listener listener = Listeners.bind(UnixDomainSocketAddress.of(file), 3, new UnixOptions(null, null));
        List<SocketChannel> waiting = new ArrayList<>();
        try {
            while (connectWithoutWaiting(file, waiting)) {
                // one more has found room
            }
            listener.stopAccepting();
            for (int i = 0; i < waiting.size(); i++) {
                try (SocketChannel accepted = listener.accept()) {
                    assertNotNull(accepted, "connection " + i + " of " + waiting.size() + " is lost");
                }
            }
            assertNull(listener.accept());
            assertFalse(Files.exists(file));
        } finally {
            listener.close();
            for (SocketChannel channel : waiting) {
                channel.close();
            }
        }
    }

    private static boolean connectWithoutWaiting(Path file, List<SocketChannel> connected) throws Exception {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel.configureBlocking(false);
        try {
            if (channel.connect(UnixDomainSocketAddress.of(file))) {
                connected.add(channel);
                return true;
            }
        } catch (SocketException full) {
            // no room
        }
        channel.close();
        return false;
    }
}
