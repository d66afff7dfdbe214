package dev.fcgi.internal.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fcgi.Role;
import dev.fcgi.internal.conn.StreamInput;
import dev.fcgi.internal.wire.Fcgi;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a connection gives back at its end, even if all that should have ended its requests before has failed. */
final class ConnectionEndTest {
    private final Server server = new Server(options(), List.of());
    private final OfflineTransport transport = new OfflineTransport();
    private final ServerConnection connection = new ServerConnection(server, transport);
    private final ReentrantLock lock = connection.lock();

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

    private ServerRequest begin(int id) {
        ServerRequest request = ServerRequest.of(connection, id, Role.RESPONDER);
        assertTrue(request.beginHead());
        connection.requests().add(request);
        return request;
    }

    private ServerRequest start(int id) throws IOException {
        ServerRequest request = begin(id);
        assertTrue(request.headComplete(request.head().params()));
        request.dispatched(true);
        return request;
    }

    @Test
    void requestsThatNothingHasEnded() throws IOException {
        List<ServerRequest> requests = List.of(begin(1), begin(2), start(3));
        assertEquals(2, connection.heads().count());
        assertEquals(1, server.heads.get());
        lock.unlock();
        connection.close();
        lock.lock();
        assertTrue(requests.stream().allMatch(ServerRequest::isAborted));
        assertTrue(connection.requests().isEmpty());
        assertEquals(0, connection.heads().count());
        assertEquals(0, server.heads.get());
        assertEquals(1, server.stats().activeRequests(), "its handler has not returned");
        requests.get(2).complete(null);
        assertEquals(0, server.stats().activeRequests());
    }

    @Test
    void aQueueThatWasExtended() throws IOException {
        StreamInput stdin = start(1).input(Fcgi.STDIN);
        assertTrue(connection.extend(stdin, 1000));
        assertEquals(1, server.readAheads.get());
        assertFalse(connection.extend(stdin, 1000), "one of a connection");
        lock.unlock();
        connection.close();
        assertEquals(0, server.readAheads.get());
    }
}
