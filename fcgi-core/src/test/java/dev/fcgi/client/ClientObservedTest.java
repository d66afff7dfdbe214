package dev.fcgi.client;

import static dev.fcgi.client.ScriptedServer.answer;
import static dev.fcgi.client.ScriptedServer.end;
import static dev.fcgi.client.ScriptedServer.stdout;
import static dev.fcgi.client.ScriptedServer.values;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fcgi.FcgiException;
import dev.fcgi.ProtocolStatus;
import dev.fcgi.internal.io.Transport;
import dev.fcgi.internal.wire.Fcgi;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.lang.reflect.Proxy;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** However a call ends: counters, listener and flight recorder tell the same, and what the server saw. */
final class ClientObservedTest extends ClientTest {
    private final ClientEventLog events = new ClientEventLog();
    private Recording recording;

    @BeforeEach
    void record() {
        recording = new Recording();
        recording.enable("dev.fcgi.ClientCall").withoutThreshold();
        recording.enable("dev.fcgi.ClientConnect").withoutThreshold();
        recording.enable("dev.fcgi.ClientConnection").withoutThreshold();
        recording.start();
    }

    @AfterEach
    void stopRecording() {
        recording.close();
    }

    private void observe(UnaryOperator<FcgiClient.Builder> more) throws IOException {
        client(b -> more.apply(b.listener(events)));
    }

    private List<RecordedEvent> recorded(String type) throws IOException {
        Path file = directory.resolve(type + ".jfr");
        recording.dump(file);
        return RecordingFile.readAllEvents(file).stream()
                .filter(event -> event.getEventType().getName().equals("dev.fcgi." + type))
                .filter(event -> isOfThisTest(event.getString("peer"))).toList();
    }

    /** The last connections of an earlier test may have ended just now. */
    private boolean isOfThisTest(String peer) {
        return peer == null || !peer.startsWith(directory.getParent().toString()) || peer.startsWith(directory.toString());
    }

    /** The calls that have ended, each as {@code uri OUTCOME connection}, and {@code reused} or {@code retried}. */
    private void expectCalls(String... lines) throws Exception {
        List<String> expected = Arrays.stream(lines).sorted().toList();
        until("all have ended: " + events.ended(), () -> events.ended().size() == expected.size());
        assertEquals(expected, events.ended().stream().map(one -> one.uri() + ' ' + one.outcome() + ' ' + one.connection()
                + flags(one.reused(), one.retried())).sorted().toList());
        until("the recorder, which is told last, has heard of it", () -> client.stats().calls().isEmpty());
        assertEquals(expected, recorded("ClientCall").stream().map(one -> one.getString("uri") + ' '
                + one.getString("outcome") + ' ' + one.getLong("connection")
                + flags(one.getBoolean("reused"), one.getBoolean("retried"))).sorted().toList());
        ClientStats stats = client.stats();
        for (CallOutcome outcome : CallOutcome.values()) {
            long count = expected.stream().filter(line -> line.contains(' ' + outcome.name() + ' ')).count();
            assertEquals(count, stats.callsEnded(outcome), outcome::name);
        }
        assertEquals(expected.size(), stats.callsStarted());
        assertEquals(expected.size(), events.begun().size());
        assertEquals(events.retried().size(), stats.callsRetried());
        assertEquals(expected.stream().filter(line -> line.contains("retried")).count(), stats.callsRetried());
        assertEquals(0, stats.activeCalls());
        assertEquals(0, stats.waitingCalls());
        assertEquals(List.of(), stats.calls());
    }

    private static String flags(boolean reused, boolean retried) {
        return (reused ? " reused" : "") + (retried ? " retried" : "");
    }

