package dev.fcgi.client;

import static dev.fcgi.client.ScriptedServer.answer;
import static dev.fcgi.client.ScriptedServer.stderr;
import static dev.fcgi.client.ScriptedServer.values;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fcgi.LogCapture;
import dev.fcgi.internal.io.Transport;
import dev.fcgi.internal.wire.Fcgi;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The n-th step of what a client does fails, for every n: looking up a name, connecting, reading, writing, starting a
 * thread, reading a body, telling a line of STDERR, telling a listener. Afterwards nothing is missing, nobody else has
 * noticed, and the listener has been told of all.
 */
final class FailureAtEachStepTest extends ClientTest {
    private static final int CONNECTIONS = 3;

    /** How a step fails; with the last value it does not, but the caller is interrupted meanwhile. */
    private enum Kind { IO_EXCEPTION, RUNTIME_EXCEPTION, ERROR, INTERRUPT }

    private final AtomicInteger opened = new AtomicInteger();
    private final AtomicInteger closed = new AtomicInteger();
    private final AtomicInteger running = new AtomicInteger();
    private final AtomicInteger bodiesClosed = new AtomicInteger();
    private final AtomicInteger steps = new AtomicInteger();
    private final AtomicInteger reads = new AtomicInteger();
    private volatile int failing;
    private volatile ClientEventLog events;
    private volatile Kind kind;
    private volatile Thread caller;

