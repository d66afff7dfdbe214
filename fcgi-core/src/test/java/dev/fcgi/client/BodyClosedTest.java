package dev.fcgi.client;

import static dev.fcgi.client.ScriptedServer.answer;
import static dev.fcgi.client.ScriptedServer.end;
import static dev.fcgi.client.ScriptedServer.stdout;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.fcgi.ProtocolStatus;
import java.io.IOException;
import java.io.InputStream;
import java.net.UnknownHostException;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The input of a request is closed in every case, once, and not while it is being read. */
final class BodyClosedTest extends ClientTest {
    /** What happens to a request. */
    private enum Fate {
        SENT, ANSWERED_FIRST, REFUSED, ABORTED, TIMED_OUT, CUT, CLIENT_CLOSED, NO_PLACE, NO_CONNECTION, NO_HOST,
        CLIENT_WAS_CLOSED, READ_FAILS, READ_FAILS_BADLY
    }

    /** Zeros, until it ends, fails or is closed. */
    private static final class Watched extends InputStream {
        private final AtomicInteger closed = new AtomicInteger();
        private final AtomicBoolean reading = new AtomicBoolean();
        private final AtomicBoolean closedInside = new AtomicBoolean();
        private final Fate fate;
        private long left;

        Watched(Fate fate) {
            this.fate = fate;
            this.left = fate == Fate.SENT ? 1_000_000 : Long.MAX_VALUE;
        }

        @Override
        public int read() {
            throw new AssertionError("read in pieces");
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            reading.set(true);
            try {
                if (closed.get() > 0) {
                    throw new IOException("closed");
                }
                if (fate == Fate.READ_FAILS || fate == Fate.READ_FAILS_BADLY) {
                    throw fate == Fate.READ_FAILS ? new IOException("gone") : new IOException() {
                        private static final long serialVersionUID = 1;

                        @Override
                        public String getMessage() {
                            throw new IllegalStateException("as a test");
                        }
                    };
                }
                Thread.yield();
                int count = (int) Math.min(left, length);
                left -= count;
                return count == 0 ? -1 : count;
            } finally {
                reading.set(false);
            }
        }

        @Override
        public void close() throws IOException {
            closed.incrementAndGet();
            closedInside.compareAndSet(false, reading.get());
            throw new IOException("closing fails, too");
        }
    }

    private void prepare(Fate fate) throws IOException {
        serve(peer -> {
            ScriptedServer.Asked one = peer.head();
            switch (fate) {
                case SENT -> {
                    while (peer.next().content().length > 0) {
                        continue;
                    }
                    peer.send(answer(one.id(), "\r\n"));
                }
                case ANSWERED_FIRST -> peer.send(answer(one.id(), "Status: 413\r\n\r\n"));
                case REFUSED -> peer.send(stdout(one.id(), ""), end(one.id(), 0, ProtocolStatus.OVERLOADED.code()));
                case CUT -> peer.close();
                case ABORTED -> peer.send(stdout(one.id(), "\r\nsome"));
                default -> { }
            }
        });
        TestNetwork network = new TestNetwork();
        network.resolver = host -> {
            throw new UnknownHostException(host);
        };
        boolean noConnection = fate == Fate.NO_CONNECTION;
        boolean noHost = fate == Fate.NO_HOST;
        String address = noConnection ? "unix:" + directory.resolve("missing") : "nobody:1";
        clientOf(b -> {
            try {
                b = noConnection || noHost ? b.address(address) : b.address(server.address());
            } catch (IOException e) {
                throw new AssertionError(e);
            }
            return b.network(network).maxConnections(1).connectTimeout(millis(200))
                    .requestTimeout(millis(fate == Fate.TIMED_OUT ? 200 : 0));
        });
    }

    private void send(Fate fate, ClientRequest request) throws Exception {
        switch (fate) {
            case SENT, ANSWERED_FIRST -> {
                try (ClientResponse response = client.send(request)) {
                    response.head();
                    response.end();
                }
            }
            case ABORTED -> client.send(request).close();
            case CLIENT_CLOSED -> {
                CompletableFuture<Void> call = async(() -> {
                    client.send(request).close();
                    return null;
                });
                until("it is asked", () -> !server.asked().isEmpty());
                client.close();
                failure(IOException.class, call);
            }
            case CLIENT_WAS_CLOSED -> {
                client.close();
                assertThrows(IOException.class, () -> client.send(request));
            }
            case NO_PLACE -> {
                CompletableFuture<Void> other = async(() -> {
                    client.send(get("/other")).close();
                    return null;
                });
                until("the place is taken", () -> !server.asked().isEmpty());
                assertThrows(RequestTimeoutException.class, () -> client.send(request));
                client.close();
                failure(IOException.class, other);
            }
            default -> assertThrows(IOException.class, () -> client.send(request));
        }
    }

    @ParameterizedTest
    @EnumSource(Fate.class)
    void aStream(Fate fate) throws Exception {
        prepare(fate);
        Watched body = new Watched(fate);
        send(fate, ClientRequest.responder().params(CgiParams.of("POST", "/")).body(body, -1).build());
        until("the body is closed", () -> body.closed.get() > 0);
        client.close();
        server.awaitAllClosed();
        assertEquals(1, body.closed.get());
        assertFalse(body.closedInside.get());
    }

    @ParameterizedTest
    @EnumSource(value = Fate.class, names = "READ_.*", mode = EnumSource.Mode.MATCH_NONE)
    void dataOfAFilter(Fate fate) throws Exception {
        prepare(fate);
        Watched data = new Watched(fate);
        Watched body = new Watched(Fate.SENT);
        send(fate, ClientRequest.filter(data, fate == Fate.SENT ? 1_000_000 : Long.MAX_VALUE / 10, Instant.EPOCH)
                .body(body, -1).build());
        until("both are closed", () -> data.closed.get() > 0 && body.closed.get() > 0);
        assertEquals(1, data.closed.get());
        assertEquals(1, body.closed.get());
    }
}
