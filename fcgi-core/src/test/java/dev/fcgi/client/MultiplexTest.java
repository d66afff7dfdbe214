package dev.fcgi.client;

import static dev.fcgi.client.ScriptedServer.answer;
import static dev.fcgi.client.ScriptedServer.end;
import static dev.fcgi.client.ScriptedServer.join;
import static dev.fcgi.client.ScriptedServer.stdout;
import static dev.fcgi.client.ScriptedServer.values;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fcgi.ProtocolStatus;
import dev.fcgi.client.RequestTimeoutException.Limit;
import dev.fcgi.internal.wire.Fcgi;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Several requests on one connection, with servers that support it. */
final class MultiplexTest extends ClientTest {
    /** The two sides of a server with several requests. */
    private record Begun(ScriptedServer.Peer peer, int id, String path) {
        void send(byte[]... records) throws IOException {
            peer.send(records);
        }

        void answer() throws IOException {
            peer.send(ScriptedServer.answer(id, "\r\n" + path));
        }
    }

    private final BlockingQueue<Begun> begun = queue();
    private final BlockingQueue<Integer> aborted = queue();

    /** Serves one connection: requests with several ids, each complete in one run of records. */
    private void play(ScriptedServer.Peer peer) throws IOException {
        ScriptedServer.Received first = null;
        while (true) {
            first = peer.next();
            if (first.type() == Fcgi.GET_VALUES) {
                peer.send(values("FCGI_MPXS_CONNS", "1", "FCGI_MAX_REQS", "100"));
            } else if (first.type() == Fcgi.ABORT_REQUEST) {
                aborted.add(first.id());
            } else if (first.type() == Fcgi.PARAMS && first.content().length > 0) {
                String text = new String(first.content());
                begun.add(new Begun(peer, first.id(), text.substring(text.indexOf("SCRIPT_NAME") + 11)));
            }
        }
    }

    private void share(UnaryOperator<FcgiClient.Builder> settings) throws IOException {
        serve(this::play);
        // the server of these tests answers, however busy the machine is
        client(b -> settings.apply(b.multiplex(true).maxConnections(1).valuesTimeout(seconds(10))));
    }

    private static ClientRequest request(String path) {
        return ClientRequest.responder().param("SCRIPT_NAME", path).build();
    }

    private CompletableFuture<String> start(String path) {
        return async(() -> call(request(path)));
    }

    @Test
    void answersInAnyOrder() throws Exception {
        share(b -> b);
        List<CompletableFuture<String>> calls = new ArrayList<>();
        List<Begun> all = new ArrayList<>();
        for (int i = 0; i < 64; i++) {
            calls.add(start("/" + i));
            all.add(take(begun));
            assertEquals(i + 1, all.get(i).id());
        }
        for (int i = 63; i >= 0; i--) {
            all.get(i).answer();
            assertEquals("/" + i, result(calls.get(i)));
        }
        assertEquals(2, server.accepted()); // the query has its own connection
        CompletableFuture<String> next = start("/next");
        Begun again = take(begun);
        assertEquals(1, again.id());
        again.answer();
        assertEquals("/next", result(next));
    }

    @Test
    void withoutAQuery() throws Exception {
        share(b -> b.assumeMultiplexing(true).maxRequestsPerConnection(2));
        CompletableFuture<String> a = start("/a");
        Begun first = take(begun);
        CompletableFuture<String> b = start("/b");
        Begun second = take(begun);
        CompletableFuture<String> c = start("/c"); // waits
        second.answer();
        assertEquals("/b", result(b));
        Begun third = take(begun);
        assertEquals(2, third.id());
        third.answer();
        first.answer();
        assertEquals("/c", result(c));
        assertEquals("/a", result(a));
        assertEquals(1, server.accepted());
    }

    @Test
    void piecesInterleave() throws Exception {
        share(b -> b);
        CompletableFuture<String> a = start("/a");
        Begun first = take(begun);
        CompletableFuture<String> b = start("/b");
        Begun second = take(begun);
        for (int i = 0; i < 100; i++) {
            first.send(stdout(1, i == 0 ? "\r\n" : "a"), stdout(2, i == 0 ? "\r\n" : "b"), values("X", "y"));
        }
        second.send(end(2), end(1));
        assertEquals("a".repeat(99), result(a));
        assertEquals("b".repeat(99), result(b));
    }