    /** A step that cannot fail by an IOException. */
    private void plainStep() {
        try {
            step();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private void step() throws IOException {
        if (steps.incrementAndGet() != failing) {
            return;
        }
        switch (kind) {
            case IO_EXCEPTION -> throw new IOException("as a test");
            case RUNTIME_EXCEPTION -> throw new IllegalStateException("as a test");
            case ERROR -> throw new OutOfMemoryError("as a test");
            case INTERRUPT -> caller.interrupt();
        }
    }

    private final class Watched implements Transport, ReadableByteChannel {
        private final Transport real;
        private final AtomicInteger closes = new AtomicInteger();

        Watched(Transport real) {
            this.real = real;
            opened.incrementAndGet();
        }

        @Override
        public ReadableByteChannel input() {
            return this;
        }

        @Override
        public int read(ByteBuffer target) throws IOException {
            step();
            reads.incrementAndGet();
            return real.input().read(target);
        }

        @Override
        public boolean isOpen() {
            return real.input().isOpen();
        }

        @Override
        public boolean isQuiet() throws IOException {
            step();
            return real.isQuiet();
        }

        @Override
        public void write(ByteBuffer source) throws IOException {
            step();
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
            if (closes.getAndIncrement() == 0) {
                closed.incrementAndGet();
            }
            real.close();
        }

        @Override
        public SocketAddress peer() {
            return real.peer();
        }
    }

    /** Keeps what it is told, and may fail then. */
    private final class Watcher implements ClientListener {
        private final ClientEventLog log = events;

        /** Keeps it last: once all is kept, no step comes from here any more. */
        private void step(Runnable keep) {
            try {
                plainStep();
            } finally {
                keep.run();
            }
        }

        @Override
        public void connectionOpened(ClientConnectionEvent connection) {
            step(() -> log.connectionOpened(connection));
        }

        @Override
        public void connectFailed(ClientConnectionEvent connection) {
            step(() -> log.connectFailed(connection));
        }

        @Override
        public void connectionClosed(ClientConnectionEvent connection) {
            step(() -> log.connectionClosed(connection));
        }

        @Override
        public void callBegun(CallEvent call) {
            step(() -> log.callBegun(call));
        }

        @Override
        public void callRetried(CallEvent call) {
            step(() -> log.callRetried(call));
        }

        @Override
        public void callEnded(CallEvent call) {
            step(() -> log.callEnded(call));
        }
    }

    private void thread(Runnable task) {
        plainStep();
        running.incrementAndGet();
        Thread.startVirtualThread(() -> {
            try {
                task.run();
            } finally {
                running.decrementAndGet();
            }
        });
    }

    private InputStream body() {
        return new ByteArrayInputStream(new byte[40_000]) {
            @Override
            public int read(byte[] target) throws IOException {
                step();
                return super.read(target);
            }

            @Override
            public void close() {
                bodiesClosed.incrementAndGet();
            }
        };
    }

    private void prepare(CountDownLatch hold) throws IOException {
        serve(peer -> {
            while (true) {
                ScriptedServer.Received first = peer.next();
                if (first.type() == Fcgi.GET_VALUES) {
                    peer.send(values(Fcgi.MPXS_CONNS, "0"));
                    continue;
                }
                String path = "";
                for (int type = first.type(), length = 1; type != Fcgi.STDIN || length > 0; ) {
                    ScriptedServer.Received record = peer.next();
                    type = record.type();
                    length = record.content().length;
                    path += type == Fcgi.PARAMS ? new String(record.content()) : "";
                }
                if (path.contains("/hold")) {
                    await(hold);
                }
                peer.send(stderr(1, "line\n"), answer(1, "\r\nfine"));
            }
        });
        SocketAddress real = server.address();
        TestNetwork network = new TestNetwork();
        network.resolver = host -> {
            plainStep();
            return new InetAddress[] {InetAddress.getLoopbackAddress()};
        };
        network.connector = (address, nanos) -> {
            step();
            return new Watched(TestNetwork.SYSTEM.connect(real, nanos));
        };
        events = new ClientEventLog();
        clientOf(b -> b.address("name:1").network(network).listener(new Watcher()).threads(this::thread).maxConnections(CONNECTIONS)
                .connectTimeout(millis(5000)).firstByteTimeout(millis(5000)).keepAliveTimeout(millis(60_000)));
    }

    /** The life of a client; everything may fail, but nothing may hang. */
    private void life() throws Exception {
        CompletableFuture<Void> life = new CompletableFuture<>();
        Thread thread = Thread.ofVirtual().unstarted(() -> {
            attempt(life, () -> send("/one", null));
            attempt(life, () -> send("/two", body()));
            attempt(life, () -> client.getValues(Fcgi.MPXS_CONNS).toString());
            attempt(life, () -> send("/three", null));
            life.complete(null);
        });
        caller = thread;
        thread.start();
        result(life);
    }

    private interface Attempt {
        String run() throws Exception;
    }

    private void attempt(CompletableFuture<Void> life, Attempt attempt) {
        try {
            attempt.run();
        } catch (RequestTimeoutException e) { // nobody has told the caller
            life.completeExceptionally(e);
        } catch (InterruptedIOException e) {
            if (kind != Kind.INTERRUPT || !Thread.interrupted()) {
                life.completeExceptionally(e);
            }
        } catch (Throwable expected) {
            // the step that fails is part of this call
        } finally {
            Thread.interrupted();
        }
    }

    private String send(String path, InputStream body) throws IOException {
        ClientRequest.Builder request = ClientRequest.responder().params(CgiParams.of("POST", path))
                .stderr(line -> plainStep());
        try (ClientResponse response = client.send((body == null ? request : request.body(body, 40_000)).build())) {
            return text(response);
        }
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void everyStep(Kind how) throws Exception {
        kind = how;
        boolean failed = true;
        for (int n = 1; failed; n++) {
            failing = 0;
            CountDownLatch hold = gate();
            prepare(hold);
            steps.set(0);
            reads.set(0);
            CompletableFuture<String> other = async(() -> send("/hold", null));
            until("it waits for the response", () -> reads.get() > 0);
            steps.set(0);
            failing = n;
            int bodies = bodiesClosed.get();
            life();
            int number = n;
            until("the body is closed, step " + n, () -> bodiesClosed.get() == bodies + 1);
            failed = steps.get() >= n;
            failing = 0;
            CountDownLatch none = hold;
            CompletableFuture<String> second = async(() -> send("/hold", null));
            CompletableFuture<String> third = async(() -> send("/hold", null)); // needs the last place
            none.countDown();
            assertEquals("fine", result(other), () -> "another call, step " + number);
            assertEquals("fine", result(second), () -> "the next call, step " + number);
            assertEquals("fine", result(third), () -> "the one after, step " + number);
            client.close();
            until("all connections are closed, step " + n, () -> closed.get() == opened.get());
            until("all threads have ended, step " + n, () -> running.get() == 0);
            until("all is told, step " + n, () -> events.closed().size() == events.opened().size()
                    && events.ended().size() == events.begun().size());
            assertEquals(0, client.stats().activeCalls(), () -> "calls, step " + number);
            assertEquals(0, client.stats().connections(), () -> "connections, step " + number);
            assertEquals(events.opened().size(), client.stats().connectionsOpened(), () -> "opened, step " + number);
            assertEquals(events.failed().size(), client.stats().connectsFailed(), () -> "failed, step " + number);
            assertTrue(n < 200);
        }
    }

    /** A logger that blocks, throws, or calls the client delays no call. */
    @Test
    void loggers() throws Exception {
        CountDownLatch stuck = gate();
        AtomicInteger lines = new AtomicInteger();
        serve(peer -> {
            while (true) {
                peer.send(answer(peer.request().id(), "Content-Length: 4\r\n\r\nfine\n")); // which is logged
            }
        });
        client(b -> b);
        try (LogCapture log = new LogCapture("dev.fcgi.client", (line, thrown) -> {
            switch (lines.getAndIncrement()) {
                case 0 -> {
                    try {
                        assertEquals("fine", call("/from-the-logger"));
                        await(stuck);
                    } catch (IOException | InterruptedException e) {
                        throw new AssertionError(e);
                    }
                }
                case 1 -> throw new IllegalStateException("as a test");
                default -> { }
            }
        })) {
            for (int i = 0; i < 50; i++) {
                assertEquals("fine", call("/" + i));
            }
            until("the logger is called", () -> lines.get() > 0);
            assertEquals("fine", call("/last"));
            stuck.countDown();
            until("it goes on", () -> lines.get() > 2);
            assertFalse(log.has(line -> line.isEmpty()));
        }
    }
}
