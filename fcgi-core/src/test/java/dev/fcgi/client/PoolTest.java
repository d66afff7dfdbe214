package dev.fcgi.client;

import static dev.fcgi.client.ScriptedServer.answer;
import static dev.fcgi.client.ScriptedServer.end;
import static dev.fcgi.client.ScriptedServer.stdout;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fcgi.FcgiException;
import dev.fcgi.client.RequestTimeoutException.Limit;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Connections: kept, lost, waited for, distributed. */
final class PoolTest extends ClientTest {
    private static String sendAndRead(FcgiClient client, String path) throws IOException {
        try (ClientResponse response = client.send(get(path))) {
            return text(response);
        }
    }

    @Test
    void oneConnectionAfterTheOther() throws Exception {
        serve(ScriptedServer::echo);
        client(b -> b);
        for (int i = 0; i < 100; i++) {
            assertEquals("/" + i, call("/" + i));
        }
        assertEquals(1, server.accepted());
    }

    @Test
    void closedWhileIdle() throws Exception {
        serve(peer -> {
            ScriptedServer.Asked one = peer.request();
            peer.send(answer(one.id(), "\r\n" + one.path()));
            peer.close();
        });
        client(b -> b);
        for (int i = 0; i < 20; i++) {
            assertEquals("/" + i, call("/" + i));
        }
    }

    /** An application that accepts the next request and ends: whether it has processed the request is unknown. */
    @ParameterizedTest
    @ValueSource(strings = {"GET", "PUT", "POST", "PATCH", ""})
    void closedOverTheNextRequest(String method) throws Exception {
        serve(peer -> {
            ScriptedServer.Asked one = peer.request();
            peer.send(answer(one.id(), "\r\n" + one.path()));
            peer.request();
            peer.close();
        });
        client(b -> b);
        assertEquals("/1", call("/1"));
        ClientRequest.Builder second = ClientRequest.responder().param("SCRIPT_NAME", "/2").body("b");
        if (!method.isEmpty()) {
            second.param("REQUEST_METHOD", method);
        }
        if (method.equals("GET") || method.equals("PUT")) {
            assertEquals("/2", call(second.build()));
            assertEquals(List.of("/1", "/2", "/2"), server.paths());
        } else {
            ResponseLostException e = assertThrows(ResponseLostException.class, () -> call(second.build()));
            assertFalse(e.retrySafe());
            assertEquals(List.of("/1", "/2"), server.paths());
        }
    }

    /** Repeated once, not forever, and never if it was the first on its connection or something was received. */
    @Test
    void notRepeated() throws Exception {
        serve(peer -> {
            for (int i = 0; i < 2; i++) {
                ScriptedServer.Asked one = peer.request();
                if (one.path().equals("/end")) {
                    peer.close();
                } else if (one.path().equals("/some")) {
                    peer.send(ScriptedServer.stderr(one.id(), "something"));
                    peer.close();
                } else {
                    peer.send(answer(one.id(), "\r\n" + one.path()));
                }
            }
        });
        client(b -> b);
        assertThrows(ResponseLostException.class, () -> call("/end"));
        assertEquals(List.of("/end"), server.paths());
        assertEquals("/", call("/"));
        assertThrows(ResponseLostException.class, () -> call("/end"));
        assertEquals(List.of("/end", "/", "/end", "/end"), server.paths());
        assertEquals("/", call("/"));
        assertThrows(ResponseLostException.class, () -> call("/some"));
        assertEquals(List.of("/end", "/", "/end", "/end", "/", "/some"), server.paths());
    }

    /** A large body of bytes: its head was received, so it is not safe to repeat, although not everything was sent. */
    @Test
    void closedInsideALargeBody() throws Exception {
        serve(peer -> {
            ScriptedServer.Asked one = peer.request();
            peer.send(answer(one.id(), "\r\n"));
            peer.head();
            peer.close();
        });
        client(b -> b);
        call("/1");
        ResponseLostException e = assertThrows(ResponseLostException.class,
                () -> call(post("/2", "b".repeat(5_000_000))));
        assertFalse(e.retrySafe());
        assertEquals(List.of("/1", "/2"), server.paths());
    }

