package dev.fcgi.client;

import static dev.fcgi.client.ScriptedServer.answer;
import static dev.fcgi.client.ScriptedServer.end;
import static dev.fcgi.client.ScriptedServer.stdout;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fcgi.internal.io.Transport;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which thread reads a connection: a caller its own response; one of the library while callers are busy, or idle. */
final class WhoReadsTest extends ClientTest {
    private final Set<Thread> readers = ConcurrentHashMap.newKeySet();
    private final AtomicInteger closed = new AtomicInteger();

    private final class Observed implements Transport, ReadableByteChannel {
        private final Transport real;

        Observed(Transport real) {
            this.real = real;
        }

        @Override
        public ReadableByteChannel input() {
            return this;
        }

        @Override
        public int read(ByteBuffer target) throws IOException {
            readers.add(Thread.currentThread());
            return real.input().read(target);
        }

        @Override
        public boolean isOpen() {
            return real.input().isOpen();
        }

        @Override
        public boolean isQuiet() throws IOException {
            return real.isQuiet();
        }

        @Override
        public void write(ByteBuffer source) throws IOException {
            real.write(source);
        }

        @Override
        public void shutdownInput() {
            real.shutdownInput();
        }

        @Override
        public void shutdownOutput() {
            real.shutdownOutput();
        }

        @Override
        public void close() {
            real.close();
            closed.incrementAndGet();
        }

        @Override
        public SocketAddress peer() {
            return real.peer();
        }
    }

    private void observe(UnaryOperator<FcgiClient.Builder> settings) throws IOException {
        TestNetwork network = new TestNetwork();
        network.connector = (address, nanos) -> new Observed(TestNetwork.SYSTEM.connect(address, nanos));
        client(b -> settings.apply(b.network(network).keepAliveTimeout(seconds(60)).maxConnections(1)));
    }

    /** There is no other thread, so the caller has to read. */
    private void observeAlone() throws IOException {
        observe(b -> b.threads(task -> {
            throw new RejectedExecutionException("as a test");
        }));
    }

    private static Thread.Builder thread(boolean virtual) {
        return virtual ? Thread.ofVirtual() : Thread.ofPlatform();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aLoneCallNeedsNoOtherThread(boolean virtual) throws Exception {
        serve(ScriptedServer::echo);
        observeAlone();
        Thread caller = result(run(thread(virtual), () -> {
            for (int i = 0; i < 100; i++) {
                assertEquals("/" + i, call("/" + i));
            }
            return Thread.currentThread();
        }));
        assertEquals(Set.of(caller), readers);
        assertEquals(1, server.accepted());
    }

    @Test
    void aCallerThatTakesOnlyTheHeadLeavesTheConnectionToOthers() throws Exception {
        serve(ScriptedServer::echo);
        observeAlone();
        for (int i = 0; i < 10; i++) {
            try (ClientResponse response = client.send(get("/"))) {
                assertEquals(200, response.head().status());
            }
        }
        assertEquals(1, server.accepted());
    }

    @Test
    void theEndOfAnIdleConnectionIsSeen() throws Exception {
        CountDownLatch over = gate();
        serve(peer -> {
            peer.send(answer(peer.request().id(), "\r\nfine"));
            await(over);
            peer.close();
        });
        observe(b -> b);
        assertEquals("fine", call("/"));
        assertEquals(0, closed.get());
        over.countDown();
        until("the client has closed it, too", () -> closed.get() > 0);
    }

    /** The close arrives before any thread reads: a request that cannot be repeated must not be lost. */
    @Test
    void anIdleConnectionIsLookedAtBeforeItIsUsed() throws Exception {
        serveTcp(peer -> {
            ScriptedServer.Asked one = peer.request();
            peer.send(answer(one.id(), "\r\n" + one.path()));
            peer.close();
        });
        observeAlone();
        for (int i = 0; i < 10; i++) {
            assertEquals("/" + i, call(post("/" + i, "body")));
            int number = i;
            until("the server has closed it", () -> server.peers().get(number).hasEnded());
        }
    }

    @Test
    void whatComesBetweenTwoCallsIsNotTheNextResponse() throws Exception {
        CountDownLatch more = gate();
        CountDownLatch sent = gate();
        serve(peer -> {
            peer.send(answer(peer.request().id(), "\r\n" + peer.number()));
            await(more);
            peer.send(answer(1, "\r\nof the first"));
            sent.countDown();
        });
        observeAlone();
        assertEquals("1", call("/"));
        more.countDown();
        await(sent);
        assertEquals("2", call("/"));
    }

    /** Another thread reads while the caller is busy, so the next call need not wait. */
    @Test
    void aResponseEndsWhileItsCallerIsBusy() throws Exception {
        CountDownLatch begun = gate();
        serve(peer -> {
            int id = peer.request().id();
            peer.send(stdout(id, "\r\nfirst"));
            await(begun);
            peer.send(end(id));
            peer.send(answer(peer.request().id(), "\r\nsecond"));
        });
        observe(b -> b);
        try (ClientResponse busy = client.send(get("/1"))) {
            begun.countDown();
            assertEquals("second", call("/2"));
            assertEquals("first", text(busy));
        }
        assertEquals(1, server.accepted());
    }

    /** A thread of the library reads while the caller is busy, then the caller again. */
    @Test
    void theCallerReadsOn() throws Exception {
        CountDownLatch busy = gate();
        serve(peer -> {
            int id = peer.request().id();
            peer.send(stdout(id, "\r\n"));
            await(busy);
            for (int i = 0; i < 100; i++) {
                peer.send(stdout(id, "x".repeat(60_000)));
            }
            peer.send(end(id));
        });
        observe(b -> b.responseBuffer(1000));
        try (ClientResponse response = client.send(get("/"))) {
            until("another thread reads", () -> readers.size() > 1);
            readers.clear();
            busy.countDown();
            assertEquals(100 * 60_000, text(response).length());
            assertTrue(readers.contains(Thread.currentThread()));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anInterruptEndsTheCallThatReads(boolean virtual) throws Exception {
        CountDownLatch asked = gate();
        serve(peer -> {
            ScriptedServer.Asked one = peer.request();
            if (one.path().equals("/silent")) {
                asked.countDown();
                peer.awaitEnd();
            }
            peer.send(answer(one.id(), "\r\nfine"));
        });
        observe(b -> b);
        CompletableFuture<Thread> caller = new CompletableFuture<>();
        CompletableFuture<String> call = run(thread(virtual), () -> {
            caller.complete(Thread.currentThread());
            try {
                return call("/silent");
            } finally {
                assertTrue(Thread.interrupted());
            }
        });
        await(asked);
        until("it reads", () -> !readers.isEmpty());
        result(caller).interrupt();
        failure(InterruptedIOException.class, call);
        assertEquals("fine", call("/"));
    }

    @Test
    void aTimeoutGetsTheCallerOutOfItsRead() throws Exception {
        holdTime();
        serve(peer -> {
            ScriptedServer.Asked one = peer.request();
            if (one.path().equals("/silent")) {
                peer.awaitEnd();
            }
            peer.send(answer(one.id(), "\r\nfine"));
        });
        observe(b -> b.firstByteTimeout(seconds(10)));
        assertLimit(RequestTimeoutException.Limit.FIRST_BYTE, seconds(10), async(() -> call("/silent")));
        assertEquals("fine", call("/"));
        client.close();
        assertThrows(IOException.class, () -> call("/"));
    }
}
