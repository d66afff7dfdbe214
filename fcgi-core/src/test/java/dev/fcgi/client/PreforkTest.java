package dev.fcgi.client;

import static dev.fcgi.client.ScriptedServer.answer;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fcgi.internal.wire.Fcgi;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A server with a process for each connection, like PHP-FPM: connections that it cannot accept wait in its backlog. No
 * request may wait there because of idle connections of ours.
 */
final class PreforkTest extends ClientTest {
    private static final int WORKERS = 2;
    private static final byte[] VALUES = ScriptedServer.values(Fcgi.MPXS_CONNS, "0");

    private final AtomicInteger served = new AtomicInteger();
    private ServerSocketChannel listener;

    private UnixDomainSocketAddress prefork(long workMillis, int backlog) throws IOException {
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(directory.resolve("prefork"));
        listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(address, backlog);
        for (int i = 0; i < WORKERS; i++) {
            Thread.ofPlatform().daemon().start(() -> work(workMillis));
        }
        return address;
    }

    @AfterEach
    void stop() throws IOException {
        if (listener != null) {
            listener.close();
        }
    }

    private void work(long millis) {
        while (listener.isOpen()) {
            try (SocketChannel connection = listener.accept()) {
                while (serve(connection, millis)) {
                    continue;
                }
            } catch (IOException e) {
                // the client has closed it, or the test the listener
            }
        }
    }

    /** Reads a request and answers; false at the end of the connection. */
    private boolean serve(SocketChannel connection, long millis) throws IOException {
        for (int type = 0, length = -1; type != Fcgi.STDIN || length > 0; ) {
            ByteBuffer header = read(connection, 8);
            if (header == null) {
                return false;
            }
            type = header.get(1);
            length = header.getShort(4) & 0xFFFF;
            read(connection, length + (header.get(6) & 0xFF));
            if (type == Fcgi.GET_VALUES) {
                connection.write(ByteBuffer.wrap(VALUES));
                return true;
            }
        }
        pause(millis); // the work
        served.incrementAndGet();
        connection.write(ByteBuffer.wrap(answer(1, "\r\nfine")));
        return true;
    }

    private static void pause(long millis) {
        try {
            TimeUnit.MILLISECONDS.sleep(millis);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static ByteBuffer read(SocketChannel connection, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        while (bytes.hasRemaining()) {
            if (connection.read(bytes) < 0) {
                return null;
            }
        }
        return bytes;
    }

    /** Connections are kept for a long time, because the test is not about that timeout. */
    private FcgiClient client(UnixDomainSocketAddress address, UnaryOperator<FcgiClient.Builder> settings) {
        return clientOf(b -> settings.apply(b.address(address).keepAliveTimeout(millis(60_000))));
    }

    private static String send(FcgiClient client) throws IOException {
        try (ClientResponse response = client.send(get("/"))) {
            return text(response);
        }
    }

    /** Twelve at a time take as long as six rounds; with a small backlog some cannot even connect. */
    @ParameterizedTest
    @CsvSource({"200,100", "0,100", "10,100", "100,1"})
    void moreRequestsThanProcesses(long workMillis, int backlog) throws Exception {
        FcgiClient one = client(prefork(workMillis, backlog), b -> b);
        for (int wave = 0; wave < 2; wave++) {
            long start = System.nanoTime();
            List<CompletableFuture<String>> calls = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                calls.add(async(() -> send(one)));
            }
            for (CompletableFuture<String> call : calls) {
                assertEquals("fine", result(call));
            }
            long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
            assertTrue(millis < 6 * workMillis + 1500, millis + " ms");
        }
    }

    /** The query for values also needs a connection. */
    @Test
    void valuesWhileAllProcessesAreKept() throws Exception {
        FcgiClient one = client(prefork(50, 100), b -> b);
        CompletableFuture<String> first = async(() -> send(one));
        CompletableFuture<String> second = async(() -> send(one));
        result(first);
        result(second);
        assertEquals(Map.of(Fcgi.MPXS_CONNS, "0"), one.getValues(Fcgi.MPXS_CONNS));
    }

    /** Callers that are always busy: other clients are served in between. */
    @Test
    void anotherClientMeanwhile() throws Exception {
        UnixDomainSocketAddress address = prefork(20, 100);
        FcgiClient one = client(address, b -> b);
        FcgiClient other = client(address, b -> b.keepAlive(false));
        AtomicBoolean over = new AtomicBoolean();
        List<CompletableFuture<Integer>> callers = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            callers.add(async(() -> {
                int calls = 0;
                for (; !over.get(); calls++) {
                    assertEquals("fine", send(one));
                }
                return calls;
            }));
        }
        until("all are busy", () -> served.get() > 10);
        for (int i = 0; i < 5; i++) {
            long start = System.nanoTime();
            assertEquals("fine", send(other));
            assertTrue(System.nanoTime() - start < millis(2000).toNanos());
        }
        until("they go on", () -> served.get() > 100);
        over.set(true);
        for (CompletableFuture<Integer> caller : callers) {
            assertTrue(result(caller) > 5); // nobody was left out
        }
    }

    /** As many callers as processes, never idle: a connection does not live longer than the keep-alive timeout. */
    @Test
    void busyConnectionsEndAsWell() throws Exception {
        UnixDomainSocketAddress address = prefork(5, 100);
        clientOf(b -> b.address(address).keepAliveTimeout(millis(100)));
        FcgiClient one = client;
        AtomicBoolean over = new AtomicBoolean();
        List<CompletableFuture<Void>> callers = new ArrayList<>();
        for (int i = 0; i < WORKERS; i++) {
            callers.add(async(() -> {
                while (!over.get()) {
                    send(one);
                }
                return null;
            }));
        }
        until("both are busy", () -> served.get() > 20);
        FcgiClient other = client(address, b -> b.firstByteTimeout(millis(5000)));
        assertEquals("fine", send(other));
        over.set(true);
        for (CompletableFuture<Void> caller : callers) {
            result(caller);
        }
    }

    /** A server that accepts everything keeps its connections, even while one of its responses takes a long time. */
    @Test
    void aSlowAnswerOfAServerThatAcceptsMore() throws Exception {
        CountDownLatch slow = gate();
        serve(peer -> {
            while (true) {
                ScriptedServer.Asked one = peer.request();
                if (one.path().equals("/slow")) {
                    await(slow);
                }
                peer.send(answer(one.id(), "\r\n" + one.path()));
            }
        });
        client(b -> b.keepAliveTimeout(millis(60_000)));
        CompletableFuture<String> first = async(() -> call("/slow"));
        until("it is asked", () -> server.paths().contains("/slow"));
        long start = System.nanoTime();
        for (int i = 0; System.nanoTime() - start < millis(200).toNanos(); i++) { // longer than a stuck one is noticed
            assertEquals("/" + i, call("/" + i));
        }
        assertEquals(2, server.accepted());
        slow.countDown();
        assertEquals("/slow", result(first));
    }
}