    @ParameterizedTest
    @CsvSource({
        "FCGI_MPXS_CONNS,1,X,y,5", "FCGI_MPXS_CONNS,1,FCGI_MAX_REQS,3,3", "FCGI_MPXS_CONNS,0,FCGI_MAX_REQS,9,1",
        "FCGI_MPXS_CONNS,yes,FCGI_MAX_REQS,9,1", "FCGI_MAX_REQS,9,X,y,1", "FCGI_MPXS_CONNS,1,FCGI_MAX_REQS,0,5",
        "FCGI_MPXS_CONNS,1,FCGI_MAX_REQS,99999999999,5", "silent,,,,1", "close,,,,1", "version,,,,1"
    })
    void asManyAsWereAllowed(String name, String value, String name2, String value2, int most) throws Exception {
        serve(peer -> {
            ScriptedServer.Received first = peer.next();
            if (first.type() == Fcgi.GET_VALUES) {
                switch (name) {
                    case "silent" -> peer.awaitEnd();
                    case "close" -> peer.close();
                    case "version" -> peer.send(new byte[8]);
                    default -> peer.send(values(name, value, name2, value2));
                }
                return;
            }
            while (true) {
                if (peer.next().type() == Fcgi.STDIN) {
                    begun.add(new Begun(peer, first.id(), ""));
                    break;
                }
            }
            play(peer);
        });
        holdTime();
        client(b -> b.multiplex(true).maxConnections(1).maxRequestsPerConnection(5).connectTimeout(seconds(5))
                .valuesTimeout(seconds(7)));
        List<ClientResponse> held = new ArrayList<>();
        CompletableFuture<ClientResponse> first = async(() -> client.send(request("/")));
        if (name.equals("silent")) {
            clock.until("nobody waits for the answer any more", () -> !begun.isEmpty());
        }
        Begun one = take(begun);
        one.send(stdout(one.id(), "\r\n"));
        held.add(result(first));
        for (int i = 1; i < most; i++) {
            CompletableFuture<ClientResponse> more = async(() -> client.send(request("/")));
            Begun next = take(begun);
            next.send(stdout(next.id(), "\r\n"));
            held.add(result(more));
        }
        assertLimit(Limit.CONNECT, seconds(5), start("/late"));
        held.forEach(ClientResponse::close);
    }

    @Test
    void valuesForTheCaller() throws Exception {
        serve(this::play);
        client(b -> b);
        assertEquals(Map.of("FCGI_MPXS_CONNS", "1", "FCGI_MAX_REQS", "100"), client.getValues("FCGI_MPXS_CONNS"));
    }

    @Test
    void abortIsARecord() throws Exception {
        share(b -> b);
        CompletableFuture<ClientResponse> first = async(() -> client.send(request("/a")));
        Begun a = take(begun);
        CompletableFuture<String> b = start("/b");
        Begun second = take(begun);
        a.send(stdout(1, "\r\nsome"));
        result(first).close();
        assertEquals(1, take(aborted));
        // its id is not reused before its end, nor afterwards, because some servers continue to send
        CompletableFuture<String> c = start("/c");
        Begun third = take(begun);
        assertEquals(3, third.id());
        a.send(stdout(1, "more"), end(1), stdout(1, "\r\nand more"), end(1));
        CompletableFuture<String> d = start("/d");
        Begun fourth = take(begun);
        assertEquals(4, fourth.id());
        second.answer();
        third.answer();
        fourth.answer();
        assertEquals("/b/c/d", result(b) + result(c) + result(d));
        assertEquals(2, server.accepted());
    }

    /** An aborted request that never ends does not end the others; the connection ends after them. */
    @Test
    void abortIsIgnored() throws Exception {
        holdTime();
        share(b -> b);
        CompletableFuture<ClientResponse> first = async(() -> client.send(request("/a")));
        Begun a = take(begun);
        a.send(stdout(1, "\r\n"));
        CompletableFuture<String> b = start("/b");
        Begun second = take(begun);
        result(first).close();
        assertEquals(1, take(aborted));
        clock.advance(seconds(6)); // more than the end of an aborted request may take
        second.answer();
        assertEquals("/b", result(b));
        server.awaitAllClosed();
        CompletableFuture<String> c = start("/c");
        take(begun).answer();
        assertEquals("/c", result(c));
    }

    @Test
    void timeoutsAbort() throws Exception {
        holdTime();
        share(b -> b.firstByteTimeout(seconds(3)));
        CompletableFuture<String> a = start("/a");
        Begun first = take(begun);
        assertLimit(Limit.FIRST_BYTE, seconds(3), a);
        assertEquals(1, take(aborted));
        first.send(end(1));
        CompletableFuture<String> b = start("/b");
        take(begun).answer();
        assertEquals("/b", result(b));
        assertEquals(2, server.accepted());
    }

