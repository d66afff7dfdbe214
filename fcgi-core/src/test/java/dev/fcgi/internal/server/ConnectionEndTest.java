package dev.fcgi.internal.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fcgi.Role;
import dev.fcgi.internal.conn.Clock;
import dev.fcgi.internal.conn.Inbound;
import dev.fcgi.internal.conn.Log;
import dev.fcgi.internal.conn.Output;
import dev.fcgi.internal.conn.StreamInput;
import dev.fcgi.internal.conn.Ticker;
import dev.fcgi.internal.wire.RecordReader;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A connection gives everything back at its end, even if the normal end of its requests has failed. */
final class ConnectionEndTest {
    private final Server server = new Server(options(), List.of());
    private final ServerContext context = server.context;
    private final OfflineTransport transport = new OfflineTransport();
    private final ReentrantLock lock = new ReentrantLock();
    private final Output output = new Output(transport, lock, false);
    private final Inbound inbound = new Inbound(new RecordReader(transport), lock, Clock.SYSTEM);
    private final Ticker ticker = new Ticker(List.of(), Log.of("dev.fcgi.test"), Clock.SYSTEM);
    private final ServerConnection connection =
            new ServerConnection(context, ticker, transport, lock, output, inbound, () -> { });
    private final RequestInput.Reader input = new RequestInput.Reader() {
        @Override
        public int pull(RequestInput one, StreamInput stream, byte[] target, int offset, int length) {
            throw new AssertionError("nobody reads");
        }

        @Override
        public int available(RequestInput one, StreamInput stream) {
            throw new AssertionError("nobody looks");
        }

        @Override
        public void roomMade(StreamInput stream) {
            connection.roomMade(stream);
        }
    };

    private static Options options() {
        Options options = new Options();
        options.responder = request -> { };
        return options;
    }

    @BeforeEach
    void lock() {
        lock.lock();
    }

    @AfterEach
    void unlock() {
        while (lock.isHeldByCurrentThread()) {
            lock.unlock();
        }
    }

    private ServerRequest begin(int id) throws IOException {
        connection.begin(id, Role.RESPONDER, true, input);
        return connection.find(id);
    }

    private HandlerRun start(int id) throws IOException {
        ServerRequest request = begin(id);
        assertTrue(request.headComplete(request.head().params(), true));
        HandlerRun run = HandlerRun.of(context, connection, request, lock);
        request.handledBy(run);
        return run;
    }

    @Test
    void requestsThatNothingHasEnded() throws IOException {
        List<ServerRequest> requests = List.of(begin(1), begin(2));
        HandlerRun run = start(3);
        assertEquals(2, connection.headCount());
        assertEquals(1, context.heads.get());
        lock.unlock();
        connection.ending().closed();
        lock.lock();
        assertTrue(requests.stream().allMatch(ServerRequest::isAborted));
        assertTrue(run.isAborted());
        for (int id = 1; id <= 3; id++) {
            assertNull(connection.find(id));
        }
        assertEquals(0, connection.headCount());
        assertEquals(0, context.heads.get());
        assertEquals(1, server.stats().activeRequests(), "its handler has not returned");
        lock.unlock();
        run.complete(null);
        assertEquals(0, server.stats().activeRequests());
    }

    @Test
    void aQueueThatWasExtended() throws IOException {
        start(1);
        StreamInput stdin = connection.find(1).input.stdin;
        connection.extend(stdin);
        assertEquals(1, context.readAheads.get());
        start(2);
        StreamInput other = connection.find(2).input.stdin;
        connection.extend(other);
        assertEquals(1, context.readAheads.get(), "one of a connection");
        assertFalse(other.isExtended());
        lock.unlock();
        connection.ending().closed();
        assertEquals(0, context.readAheads.get());
    }
}
