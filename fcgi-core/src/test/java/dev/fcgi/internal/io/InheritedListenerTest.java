package dev.fcgi.internal.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The listening socket on fd 0: how it stops when nothing can wake it, and how it behaves when accepting fails. */
@Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class InheritedListenerTest {
    private static final int WAITING = 5;

    @TempDir
    Path directory;
    private UnixDomainSocketAddress address;
    private ServerSocketChannel channel;
    private InheritedListener listener;

    @BeforeEach
    void open() throws IOException {
        address = UnixDomainSocketAddress.of(directory.resolve("s"));
        channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(address);
        listener = new InheritedListener(channel, address);
    }

    @AfterEach
    void close() throws IOException {
        channel.close();
    }

    /** Stops, and waits until the connection that should wake the accepting thread has failed. */
    private void stopWithoutAWayToTheSocket() throws Exception {
        Files.delete(address.getPath());
        listener.stopAccepting();
        until("it is known that there is no way", () -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().equals("fcgi-stop-accepting")));
    }

    @Test
    void aStopWithoutAWayToTheSocketLosesNothing() throws Exception {
        List<SocketChannel> waiting = new ArrayList<>();
        try {
            for (int i = 0; i < WAITING; i++) {
                waiting.add(SocketChannel.open(address));
            }
            stopWithoutAWayToTheSocket();
            assertFalse(listener.hasEnded());
            for (int i = 0; i < WAITING; i++) {
                try (SocketChannel accepted = listener.accept()) {
                    assertNotNull(accepted, "connection " + i + " is lost");
                    assertTrue(accepted.isBlocking());
                }
            }
            assertNull(listener.accept());
            assertTrue(listener.hasEnded());
            assertTrue(channel.isBlocking(), "others may share the socket");
        } finally {
            for (SocketChannel connection : waiting) {
                connection.close();
            }
        }
    }

    @Test
    void aThreadThatWaitsInVainCountsAsTheEnd() throws Exception {
        Thread accepting = Thread.ofPlatform().daemon().start(() -> assertThrows(IOException.class, listener::accept));
        listener.awaitAccepting();
        stopWithoutAWayToTheSocket();
        until("nothing can come any more", listener::hasEnded);
        channel.close();
        accepting.join();
    }

    // ---- a socket that accepts no connections

    @Test
    void aSocketThatNeverGivesAConnectionIsLost() {
        listener = new InheritedListener(new FailingChannel(Integer.MAX_VALUE), address);
        ListenerLostException lost = assertThrows(ListenerLostException.class, listener::accept);
        assertEquals("no connections can be accepted at unix:" + address.getPath() + ": Invalid argument",
                lost.getMessage());
        IOException atTheStart = assertThrows(IOException.class, listener::awaitAccepting);
        assertEquals("file descriptor 0 is a socket that does not listen: Invalid argument", atTheStart.getMessage());
    }

    @Test
    void aFailureMayPass() throws IOException {
        listener = new InheritedListener(new FailingChannel(5), address);
        listener.accept().close();
        listener.awaitAccepting();
    }

    /** As one that does not listen, or that was shut down by the process that has opened it. */
    private final class FailingChannel extends StubListeningChannel {
        private int left;

        FailingChannel(int failures) {
            left = failures;
        }

        @Override
        public SocketChannel accept() throws IOException {
            if (left-- > 0) {
                throw new IOException("Invalid argument");
            }
            return SocketChannel.open(address);
        }
    }

    private static void until(String what, BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < deadline, what);
            Thread.sleep(1); // between polls
        }
    }
}