    @Test
    void waitersInOrder() throws Exception {
        BlockingQueue<ScriptedServer.Asked> asked = queue();
        CountDownLatch first = gate();
        serve(peer -> {
            while (true) {
                ScriptedServer.Asked one = peer.request();
                asked.add(one);
                await(first);
                peer.send(answer(one.id(), "\r\n" + one.path()));
            }
        });
        client(b -> b.maxConnections(1));
        List<CompletableFuture<String>> calls = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            CompletableFuture<Thread> thread = new CompletableFuture<>();
            String path = "/" + i;
            calls.add(async(() -> {
                thread.complete(Thread.currentThread());
                return call(path);
            }));
            Thread caller = result(thread);
            if (i > 0) {
                until("it waits", () -> caller.getState() == Thread.State.WAITING);
            } else {
                assertEquals(path, take(asked).path());
            }
        }
        first.countDown();
        for (int i = 0; i < 10; i++) {
            assertEquals("/" + i, result(calls.get(i)));
        }
        assertEquals(List.of("/0", "/1", "/2", "/3", "/4", "/5", "/6", "/7", "/8", "/9"), server.paths());
        assertEquals(1, server.accepted());
    }

    @Test
    void waitingHasALimit() throws Exception {
        serve(peer -> {
            ScriptedServer.Asked one = peer.request();
            peer.send(stdout(one.id(), "\r\n"));
            peer.awaitEnd();
        });
        holdTime();
        client(b -> b.maxConnections(1).connectTimeout(seconds(5)));
        try (ClientResponse held = client.send(get("/held"))) {
            assertLimit(Limit.CONNECT, seconds(5), async(() -> call("/late")));
            CompletableFuture<Thread> thread = new CompletableFuture<>();
            CompletableFuture<String> interrupted = async(() -> {
                thread.complete(Thread.currentThread());
                return call("/interrupted");
            });
            result(thread).interrupt();
            failure(InterruptedIOException.class, interrupted);
            assertEquals(200, held.head().status());
        }
        assertEquals(List.of("/held"), server.paths());
        client.send(get("/next")).close(); // the place is free again
    }

    @Test
    void idleConnectionsAreClosed() throws Exception {
        serve(ScriptedServer::echo);
        holdTime();
        client(b -> b.keepAliveTimeout(seconds(10)));
        call("/1");
        clock.advance(seconds(9));
        assertEquals("/kept", call("/kept"));
        assertEquals(1, server.accepted());
        clock.advance(seconds(11));
        server.awaitAllClosed();
        call("/2");
        assertEquals(2, server.accepted());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void fullBacklogHasALimit(boolean virtual) throws Exception {
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(directory.resolve("full"));
        try (ServerSocketChannel full = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            full.bind(address, 1);
            List<SocketChannel> others = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                others.add(SocketChannel.open(address));
            }
            clientOf(b -> b.address(address).connectTimeout(millis(200)));
            CompletableFuture<String> late = run(virtual ? Thread.ofVirtual() : Thread.ofPlatform(), () -> call("/"));
            assertLimit(Limit.CONNECT, failure(RequestTimeoutException.class, late));
            for (SocketChannel other : others) {
                other.close();
            }
        }
    }

    private static InetSocketAddress deadPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return new InetSocketAddress(InetAddress.getLoopbackAddress(), socket.getLocalPort());
        }
    }

    @Test
    void inTurn() throws Exception {
        ScriptedServer a = serve(ScriptedServer::echo);
        ScriptedServer b = serveTcp(ScriptedServer::echo);
        ScriptedServer c = serve(ScriptedServer::echo);
        clientOf(builder -> {
            try {
                return builder.address(a.address()).address(b.address()).address(c.address()).keepAlive(false);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        for (int i = 0; i < 9; i++) {
            call("/" + i);
        }
        assertEquals(List.of("/0", "/3", "/6"), a.paths());
        assertEquals(List.of("/1", "/4", "/7"), b.paths());
        assertEquals(List.of("/2", "/5", "/8"), c.paths());
    }

    @Test
    void pastThoseThatAreDown() throws Exception {
        InetSocketAddress dead = deadPort();
        serve(ScriptedServer::echo);
        clientOf(b -> {
            try {
                return b.address(dead).address("unix:" + directory.resolve("missing")).address(server.address())
                        .keepAlive(false);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        long start = System.nanoTime();
        for (int i = 0; i < 9; i++) {
            assertEquals("/" + i, call("/" + i));
        }
        assertTrue(System.nanoTime() - start < millis(4000).toNanos()); // a missing socket is not waited for
    }

    /** A server that accepts no more connections uses only its share of the time. */
    @Test
    void pastOneThatIsStuck() throws Exception {
        UnixDomainSocketAddress stuck = UnixDomainSocketAddress.of(directory.resolve("stuck"));
        serve(ScriptedServer::echo);
        try (ServerSocketChannel full = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            full.bind(stuck, 1);
            try (SocketChannel one = SocketChannel.open(stuck); SocketChannel two = SocketChannel.open(stuck)) {
                assertTrue(one.isConnected() && two.isConnected());
                clientOf(b -> {
                    try {
                        return b.address(stuck).address(server.address()).keepAlive(false).connectTimeout(millis(600));
                    } catch (IOException e) {
                        throw new AssertionError(e);
                    }
                });
                for (int i = 0; i < 4; i++) {
                    assertEquals("/" + i, call("/" + i));
                }
            }
        }
    }

    @Test
    void allDown() throws Exception {
        InetSocketAddress dead = deadPort();
        clientOf(b -> b.address(dead).address("unix:" + directory.resolve("missing")).maxConnections(1));
        for (int i = 0; i < 3; i++) { // the place is free each time
            IOException e = assertThrows(IOException.class, () -> call("/"));
            assertFalse(e instanceof FcgiException, e::toString);
            assertTrue(e.getMessage().startsWith("cannot connect to "), e.getMessage());
            assertEquals(1, e.getSuppressed().length);
        }
        assertThrows(IOException.class, () -> client.getValues("FCGI_MAX_REQS"));
    }

    @Test
    void closeFailsRequestsInFlight() throws Exception {
        BlockingQueue<String> asked = queue();
        serve(peer -> {
            ScriptedServer.Asked one = peer.request();
            if (one.path().equals("/unread")) {
                peer.send(stdout(one.id(), "\r\n" + "x".repeat(60_000)));
            }
            asked.add(one.path());
            peer.awaitEnd();
        });
        client(b -> b.maxConnections(2).responseBuffer(100));
        ClientResponse unread = client.send(get("/unread"));
        CompletableFuture<String> silent = async(() -> call("/silent"));
        take(asked);
        take(asked);
        CompletableFuture<String> waiting = async(() -> call("/waiting"));
        client.close();
        failure(IOException.class, silent);
        failure(IOException.class, waiting);
        assertThrows(IOException.class, unread::end);
        server.awaitAllClosed();
        assertEquals("the client is closed", assertThrows(FcgiException.class, () -> call("/")).getMessage());
        client.close();
    }

    /** close() at any moment leaves neither a waiting caller nor a connection. */
    @Test
    void closeWhileConnecting() throws Exception {
        serve(peer -> peer.awaitEnd());
        for (int i = 0; i < 200; i++) {
            FcgiClient one = client(b -> b);
            CompletableFuture<String> call = async(() -> sendAndRead(one, "/"));
            Thread.yield();
            one.close();
            failure(IOException.class, call);
        }
        server.awaitAllClosed();
    }

    @Test
    void endWithoutKeepingItsPromise() throws Exception {
        serve(peer -> {
            ScriptedServer.Asked one = peer.request();
            peer.send(stdout(one.id(), "\r\n" + one.path()), end(one.id()));
            peer.reset();
        });
        client(b -> b.maxConnections(1));
        for (int i = 0; i < 50; i++) {
            assertEquals("/" + i, call("/" + i));
        }
    }
}