    @Test
    void interruptOfOneCallerLeavesTheOthers() throws Exception {
        share(b -> b);
        CompletableFuture<Thread> thread = new CompletableFuture<>();
        CompletableFuture<String> a = async(() -> {
            thread.complete(Thread.currentThread());
            return call(request("/a"));
        });
        Begun first = take(begun);
        CompletableFuture<String> b = start("/b");
        Begun second = take(begun);
        result(thread).interrupt();
        failure(java.io.InterruptedIOException.class, a);
        assertEquals(1, take(aborted));
        second.answer();
        assertEquals("/b", result(b));
        first.send(end(1));
    }

    @Test
    void aTimeoutOfOneLeavesTheOthers() throws Exception {
        holdTime();
        share(b -> b.firstByteTimeout(seconds(3)));
        CompletableFuture<String> a = start("/a");
        Begun first = take(begun);
        CompletableFuture<ClientResponse> b = async(() -> client.send(request("/b")));
        Begun second = take(begun);
        second.send(stdout(second.id(), "\r\n"));
        ClientResponse response = result(b);
        inTime(a);
        assertLimit(Limit.FIRST_BYTE, failure(RequestTimeoutException.class, a));
        second.send(stdout(second.id(), "b"), end(second.id()));
        assertEquals("b", text(response));
        first.send(end(first.id()));
        assertEquals(2, server.accepted());
    }

    /**
     * If one response is not read, the others wait, not longer than the stall timeout, and no other timeout applies
     * meanwhile.
     */
    @Test
    void stall() throws Exception {
        holdTime();
        share(b -> b.responseBuffer(10_000).stallTimeout(seconds(7)).readTimeout(seconds(3))
                .firstByteTimeout(seconds(3)));
        CompletableFuture<ClientResponse> first = async(() -> client.send(request("/a")));
        Begun a = take(begun);
        CompletableFuture<String> b = start("/b");
        Begun second = take(begun);
        byte[] much = stdout(1, "\r\n" + "x".repeat(60_000));
        a.send(much, answer(second.id(), "\r\nb"), much, much);
        ClientResponse unread = result(first);
        Duration waited = clock.until("the stall ends", b::isDone);
        assertTrue(waited.compareTo(seconds(7)) >= 0, "after " + waited);
        assertEquals("b", result(b));
        RequestTimeoutException e = assertThrows(RequestTimeoutException.class, () -> text(unread));
        assertLimit(Limit.STALL, e);
        assertEquals(1, take(aborted));
        a.send(end(1));
        CompletableFuture<String> c = start("/c");
        take(begun).answer();
        assertEquals("/c", result(c));
        assertEquals(2, server.accepted());
    }

    @Test
    void nobodyWaitsAfterTheOnlyOne() throws Exception {
        holdTime();
        share(b -> b.responseBuffer(10_000).stallTimeout(seconds(1)));
        CompletableFuture<ClientResponse> first = async(() -> client.send(request("/a")));
        Begun a = take(begun);
        a.send(join(stdout(1, "\r\n" + "x".repeat(60_000)), stdout(1, ""), end(1)));
        ClientResponse response = result(first);
        clock.advance(seconds(20)); // longer than the limit that does not apply
        assertEquals(60_000, text(response).length());
    }

    /** It is remembered, whatever the server has said before, or was assumed. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void oneThatRefusesToShare(boolean assumed) throws Exception {
        share(b -> b.assumeMultiplexing(assumed));
        CompletableFuture<String> a = start("/a");
        Begun first = take(begun);
        CompletableFuture<String> b = start("/b");
        Begun second = take(begun);
        second.send(end(2, 0, ProtocolStatus.CANT_MPX_CONN.code()));
        RequestRefusedException e = failure(RequestRefusedException.class, b);
        assertEquals(ProtocolStatus.CANT_MPX_CONN, e.protocolStatus());
        assertTrue(e.retrySafe());
        CompletableFuture<String> c = start("/c"); // waits
        first.answer();
        assertEquals("/a", result(a));
        Begun third = take(begun);
        assertEquals(1, third.id());
        third.answer();
        assertEquals("/c", result(c));
    }

    @Test
    void theEndOfTheConnectionIsThatOfAll() throws Exception {
        share(b -> b);
        List<CompletableFuture<String>> calls = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            calls.add(start("/" + i));
        }
        Begun one = take(begun);
        for (int i = 1; i < 10; i++) {
            take(begun);
        }
        one.peer().close();
        for (CompletableFuture<String> call : calls) {
            failure(ResponseLostException.class, call);
        }
    }
}
