package dev.fcgi.client;

import static dev.fcgi.client.ScriptedServer.answer;
import static dev.fcgi.client.ScriptedServer.stdout;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fcgi.FcgiException;
import dev.fcgi.Params;
import dev.fcgi.client.RequestTimeoutException.Limit;
import dev.fcgi.internal.wire.EncodedParams;
import dev.fcgi.internal.wire.Fcgi;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Input of requests: bodies that are too long, too short, too late, or not wanted; and callers that change their minds.
 */
final class InputTest extends ClientTest {
    private static InputStream zeros(long length) {
        return new InputStream() {
            private long left = length;

            @Override
            public int read() {
                return left-- > 0 ? 0 : -1;
            }

            @Override
            public int read(byte[] target, int offset, int count) {
                int now = (int) Math.min(left, count);
                left -= now;
                return now == 0 && count > 0 ? -1 : now;
            }
        };
    }

    private static ClientRequest upload(InputStream body, long length) {
        return ClientRequest.responder().params(CgiParams.of("POST", "/upload")).body(body, length).build();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 16 * 1024, 16 * 1024 + 1, 65_535, 65_536, 1_000_000})
    void bodiesOfAllKinds(int length) throws Exception {
        serve(peer -> {
            while (true) {
                ScriptedServer.Asked one = peer.request();
                peer.send(answer(one.id(), "\r\n" + one.stdin().length + " " + one.params().get("CONTENT_LENGTH")));
            }
        });
        client(b -> b);
        String text = length + " " + length;
        for (int i = 0; i < 2; i++) {
            assertEquals(text, call(post("/", "x".repeat(length))));
        }
        // the thread that sends a larger body may not have ended when the response arrives: then the connection is not kept
        assertTrue(server.accepted() == 1 || length > 16 * 1024);
        assertEquals(text, call(upload(zeros(length), length)));
        assertEquals(length + " null", call(upload(zeros(length), -1)));
    }

    /** PHP-FPM cannot read a pair that spans two records, so long parameters would be lost or the connection reset. */
    @Test
    void noPairSpansTwoRecords() throws Exception {
        Map<String, String> received = new ConcurrentHashMap<>();
        serve(peer -> {
            peer.next();
            for (ScriptedServer.Received one; (one = peer.next()).content().length > 0; ) {
                received.putAll(EncodedParams.decode(one.content(), one.content().length).toMap()); // an incomplete pair fails
            }
            peer.send(answer(1, "\r\n"));
        });
        client(b -> b);
        ClientRequest.Builder request = ClientRequest.responder();
        for (int i = 0; i < 20; i++) {
            request.param("NAME_" + i, "v".repeat(i * 1500));
        }
        request.param("LONG", "v".repeat(65_000));
        call(request.build());
        assertEquals(21, received.size());
        assertEquals(65_000, received.get("LONG").length());
    }

    /** A response before the body was read, with and without the end of the connection, arrives without delay. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void earlyAnswer(boolean close) throws Exception {
        serve(peer -> {
            while (true) {
                ScriptedServer.Asked one = peer.head();
                if (one.path().equals("/upload")) {
                    peer.next();
                    peer.send(answer(one.id(), "Status: 413\r\n\r\n" + "no".repeat(10_000)));
                    if (close) {
                        peer.close();
                    }
                    return;
                }
                peer.next();
                peer.send(answer(one.id(), "\r\n" + one.path()));
            }
        });
        client(b -> b.maxConnections(1));
        for (int i = 0; i < 20; i++) {
            // so large that it is not through by the time its answer is read, although the server reads on
            try (ClientResponse response = client.send(upload(zeros(2_000_000_000), 2_000_000_000))) {
                assertEquals(413, response.head().status());
                assertEquals("no".repeat(10_000), text(response));
            }
            assertEquals("/next", call("/next")); // not after half a body
        }
    }

    /** Both sides send at the same time, and the caller reads only afterwards. */
    @Test
    void bothWaysAtOnce() throws Exception {
        serve(peer -> {
            ScriptedServer.Asked one = peer.head();
            peer.send(stdout(one.id(), "\r\n"));
            for (ScriptedServer.Received piece; (piece = peer.next()).content().length > 0; ) {
                peer.send(ScriptedServer.record(Fcgi.STDOUT, one.id(), piece.content(), 0));
            }
            peer.send(answer(one.id(), ""));
        });
        client(b -> b);
        try (ClientResponse response = client.send(upload(zeros(30_000_000), 30_000_000))) {
            assertEquals(30_000_000, response.body().transferTo(java.io.OutputStream.nullOutputStream()));
        }
    }

    /** The application waits for the caller, not the other way round, so no timeout expires. */
    @Test
    void aCallerThatPausesBothWays() throws Exception {
        serve(peer -> {
            ScriptedServer.Asked one = peer.head();
            peer.send(stdout(one.id(), "\r\n"));
            for (ScriptedServer.Received piece; (piece = peer.next()).content().length > 0; ) {
                peer.send(ScriptedServer.record(Fcgi.STDOUT, one.id(), piece.content(), 0));
            }
            peer.send(answer(one.id(), ""));
        });
        client(b -> b.readTimeout(seconds(1)).firstByteTimeout(seconds(1)).responseBuffer(1000));
        try (ClientResponse response = client.send(upload(zeros(5_000_000), -1))) {
            response.body().read();
            Thread.sleep(2500); // longer than the limits that do not apply; in real time, for both ends are at work
            assertEquals(4_999_999, response.body().transferTo(java.io.OutputStream.nullOutputStream()));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 9, 11, 100_000})
    void aBodyOfAnotherLength(int length) throws Exception {
        serve(ScriptedServer::echo);
        client(b -> b.maxConnections(1));
        FcgiException e = assertThrows(FcgiException.class, () -> call(upload(zeros(length), 10)));
        assertTrue(e.getMessage().contains("10"), e.getMessage());
        assertEquals("/next", call("/next"));
        assertEquals(1, server.asked().size()); // the other one was never complete
    }

    @ParameterizedTest
    @ValueSource(ints = {9, 11})
    void dataOfAnotherLength(int length) throws Exception {
        serve(ScriptedServer::echo);
        client(b -> b.maxConnections(1));
        ClientRequest filter = ClientRequest.filter(zeros(length), 10, Instant.EPOCH).param("SCRIPT_NAME", "/").build();
        FcgiException e = assertThrows(FcgiException.class, () -> call(filter));
        assertTrue(e.getMessage().contains("DATA has "), e.getMessage());
        assertEquals("/next", call("/next"));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aBodyThatThrows(boolean error) throws Exception {
        serve(ScriptedServer::echo);
        client(b -> b.maxConnections(1));
        InputStream broken = new InputStream() {
            private int count;

            @Override
            public int read() throws IOException {
                if (count++ < 50_000) {
                    return 'x';
                }
                if (error) {
                    throw new StackOverflowError("as a test");
                }
                throw new IOException("the disk is gone");
            }

            @Override
            public int read(byte[] target, int offset, int length) throws IOException {
                target[offset] = (byte) read();
                return 1;
            }
        };
        FcgiException e = assertThrows(FcgiException.class, () -> call(upload(broken, -1)));
        assertEquals(error ? "as a test" : "the disk is gone", e.getCause().getMessage());
        assertEquals("/next", call("/next"));
    }

    @Test
    void aServerThatTakesNothing() throws Exception {
        CountDownLatch over = gate();
        serve(peer -> await(over));
        holdTime();
        client(b -> b.writeTimeout(seconds(3)));
        assertLimit(Limit.WRITE, seconds(3), async(() -> call(upload(zeros(50_000_000), -1))));
        assertLimit(Limit.WRITE, seconds(3), async(() -> call(largeHead())));
        over.countDown();
    }

    private static ClientRequest largeHead() {
        return ClientRequest.responder().param("A", "a".repeat(5_000_000)).build();
    }

    /** While the server accepts the request it cannot respond yet, so the timeouts for the response do not apply. */
    @Test
    void aServerThatTakesItsTime() throws Exception {
        holdTime();
        serve(peer -> {
            ScriptedServer.Received record = peer.next();
            while (record.type() != Fcgi.STDIN || record.content().length > 0) {
                clock.advance(millis(100)); // in all longer than the limit that does not apply
                record = peer.next();
            }
            peer.send(answer(1, "\r\nall"));
        });
        client(b -> b.firstByteTimeout(seconds(4)).maxConnections(1));
        assertEquals("all", call(largeHead()));
    }

    @Test
    void totalTime() throws Exception {
        holdTime();
        CountDownLatch begun = gate();
        serve(peer -> {
            ScriptedServer.Asked one = peer.request();
            peer.send(stdout(one.id(), "\r\n"));
            if (one.path().equals("/unread")) {
                await(begun);
            }
            while (true) {
                peer.send(stdout(one.id(), "x".repeat(10)));
                clock.advance(millis(200)); // never idle
            }
        });
        // time flies until the last connection is closed
        client(b -> b.requestTimeout(seconds(3)).maxConnections(1).connectTimeout(seconds(0)));
        for (int i = 0; i < 2; i++) {
            assertLimit(Limit.REQUEST, assertThrows(RequestTimeoutException.class, () -> call("/")));
        }
        try (ClientResponse unread = client.send(get("/unread"))) {
            begun.countDown();
            assertLimit(Limit.REQUEST, assertThrows(RequestTimeoutException.class, unread::end));
        }
    }

    private enum Phase { SEND_HEAD, FIRST_BYTE, BODY, UPLOAD }

    /** Scripts a server so that a call is stuck in a phase; tells when it is. */
    private BlockingQueue<String> stuckIn(Phase phase) throws IOException {
        BlockingQueue<String> reached = queue();
        CountDownLatch over = gate();
        serve(peer -> {
            if (peer.number() > 1) {
                ScriptedServer.echo(peer);
            }
            if (phase == Phase.SEND_HEAD) {
                peer.next();
                reached.add("now");
                await(over);
            }
            ScriptedServer.Asked one = phase == Phase.UPLOAD ? peer.head() : peer.request();
            if (phase == Phase.BODY) {
                peer.send(stdout(one.id(), "\r\nsome"));
            }
            reached.add("now");
        });
        client(b -> b.maxConnections(1));
        return reached;
    }

    private ClientRequest request(Phase phase) {
        return switch (phase) {
            case SEND_HEAD -> ClientRequest.responder().param("A", "a".repeat(10_000_000)).build();
            case UPLOAD -> upload(zeros(Long.MAX_VALUE), -1);
            default -> get("/");
        };
    }

    @ParameterizedTest
    @EnumSource(Phase.class)
    void interruptInEachPhase(Phase phase) throws Exception {
        for (boolean virtual : new boolean[] {true, false}) {
            BlockingQueue<String> reached = stuckIn(phase);
            CompletableFuture<Thread> thread = new CompletableFuture<>();
            AtomicLong flag = new AtomicLong();
            CompletableFuture<String> call = run(virtual ? Thread.ofVirtual() : Thread.ofPlatform(), () -> {
                thread.complete(Thread.currentThread());
                try {
                    return call(request(phase));
                } finally {
                    flag.set(Thread.currentThread().isInterrupted() ? 1 : 0);
                }
            });
            take(reached);
            result(thread).interrupt();
            failure(InterruptedIOException.class, call);
            assertEquals(1, flag.get(), "the flag is set again");
            server.peers().get(0).close();
            assertEquals("/next", call("/next"));
        }
    }

    @ParameterizedTest
    @EnumSource(value = Phase.class, names = {"BODY", "UPLOAD"})
    void abortClosesTheConnection(Phase phase) throws Exception {
        BlockingQueue<String> reached = stuckIn(Phase.BODY);
        if (phase == Phase.UPLOAD) {
            serve(peer -> {
                if (peer.number() > 1) {
                    ScriptedServer.echo(peer);
                }
                peer.send(stdout(peer.head().id(), "\r\nsome"));
                reached.add("now");
            });
            client(b -> b.maxConnections(1));
        }
        ClientResponse response = client.send(request(phase));
        take(reached);
        CompletableFuture<String> reader = async(() -> text(response));
        response.close();
        failure(IOException.class, reader);
        assertThrows(IOException.class, response::end);
        server.awaitAllClosed();
        assertEquals("/next", call("/next"));
        response.close();
    }

    @Test
    void anInterruptedCallerSendsAllTheSame() throws Exception {
        CountDownLatch interrupted = gate();
        serve(peer -> {
            while (true) {
                ScriptedServer.Asked one = peer.request();
                if (one.path().equals("/second")) {
                    await(interrupted); // before that, the caller has to wait and notices
                }
                peer.send(answer(one.id(), "\r\n" + one.path()));
            }
        });
        client(b -> b.maxConnections(1));
        call("/first");
        CompletableFuture<Boolean> second = async(() -> {
            Thread.currentThread().interrupt();
            assertThrows(InterruptedIOException.class, () -> call("/second"));
            interrupted.countDown();
            return Thread.currentThread().isInterrupted();
        });
        assertTrue(result(second));
        assertEquals("/third", call("/third"));
        assertFalse(Thread.currentThread().isInterrupted());
    }
}