    /** The connections that were closed, once the client is, each as {@code number REASON calls}; the server has seen them. */
    private void expectConnections(String... lines) throws Exception {
        client.close();
        List<String> expected = Arrays.stream(lines).sorted().toList();
        until("all are closed: " + events.closed(), () -> events.closed().size() == expected.size());
        assertEquals(expected, events.closed().stream().map(one -> one.number() + " " + one.reason() + ' ' + one.calls())
                .sorted().toList());
        until("the recorder has heard of it", () -> recordedCount("ClientConnection") == expected.size());
        assertEquals(expected, recorded("ClientConnection").stream().map(one -> one.getLong("number") + " "
                + one.getString("reason") + ' ' + one.getLong("calls")).sorted().toList());
        ClientStats stats = client.stats();
        for (CloseReason reason : CloseReason.values()) {
            long count = expected.stream().filter(line -> line.contains(' ' + reason.name() + ' ')).count();
            assertEquals(count, stats.connectionsClosed(reason), reason::name);
        }
        assertEquals(expected.size(), stats.connectionsOpened());
        assertEquals(expected.size(), events.opened().size());
        assertEquals(expected.size(), recorded("ClientConnect").stream()
                .filter(one -> one.getString("failure") == null).count());
        assertEquals(events.failed().size(), stats.connectsFailed());
        assertEquals(events.failed().size(), recorded("ClientConnect").stream()
                .filter(one -> one.getString("failure") != null).count());
        assertEquals(0, stats.connections());
        assertEquals(0, stats.idleConnections());
        if (server != null) {
            until("the server has seen each", () -> server.accepted() == expected.size());
        }
    }

