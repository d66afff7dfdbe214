package dev.fcgi.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fcgi.client.RequestTimeoutException.Limit;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** Names are looked up for each connection, and all their addresses tried. */
final class HostNameTest extends ClientTest {
    private final TestNetwork network = new TestNetwork();
    private final Map<String, List<String>> names = new ConcurrentHashMap<>();
    private final List<String> lookups = new CopyOnWriteArrayList<>();
    private final List<String> attempts = new CopyOnWriteArrayList<>();

    private void serveByName() throws IOException {
        serve(ScriptedServer::echo);
        SocketAddress real = server.address();
        network.resolver = host -> {
            lookups.add(host);
            List<InetAddress> found = new ArrayList<>();
            for (String address : names.getOrDefault(host, List.of())) {
                found.add(InetAddress.getByName(address));
            }
            if (found.isEmpty()) {
                throw new UnknownHostException(host);
            }
            return found.toArray(InetAddress[]::new);
        };
        network.connector = (address, nanos) -> {
            String host = ((InetSocketAddress) address).getAddress().getHostAddress();
            attempts.add(host);
            if (host.endsWith(".1")) {
                throw new ConnectException("Connection refused");
            }
            if (host.endsWith(".9")) {
                clock.advance(Duration.ofNanos(nanos));
                throw new SocketTimeoutException("connect timed out");
            }
            return TestNetwork.SYSTEM.connect(real, nanos);
        };
    }

    private void client(String... addresses) {
        clientOf(b -> {
            for (String address : addresses) {
                b.address(address);
            }
            return b.keepAlive(false).connectTimeout(seconds(6)).network(network);
        });
    }

    @Test
    void eachConnectionLooksAnew() throws Exception {
        serveByName();
        client("app:9000");
        IOException unknown = assertThrows(IOException.class, () -> call("/early")); // of the call, not of build()
        assertEquals("cannot connect to app:9000: unknown host", unknown.getMessage());
        names.put("app", List.of("192.0.2.2"));
        assertEquals("/1", call("/1"));
        names.put("app", List.of("192.0.2.3")); // the container was recreated
        assertEquals("/2", call("/2"));
        assertEquals(List.of("192.0.2.2", "192.0.2.3"), attempts);
        assertEquals(List.of("app", "app", "app"), lookups);
    }

    @Test
    void allAddressesAreTriedInOrder() throws Exception {
        serveByName();
        names.put("app", List.of("192.0.2.1", "198.51.100.1", "192.0.2.2"));
        client("app:9000");
        assertEquals("/1", call("/1"));
        assertEquals(List.of("192.0.2.1", "198.51.100.1", "192.0.2.2"), attempts);
        assertEquals("/2", call("/2"));
        assertEquals("192.0.2.2", attempts.get(3)); // those that failed just now come last
    }

    @Test
    void allAddressesFail() throws Exception {
        serveByName();
        names.put("app", List.of("192.0.2.1", "2001:db8::1"));
        network.connector = (address, nanos) -> {
            throw new ConnectException("Connection refused");
        };
        client("app:9000");
        IOException failed = assertThrows(IOException.class, () -> call("/"));
        assertEquals("cannot connect to 192.0.2.1:9000: Connection refused", failed.getMessage());
        assertEquals("cannot connect to [2001:db8::1]:9000: Connection refused",
                failed.getSuppressed()[0].getMessage());
        assertThrows(IOException.class, () -> client.getValues("FCGI_MPXS_CONNS"));
    }

    /** An address that does not respond leaves some of the time for the others. */
    @Test
    void theTimeIsShared() throws Exception {
        serveByName();
        names.put("app", List.of("192.0.2.9", "192.0.2.2"));
        holdTime();
        long begin = clock.nanoTime();
        client("app:9000");
        assertEquals("/1", call("/1"));
        assertTrue(clock.nanoTime() - begin >= seconds(3).toNanos());
        names.put("app", List.of("192.0.2.9", "203.0.113.9"));
        assertEquals(Limit.CONNECT, assertThrows(RequestTimeoutException.class, () -> call("/2")).limit());
    }

    @Test
    void severalNames() throws Exception {
        serveByName();
        names.put("b", List.of("192.0.2.2"));
        client("a:1", "b:2");
        for (int i = 0; i < 4; i++) {
            assertEquals("/" + i, call("/" + i));
        }
        assertEquals(List.of("a", "b"), lookups.subList(0, 2));
    }

    @Test
    void numbersAreNotLookedUp() throws Exception {
        serveByName();
        client("192.0.2.2:9000", "[2001:db8::2]:9000");
        assertEquals("/1", call("/1"));
        assertEquals("/2", call("/2"));
        assertEquals(List.of(), lookups);
    }

    /** The system's resolver has no timeout; the client has, and makes one request for each name at a time. */
    @Test
    void aResolverThatHangs() throws Exception {
        serveByName();
        CountDownLatch answer = gate();
        network.resolver = host -> {
            lookups.add(host);
            answer.await();
            return new InetAddress[] {InetAddress.getByName("192.0.2.2")};
        };
        holdTime();
        client("app:9000");
        for (int i = 0; i < 2; i++) {
            assertLimit(Limit.CONNECT, seconds(6), async(() -> call("/")));
        }
        CompletableFuture<Thread> thread = new CompletableFuture<>();
        CompletableFuture<String> interrupted = async(() -> {
            thread.complete(Thread.currentThread());
            return call("/");
        });
        result(thread).interrupt();
        failure(InterruptedIOException.class, interrupted);
        assertEquals(List.of("app"), lookups);
        answer.countDown();
        assertEquals("/late", call("/late"));
    }

    /** On many systems it has an address of each family; the server listens on one of them. */
    @Test
    void localhost() throws Exception {
        ScriptedServer tcp = serveTcp(ScriptedServer::echo);
        int port = ((InetSocketAddress) tcp.address()).getPort();
        clientOf(b -> b.address("localhost:" + port));
        assertEquals("/", call("/"));
        clientOf(b -> b.address(InetSocketAddress.createUnresolved("localhost", port)));
        assertEquals("/", call("/"));
        assertFalse(tcp.asked().isEmpty());
    }
}
