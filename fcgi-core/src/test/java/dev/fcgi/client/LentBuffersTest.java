package dev.fcgi.client;

import static dev.fcgi.client.ScriptedServer.answer;
import static dev.fcgi.client.ScriptedServer.end;
import static dev.fcgi.client.ScriptedServer.record;
import static dev.fcgi.client.ScriptedServer.stdout;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.fcgi.client.RequestTimeoutException.Limit;
import dev.fcgi.internal.wire.Fcgi;
import dev.fcgi.internal.wire.LargeBuffers;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Large buffers are few: however a call ends, all are given back. */
final class LentBuffersTest extends ClientTest {
    /** How a call whose response fills large buffers may end. */
    private enum Kind { READ, ABORTED, UNREAD, TIMED_OUT, CUT, RESET, BROKEN, CLIENT_CLOSED }

    private static final byte[] PIECE = new byte[65_528];

    @ParameterizedTest
    @EnumSource(Kind.class)
    void afterACall(Kind kind) throws Exception {
        serveTcp(peer -> {
            while (true) {
                int id = peer.request().id();
                peer.send(stdout(id, "\r\n"));
                for (int i = 0; i < 200 || kind == Kind.TIMED_OUT || kind == Kind.CLIENT_CLOSED; i++) {
                    peer.send(record(Fcgi.STDOUT, id, PIECE, 0));
                }
                switch (kind) {
                    case CUT -> peer.close();
                    case RESET -> peer.reset();
                    case BROKEN -> peer.send(new byte[] {9, 9, 9, 9, 9, 9, 9, 9});
                    default -> peer.send(stdout(id, ""), end(id));
                }
            }
        });
        holdTime();
        client(b -> b.requestTimeout(kind == Kind.TIMED_OUT ? seconds(2) : seconds(0)));
        for (int i = 0; i < 3; i++) {
            try (ClientResponse response = client.send(get("/"))) {
                switch (kind) {
                    case READ -> assertEquals(200 * PIECE.length, response.body().readAllBytes().length);
                    case ABORTED -> assertEquals(PIECE.length, response.body().readNBytes(PIECE.length).length);
                    case UNREAD -> assertEquals(0, response.end().appStatus());
                    case TIMED_OUT -> assertLimit(Limit.REQUEST, seconds(2), async(() -> readAll(response)));
                    case CLIENT_CLOSED -> {
                        response.body().readNBytes(10 * PIECE.length);
                        client.close();
                    }
                    default -> assertThrows(IOException.class, () -> readAll(response));
                }
            }
            if (kind == Kind.CLIENT_CLOSED) {
                client(b -> b);
            }
        }
        client.close();
        until("all are given back after " + kind, () -> LargeBuffers.lent() == lentBefore);
    }

    /** The same for a call that sends a lot, whether the application takes it all or has heard enough. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void afterAnUpload(boolean taken) throws Exception {
        byte[] body = new byte[5_000_000];
        new Random(1).nextBytes(body);
        serve(peer -> {
            while (true) {
                ScriptedServer.Asked one = taken ? peer.request() : peer.head();
                peer.send(answer(one.id(), "\r\n" + Arrays.equals(body, one.stdin())));
                if (!taken) {
                    peer.close();
                }
            }
        });
        client(b -> b);
        for (int i = 0; i < 5; i++) {
            assertEquals(Boolean.toString(taken), call(ClientRequest.responder().param("REQUEST_METHOD", "PUT")
                    .param("SCRIPT_NAME", "/").body(body).build()));
        }
        until("all are given back", () -> LargeBuffers.lent() == lentBefore);
    }

    private static Void readAll(ClientResponse response) throws IOException {
        while (response.body().read(new byte[10_000]) >= 0) {
            continue;
        }
        return null;
    }

    /** A server that does not answer the query but sends a lot: closing the connection is not enough. */
    @Test
    void afterAQuestionForValues() throws Exception {
        serveTcp(peer -> {
            while (true) {
                peer.send(record(Fcgi.STDERR, 0, PIECE, 0));
            }
        });
        holdTime();
        client(b -> b.valuesTimeout(seconds(1)));
        for (int i = 0; i < 5; i++) {
            assertEquals(Map.of(), result(inTime(async(() -> client.getValues(Fcgi.MPXS_CONNS)))));
        }
        until("all are given back", () -> LargeBuffers.lent() == lentBefore);
        assertEquals(5, server.accepted());
    }
}