    private int recordedCount(String type) {
        try {
            return recorded(type).size();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    // ---- completed

    /** The pool learns of the end of a connection after it was counted; whoever asks between must not be told of both. */
    @Test
    void noMoreConnectionsAreIdleThanAreOpen() throws Exception {
        serve(ScriptedServer::echo);
        BlockingQueue<String> seen = new LinkedBlockingQueue<>();
        observe(b -> b.threads(task -> { // called where an end is counted
            ClientStats stats = client.stats();
            seen.add(stats.connections() + " " + stats.idleConnections());
            Thread.ofVirtual().start(task);
        }));
        assertEquals("/", call("/"));
        client.close();
        until("the end was counted", () -> client.stats().connections() == 0);
        assertTrue(seen.contains("0 0"), seen::toString);
        assertFalse(seen.contains("0 1"), seen::toString);
    }

    @Test
    void completed() throws Exception {
        serve(peer -> {
            ScriptedServer.Asked one = peer.request();
            peer.send(stdout(one.id(), "Status: 201 x\r\n\r\n12345"), stdout(one.id(), ""), end(one.id(), 3, 0));
            ScriptedServer.echo(peer);
        });
        observe(b -> b);
        ClientRequest request = ClientRequest.responder().params(CgiParams.of("POST", "/a?q")).body("123").build();
        try (ClientResponse response = client.send(request)) {
            assertEquals(1, client.stats().activeCalls());
            assertEquals(events.begun(), client.stats().calls());
            assertEquals(201, response.head().status());
            assertEquals("12345", text(response));
            assertEquals(1, events.ended().size(), "told at the end of the response, not of its close");
        }
        assertEquals("/b", call("/b"));
        ClientStats stats = client.stats();
        assertEquals("1 1 16 1", stats.connections() + " " + stats.idleConnections() + ' ' + stats.maxConnections() + ' '
                + stats.callsReused());
        expectCalls("/a?q COMPLETED 1", "/b COMPLETED 1 reused");
        CallEvent event = events.ended().get(0);
        assertEquals("POST 1 201 3 3 22", event.method() + ' ' + event.id() + ' ' + event.status() + ' '
                + event.appStatus() + ' ' + event.bytesOut() + ' ' + event.bytesIn());
        assertEquals(server.address(), event.peer());
        assertEquals(request.params(), event.params());
        assertNull(event.failure());
        assertTrue(event.time().compareTo(event.connectTime().plus(event.firstByteTime())) >= 0);
        assertTrue(event.firstByteTime().compareTo(Duration.ZERO) > 0);
        assertSame(CallOutcome.Kind.COMPLETED, event.outcome().kind());
        expectConnections("1 CLIENT_CLOSED 2");
        assertEquals(server.address(), events.closed().get(0).peer());
    }

    /** A body of known length may be read without asking for the end, which is there or comes. */
    @Test
    void closedRightAfterItsLastByte() throws Exception {
        serve(peer -> {
            ScriptedServer.Asked one = peer.request();
            peer.send(answer(one.id(), "Content-Length: 4\r\n\r\nfine"));
            peer.awaitEnd();
        });
        observe(b -> b);
        try (ClientResponse response = client.send(get("/"))) {
            assertEquals("fine", new String(response.body().readNBytes(4)));
        }
        expectCalls("/ COMPLETED 1");
    }

    @Test
    void severalAtATime() throws Exception {
        BlockingQueue<ScriptedServer.Asked> asked = queue();
        CountDownLatch both = gate();
        serve(peer -> {
            if (peer.number() == 1) {
                peer.next();
                peer.send(values(Fcgi.MPXS_CONNS, "1"));
                return;
            }
            ScriptedServer.Asked first = peer.request();
            asked.add(first);
            ScriptedServer.Asked second = peer.request();
            asked.add(second);
            await(both);
            peer.send(answer(second.id(), "\r\n"), answer(first.id(), "\r\n"));
        });
        observe(b -> b.multiplex(true).maxConnections(1));
        CompletableFuture<String> first = async(() -> call("/1"));
        take(asked);
        CompletableFuture<String> second = async(() -> call("/2"));
        take(asked);
        assertEquals(2, client.stats().activeCalls());
        assertEquals(0, client.stats().idleConnections());
        both.countDown();
        result(first);
        result(second);
        expectCalls("/1 COMPLETED 2", "/2 COMPLETED 2 reused");
        expectConnections("1 VALUES 0", "2 CLIENT_CLOSED 2");
    }

    // ---- refused

    @Test
    void refused() throws Exception {
        serve(peer -> {
            for (int status : new int[] {1, 2, 3, 9}) {
                peer.send(end(peer.request().id(), 0, status));
            }
            int id = peer.request().id();
            peer.send(stdout(id, "Status: 503 x\r\n\r\n"), end(id, 0, ProtocolStatus.OVERLOADED.code()));
            peer.awaitEnd();
        });
        observe(b -> b);
        for (int i = 1; i <= 4; i++) {
            String path = "/" + i;
            assertThrows(RequestRefusedException.class, () -> call(path));
        }
        assertEquals("", call("/5"));
        expectCalls("/1 CANT_MPX_CONN 1", "/2 OVERLOADED 1 reused", "/3 UNKNOWN_ROLE 1 reused", "/4 REFUSED 1 reused",
                "/5 OVERLOADED 1 reused");
        assertTrue(events.ended().get(0).failure() instanceof RequestRefusedException);
        assertNull(events.ended().get(4).failure());
        expectConnections("1 CLIENT_CLOSED 5");
    }

    // ---- failed

    @Test
    void nobodyIsThere() throws Exception {
        serve(ScriptedServer::echo);
        clientOf(b -> {
            try {
                return b.listener(events).address("unix:" + directory.resolve("missing")).address(server.address());
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        assertEquals("/1", call("/1"));
        expectCalls("/1 COMPLETED 1");
        assertEquals(1, events.failed().size());
        assertTrue(events.failed().get(0).peer().toString().endsWith("missing"));
        assertEquals("0 0 null", events.failed().get(0).number() + " " + events.failed().get(0).calls() + ' '
                + events.failed().get(0).reason());
        expectConnections("1 CLIENT_CLOSED 1");
    }

    @Test
    void nobodyIsThereAtAll() throws Exception {
        TestNetwork network = new TestNetwork();
        network.resolver = host -> {
            throw new UnknownHostException(host);
        };
        clientOf(b -> b.listener(events).network(network).address("unix:" + directory.resolve("missing"))
                .address("unknown.invalid:9000"));
        IOException e = assertThrows(IOException.class, () -> call("/"));
        expectCalls("/ CONNECT_FAILED 0");
        assertSame(e, events.ended().get(0).failure());
        assertNull(events.ended().get(0).peer());
        assertEquals(2, events.failed().size());
        assertThrows(IOException.class, () -> client.getValues("X"));
        assertEquals(3, client.stats().connectsFailed());
        expectConnections();
    }

    @Test
    void lost() throws Exception {
        serve(peer -> {
            ScriptedServer.Asked one = peer.request();
            switch (one.path()) {
                case "/closed" -> peer.close();
                case "/cut" -> {
                    peer.send(stdout(one.id(), "\r\nhalf"));
                    peer.close();
                }
                case "/http" -> {
                    peer.send("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes());
                    peer.awaitEnd();
                }
                default -> {
                    peer.send(stdout(7, "not asked"));
                    peer.awaitEnd();
                }
            }
        });
        observe(b -> b);
        assertThrows(ResponseLostException.class, () -> call("/closed"));
        try (ClientResponse response = client.send(get("/cut"))) {
            ResponseLostException e = assertThrows(ResponseLostException.class, () -> text(response));
            assertSame(e, events.ended().get(1).failure());
        }
        assertThrows(ResponseLostException.class, () -> call("/http"));
        assertThrows(ResponseLostException.class, () -> call("/other"));
        expectCalls("/closed CONNECTION_LOST 1", "/cut CONNECTION_LOST 2", "/http CONNECTION_LOST 3",
                "/other CONNECTION_LOST 4");
        expectConnections("1 CLOSED_BY_PEER 1", "2 CLOSED_BY_PEER 1", "3 PROTOCOL_ERROR 1", "4 PROTOCOL_ERROR 1");
    }

    @Test
    void reset() throws Exception {
        serveTcp(peer -> {
            peer.request();
            peer.reset();
        });
        observe(b -> b);
        assertThrows(ResponseLostException.class, () -> call("/"));
        expectCalls("/ CONNECTION_LOST 1");
        expectConnections("1 LOST 1");
    }

    @Test
    void theBodyFails() throws Exception {
        serve(peer -> peer.awaitEnd());
        observe(b -> b);
        InputStream broken = new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("as a test");
            }
        };
        assertThrows(FcgiException.class, () -> call(ClientRequest.responder().params(CgiParams.of("PUT", "/broken"))
                .body(broken, -1).build()));
        assertThrows(FcgiException.class, () -> call(ClientRequest.responder().params(CgiParams.of("PUT", "/short"))
                .body(new ByteArrayInputStream(new byte[5]), 10).build()));
        expectCalls("/broken BODY_FAILED 1", "/short BODY_FAILED 2");
        assertEquals(5, events.ended().get(1).bytesOut());
        expectConnections("1 INCOMPLETE_CALL 1", "2 INCOMPLETE_CALL 1");
    }

    // ---- retried, and where that was not needed

    @Test
    void retried() throws Exception {
        serve(peer -> {
            ScriptedServer.Asked one = peer.request();
            peer.send(answer(one.id(), "\r\n" + one.path()));
            peer.request();
            peer.close();
        });
        observe(b -> b);
        assertEquals("/1", call("/1"));
        assertEquals("/2", call("/2"));
        assertThrows(ResponseLostException.class, () -> call(post("/3", "")));
        assertEquals(List.of("/1", "/2", "/2", "/3"), server.paths());
        assertEquals(2, client.stats().callsReused());
        expectCalls("/1 COMPLETED 1", "/2 COMPLETED 2 retried", "/3 CONNECTION_LOST 2 reused");
        expectConnections("1 CLOSED_BY_PEER 2", "2 CLOSED_BY_PEER 2");
    }

    @Test
    void retriedInVain() throws Exception {
        serve(peer -> {
            ScriptedServer.Asked one = peer.request();
            if (!one.path().equals("/2")) {
                peer.send(answer(one.id(), "\r\n" + one.path()));
                peer.request();
            }
            server.stopListening();
            peer.close();
        });
        observe(b -> b);
        assertEquals("/1", call("/1"));
        assertThrows(IOException.class, () -> call("/2"));
        expectCalls("/1 COMPLETED 1", "/2 CONNECT_FAILED 1 reused retried");
        expectConnections("1 CLOSED_BY_PEER 2");
    }

    /** A kept connection was closed, and there is no other: the time it took to find that out counts, too. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void noConnectionAfterAKeptOne(boolean seenInTime) throws Exception {
        holdTime();
        CountDownLatch closed = gate();
        serve(peer -> {
            ScriptedServer.Asked one = peer.request();
            peer.send(answer(one.id(), "\r\n" + one.path()));
            if (!seenInTime) {
                peer.request();
            }
            peer.close();
            closed.countDown();
        });
        AtomicInteger connects = new AtomicInteger();
        TestNetwork network = new TestNetwork();
        network.connector = (address, nanos) -> {
            if (connects.getAndIncrement() > 0) {
                clock.advance(seconds(2));
                throw new SocketTimeoutException();
            }
            return TestNetwork.SYSTEM.connect(address, nanos);
        };
        observe(b -> b.network(network).keepAliveTimeout(Duration.ZERO));
        assertEquals("/1", call("/1"));
        if (seenInTime) {
            await(closed);
        }
        assertThrows(RequestTimeoutException.class, () -> call("/2"));
        expectCalls("/1 COMPLETED 1", "/2 CONNECT_TIMEOUT " + (seenInTime ? "0" : "1 reused retried"));
        CallEvent event = events.ended().get(1);
        assertEquals("2 2", event.time().toSeconds() + " " + event.connectTime().toSeconds());
        assertEquals(Duration.ZERO, event.firstByteTime());
    }

    @Test
    void seenInTimeToBeClosed() throws Exception {
        CountDownLatch closed = gate();
        serve(peer -> {
            ScriptedServer.Asked one = peer.request();
            peer.send(answer(one.id(), "\r\n" + one.path()));
            peer.close();
            closed.countDown();
        });
        observe(b -> b);
        assertEquals("/1", call("/1"));
        await(closed);
        assertEquals("/2", call("/2"));
        expectCalls("/1 COMPLETED 1", "/2 COMPLETED 2");
        assertEquals(0, client.stats().callsReused());
        until("the last one is closed, too", () -> events.closed().size() == 2);
        expectConnections("1 CLOSED_BY_PEER 1", "2 CLOSED_BY_PEER 1");
    }

    // ---- timeouts

    @Test
    void noConnectionIsFree() throws Exception {
        holdTime();
        CountDownLatch goOn = gate();
        serve(peer -> {
            ScriptedServer.Asked one = peer.request();
            peer.send(stdout(one.id(), "\r\n" + one.path()));
            await(goOn);
            peer.send(end(one.id()));
            peer.awaitEnd();
        });
        observe(b -> b.maxConnections(1).connectTimeout(seconds(3)).keepAliveTimeout(Duration.ZERO));
        ClientResponse held = client.send(get("/held"));
        CompletableFuture<String> late = async(() -> call("/late"));
        until("it waits", () -> client.stats().waitingCalls() == 1);
        assertEquals(2, client.stats().activeCalls());
        inTime(late);
        failure(RequestTimeoutException.class, late);
        goOn.countDown();
        assertEquals("/held", text(held));
        held.close();
        expectCalls("/held COMPLETED 1", "/late POOL_TIMEOUT 0");
        assertTrue(events.ended().get(0).connectTime().compareTo(seconds(3)) >= 0);
        expectConnections("1 CLIENT_CLOSED 1");
    }

    @Test
    void noConnectionInTime() throws Exception {
        TestNetwork network = new TestNetwork();
        network.connector = (address, nanos) -> {
            throw new SocketTimeoutException();
        };
        clientOf(b -> b.listener(events).network(network).address("127.0.0.1:1"));
        assertThrows(RequestTimeoutException.class, () -> call("/"));
        expectCalls("/ CONNECT_TIMEOUT 0");
        assertTrue(events.failed().get(0).failure() instanceof RequestTimeoutException);
        expectConnections();
    }

    @Test
    void noAnswerInTime() throws Exception {
        holdTime();
        CountDownLatch over = gate();
        serve(peer -> {
            if (peer.number() == 1) {
                await(over); // takes nothing
            }
            ScriptedServer.Asked one = peer.head();
            if (one.path().equals("/read")) {
                peer.send(stdout(one.id(), "\r\nhalf"));
            }
            peer.awaitEnd();
        });
        observe(b -> b.firstByteTimeout(seconds(3)).readTimeout(seconds(3)).writeTimeout(seconds(3)));
        ClientRequest large = ClientRequest.responder().params(CgiParams.of("PUT", "/write"))
                .body(new byte[10_000_000]).build();
        for (ClientRequest request : List.of(large, get("/first"), get("/read"))) {
            failure(RequestTimeoutException.class, inTime(async(() -> call(request))));
        }
        expectCalls("/write WRITE_TIMEOUT 1", "/first FIRST_BYTE_TIMEOUT 2", "/read READ_TIMEOUT 3");
        over.countDown();
        expectConnections("1 INCOMPLETE_CALL 1", "2 INCOMPLETE_CALL 1", "3 INCOMPLETE_CALL 1");
    }

    @Test
    void noWholeAnswerInTime() throws Exception {
        holdTime();
        serve(peer -> {
            peer.send(stdout(peer.request().id(), "\r\nhalf"));
            peer.awaitEnd();
        });
        observe(b -> b.requestTimeout(seconds(3)));
        failure(RequestTimeoutException.class, inTime(async(() -> call("/"))));
        expectCalls("/ REQUEST_TIMEOUT 1");
        expectConnections("1 INCOMPLETE_CALL 1");
    }

    /** What an application sends for a call that was aborted does not change what was told of it. */
    @Test
    void answeredTooLate() throws Exception {
        holdTime();
        CountDownLatch over = gate();
        serve(peer -> {
            if (peer.number() == 1) {
                peer.next();
                peer.send(values(Fcgi.MPXS_CONNS, "1"));
                return;
            }
            peer.request();
            await(over);
            peer.send(stdout(1, "late"), end(1));
            peer.next(); // ABORT_REQUEST
            ScriptedServer.echo(peer);
        });
        observe(b -> b.multiplex(true).maxConnections(1).firstByteTimeout(seconds(3)).keepAliveTimeout(Duration.ZERO));
        CompletableFuture<String> late = async(() -> call("/late"));
        until("it is asked", () -> server.asked().size() == 1); // the question before has its own limit
        failure(RequestTimeoutException.class, inTime(late));
        CallEvent event = events.ended().get(0);
        Duration told = event.firstByteTime();
        clock.advance(seconds(2));
        over.countDown();
        assertEquals("/next", call("/next"));
        assertEquals(told, event.firstByteTime());
        expectCalls("/late FIRST_BYTE_TIMEOUT 2", "/next COMPLETED 2 reused");
    }

    /** The time in line is not that of the request, which is limited from when it has a connection. */
    @Test
    void inTimeAfterAWait() throws Exception {
        holdTime();
        BlockingQueue<ScriptedServer.Asked> asked = queue();
        CountDownLatch first = gate();
        CountDownLatch second = gate();
        serve(peer -> {
            for (CountDownLatch gate : List.of(first, second)) {
                ScriptedServer.Asked one = peer.request();
                asked.add(one);
                await(gate);
                peer.send(answer(one.id(), "\r\n" + one.path()));
            }
        });
        observe(b -> b.maxConnections(1).requestTimeout(seconds(3)).keepAliveTimeout(Duration.ZERO));
        CompletableFuture<String> one = async(() -> call("/1"));
        take(asked);
        CompletableFuture<String> two = async(() -> call("/2"));
        until("it waits", () -> client.stats().waitingCalls() == 1);
        clock.advance(seconds(2));
        first.countDown();
        assertEquals("/1", result(one));
        take(asked);
        clock.advance(seconds(2));
        second.countDown();
        assertEquals("/2", result(two));
        expectCalls("/1 COMPLETED 1", "/2 COMPLETED 1 reused");
        assertEquals(4, events.ended().get(1).time().toSeconds());
    }

    @Test
    void notReadInTime() throws Exception {
        holdTime();
        BlockingQueue<ScriptedServer.Asked> asked = queue();
        CountDownLatch both = gate();
        serve(peer -> {
            if (peer.number() == 1) {
                peer.next();
                peer.send(values(Fcgi.MPXS_CONNS, "1"));
                return;
            }
            asked.add(peer.request());
            asked.add(peer.request());
            await(both);
            peer.send(stdout(1, "\r\n" + "x".repeat(60_000)), answer(2, "\r\nfine"));
        });
        observe(b -> b.multiplex(true).maxConnections(1).responseBuffer(1000).stallTimeout(seconds(3)));
        CompletableFuture<ClientResponse> unread = async(() -> client.send(get("/unread")));
        take(asked);
        CompletableFuture<String> other = async(() -> call("/other"));
        take(asked);
        both.countDown();
        assertEquals("fine", result(inTime(other)));
        result(unread).close();
        expectCalls("/unread STALL_TIMEOUT 2", "/other COMPLETED 2 reused");
        assertNull(events.ended().get(1).failure(), "its caller has not asked");
    }

    // ---- ended by this side

    @Test
    void aborted() throws Exception {
        serve(peer -> {
            ScriptedServer.Asked one = peer.request();
            peer.send(stdout(one.id(), "\r\nhalf"));
            peer.awaitEnd();
        });
        observe(b -> b);
        client.send(get("/closed")).close();
        CompletableFuture<Thread> thread = new CompletableFuture<>();
        CompletableFuture<String> interrupted = async(() -> {
            thread.complete(Thread.currentThread());
            return call("/interrupted");
        });
        Thread caller = result(thread);
        until("it waits", () -> client.stats().connections() == 1 && server.asked().size() == 2);
        caller.interrupt();
        failure(InterruptedIOException.class, interrupted);
        CompletableFuture<String> late = async(() -> call("/late"));
        until("it is asked", () -> server.asked().size() == 3);
        client.close();
        failure(IOException.class, late);
        assertThrows(FcgiException.class, () -> call("/later"));
        expectCalls("/closed ABORTED 1", "/interrupted INTERRUPTED 2", "/late CLIENT_CLOSED 3", "/later CLIENT_CLOSED 0");
        assertNull(events.ended().get(0).failure());
        expectConnections("1 INCOMPLETE_CALL 1", "2 INCOMPLETE_CALL 1", "3 CLIENT_CLOSED 1");
    }

    /** The interrupt comes when the last byte of the request was written: the application may have it. */
    @Test
    void interruptedAtTheEndOfWriting() throws Exception {
        serve(peer -> {
            peer.request();
            peer.awaitEnd();
        });
        TestNetwork network = new TestNetwork();
        network.connector = (address, nanos) -> interruptedByWriting(TestNetwork.SYSTEM.connect(address, nanos));
        observe(b -> b.network(network));
        failure(InterruptedIOException.class, async(() -> call("/sent")));
        expectCalls("/sent INTERRUPTED 1");
        expectConnections("1 INCOMPLETE_CALL 1");
    }

    /** Does what the JDK does when a thread is interrupted inside a write that has succeeded. */
    private static Transport interruptedByWriting(Transport real) {
        return (Transport) Proxy.newProxyInstance(Transport.class.getClassLoader(), new Class<?>[] {Transport.class},
                (proxy, method, arguments) -> {
                    Object result = method.invoke(real, arguments);
                    if (method.getName().equals("write")) {
                        real.close();
                        Thread.currentThread().interrupt();
                        throw new ClosedByInterruptException();
                    }
                    return result;
                });
    }

    /** Its caller was interrupted while another thread read, and closes the response. */
    @Test
    void interruptedWhileAnotherThreadReads() throws Exception {
        serve(peer -> {
            if (peer.number() == 1) {
                peer.next();
                peer.send(values(Fcgi.MPXS_CONNS, "1"));
                return;
            }
            peer.send(stdout(peer.request().id(), "\r\nhalf"));
            peer.awaitEnd();
        });
        observe(b -> b.multiplex(true));
        CompletableFuture<InterruptedIOException> thrown = async(() -> {
            try (ClientResponse response = client.send(get("/"))) {
                response.body().readNBytes(4);
                Thread.currentThread().interrupt();
                return assertThrows(InterruptedIOException.class, () -> response.body().read());
            }
        });
        InterruptedIOException e = result(thrown);
        expectCalls("/ INTERRUPTED 2");
        assertSame(e, events.ended().get(0).failure());
    }

    // ---- connections

    @Test
    void closedByThisSide() throws Exception {
        holdTime();
        serve(ScriptedServer::echo);
        observe(b -> b.keepAliveTimeout(seconds(3)));
        call("/idle");
        clock.advance(seconds(5));
        until("it is closed", () -> events.closed().size() == 1);
        FcgiClient once = client(b -> b.listener(events).keepAlive(false));
        call("/once");
        until("it is closed", () -> events.closed().size() == 2);
        assertEquals("1 KEEP_ALIVE_TIMEOUT 1, 1 NOT_KEPT 1", String.join(", ", events.closed().stream()
                .map(one -> one.number() + " " + one.reason() + ' ' + one.calls()).toList()));
        assertEquals(1, once.stats().connectionsClosed(CloseReason.NOT_KEPT));
    }

    @Test
    void closedBecauseTheRequestWasNotAllSent() throws Exception {
        CountDownLatch goOn = gate();
        serve(peer -> {
            ScriptedServer.Asked one = peer.head();
            peer.send(answer(one.id(), "\r\nearly"));
            await(goOn);
            peer.awaitEnd();
        });
        observe(b -> b);
        assertEquals("early", call(ClientRequest.responder().params(CgiParams.of("PUT", "/")).body(new byte[10_000_000])
                .build()));
        goOn.countDown();
        expectCalls("/ COMPLETED 1");
        expectConnections("1 INCOMPLETE_CALL 1");
    }

    @Test
    void questions() throws Exception {
        serve(peer -> {
            peer.next();
            peer.send(values("FCGI_MAX_REQS", "5"));
        });
        observe(b -> b);
        assertEquals(Map.of("FCGI_MAX_REQS", "5"), client.getValues("FCGI_MAX_REQS"));
        expectConnections("1 VALUES 0");
    }

    /** One connection is kept, and another waits to be accepted: the idle one makes room. */
    @Test
    void madeRoom() throws Exception {
        CountDownLatch first = gate();
        serve(peer -> {
            if (peer.number() == 1) {
                ScriptedServer.Asked one = peer.request();
                await(first);
                peer.send(answer(one.id(), "\r\n"));
                peer.awaitEnd();
                return;
            }
            ScriptedServer.Asked one = peer.request();
            until("the other one is closed", () -> server.peers().get(0).hasEnded());
            peer.send(answer(one.id(), "\r\n"));
        });
        observe(b -> b.keepAliveTimeout(Duration.ZERO));
        CompletableFuture<String> one = async(() -> call("/1"));
        until("it is asked", () -> server.asked().size() == 1);
        CompletableFuture<String> two = async(() -> call("/2"));
        until("it is asked", () -> server.asked().size() == 2);
        first.countDown();
        result(one);
        result(two);
        expectCalls("/1 COMPLETED 1", "/2 COMPLETED 2");
        expectConnections("1 YIELDED 1", "2 CLIENT_CLOSED 1");
    }

    // ---- without observers

    @Test
    void withoutObserversItIsCounted() throws Exception {
        recording.stop();
        serve(ScriptedServer::echo);
        client(b -> b);
        try (ClientResponse response = client.send(get("/"))) {
            assertEquals(1, client.stats().activeCalls());
            assertEquals(List.of(), client.stats().calls());
            response.end();
        }
        assertEquals(0, client.stats().activeCalls());
        assertEquals(1, client.stats().callsEnded(CallOutcome.COMPLETED));
        assertEquals(0, recordedCount("ClientCall"));
    }
}
