package dev.fcgi.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fcgi.FcgiException;
import dev.fcgi.LogCapture;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A listener that throws, blocks, is interrupted or calls back: it costs its own call time, and others nothing. */
final class EvilClientListenerTest extends ClientTest {
    private final ClientEventLog events = new ClientEventLog();

    /** Does the same, whatever it is told. */
    private interface Deed {
        void on(String what) throws Exception;
    }

    private record Evil(Deed deed) implements ClientListener {
        private void act(String what) {
            try {
                deed.on(what);
            } catch (RuntimeException | Error e) {
                throw e;
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void connectionOpened(ClientConnectionEvent connection) {
            act("opened");
        }

        @Override
        public void connectFailed(ClientConnectionEvent connection) {
            act("failed");
        }

        @Override
        public void connectionClosed(ClientConnectionEvent connection) {
            act("closed");
        }

        @Override
        public void callBegun(CallEvent call) {
            act("begun " + call.uri());
        }

        @Override
        public void callRetried(CallEvent call) {
            act("retried " + call.uri());
        }

        @Override
        public void callEnded(CallEvent call) {
            act("ended " + call.uri());
        }
    }

    /** Answers one request on a connection, and closes it over the next. */
    private static void answerOnce(ScriptedServer.Peer peer) throws IOException {
        ScriptedServer.Asked one = peer.request();
        peer.send(ScriptedServer.answer(one.id(), "\r\n" + one.path()));
        peer.request();
        peer.close();
    }

    @Test
    void whatItThrowsIsLoggedAndCostsNothing() throws Exception {
        serve(EvilClientListenerTest::answerOnce);
        try (LogCapture log = new LogCapture("dev.fcgi.client")) {
            clientOf(b -> {
                try {
                    return b.address("unix:" + directory.resolve("missing")).address(server.address())
                            .listener(new Evil(what -> {
                                if (what.length() % 2 == 0) {
                                    throw new OutOfMemoryError(what);
                                }
                                throw new IllegalStateException(what);
                            })).listener(events);
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
            assertEquals("/1", call("/1"));
            assertEquals("/2", call("/2"));
            client.close();
            until("the other one has heard of all", () -> events.closed().size() == 2 && events.ended().size() == 2
                    && events.begun().size() == 2 && events.opened().size() == 2 && events.retried().size() == 1
                    && events.failed().size() >= 1);
            until("it is logged, as far as others have left room for that", () -> {
                assertThrows(IOException.class, () -> call("/late"));
                return log.has(line -> line.contains("a listener failed"));
            });
        }
        assertEquals(0, client.stats().activeCalls());
        assertEquals(0, client.stats().connections());
    }

    /** Whatever it blocks in, other calls on other connections go on, and counters and close() are there. */
    @ParameterizedTest
    @ValueSource(strings = {"begun /block", "opened", "retried /block", "ended /block", "closed"})
    void oneThatBlocksKeepsOnlyItsOwnCallWaiting(String where) throws Exception {
        CountDownLatch goOn = gate();
        CountDownLatch blocked = gate();
        AtomicInteger times = new AtomicInteger();
        serve(EvilClientListenerTest::answerOnce);
        client(b -> b.listener(new Evil(what -> {
            if (what.equals(where) && times.getAndIncrement() == 0) {
                blocked.countDown();
                await(goOn);
            }
        })));
        CompletableFuture<String> blocking = async(() -> {
            call("/first");
            return call("/block");
        });
        await(blocked);
        for (int i = 0; i < 5; i++) {
            assertEquals("/" + i, call("/" + i));
        }
        int active = where.equals("closed") || where.startsWith("ended") ? 0 : 1;
        assertEquals(active, client.stats().calls().size());
        assertEquals(active, client.stats().activeCalls());
        if (where.equals("closed")) {
            client.close(); // does not wait for it either
        }
        goOn.countDown();
        assertEquals("/block", result(blocking));
    }

    @Test
    void oneThatCallsTheClient() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        ThreadLocal<Boolean> calling = new ThreadLocal<>();
        serve(ScriptedServer::echo);
        client(b -> b.maxConnections(20).listener(new Evil(what -> {
            client.stats();
            if (calling.get() == null) { // or it would never end
                calling.set(true);
                assertEquals("/from", call("/from"));
                calls.incrementAndGet();
                calling.remove();
            }
        })).listener(events));
        assertEquals("/", call("/"));
        assertTrue(calls.get() >= 2, "begun, ended: " + calls);
        until("nothing is left", () -> client.stats().activeCalls() == 0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"begun /", "opened", "ended /"})
    void oneThatClosesTheClient(String where) throws Exception {
        serve(ScriptedServer::echo);
        client(b -> b.listener(new Evil(what -> {
            if (what.equals(where)) {
                client.close();
            }
        })).listener(events));
        if (where.startsWith("ended")) {
            assertEquals("/", call("/"));
        } else {
            assertThrows(FcgiException.class, () -> call("/"));
        }
        until("all is told", () -> events.closed().size() == events.opened().size());
        assertEquals(1, events.ended().size());
        assertEquals(0, client.stats().connections());
    }

    @Test
    void anInterruptIsNotForIt() throws Exception {
        AtomicInteger seen = new AtomicInteger();
        serve(ScriptedServer::echo);
        client(b -> b.listener(new Evil(what -> seen.addAndGet(Thread.currentThread().isInterrupted() ? 1 : 0))));
        assertEquals("/1", call("/1"));
        Thread.currentThread().interrupt();
        try (ClientResponse response = client.send(get("/2"))) {
            response.end();
        } catch (IOException expected) {
            // which of both comes first is not what this is about
        }
        assertTrue(Thread.interrupted(), "it is delivered");
        assertEquals(0, seen.get());
        assertFalse(client.stats().activeCalls() > 0);
    }
}
