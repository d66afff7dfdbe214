package dev.fcgi.client;

import static dev.fcgi.client.ScriptedServer.end;
import static dev.fcgi.client.ScriptedServer.join;
import static dev.fcgi.client.ScriptedServer.record;
import static dev.fcgi.client.ScriptedServer.stderr;
import static dev.fcgi.client.ScriptedServer.stdout;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fcgi.internal.wire.Fcgi;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A response that stops after each of its bytes fails within its timeout, and none of it gets into another response.
 */
final class CutResponseTest extends ClientTest {
    private enum How { CLOSE, RESET, STALL }

    @ParameterizedTest
    @CsvSource({"CLOSE,false", "CLOSE,true", "RESET,true", "STALL,false", "STALL,true"})
    void atEveryByte(How how, boolean tcp) throws Exception {
        byte[] whole = join(record(Fcgi.STDOUT, 1, "A: b\r\n\r\nbody".getBytes(), 5), stderr(1, "oops\n"),
                stdout(1, ""), end(1));
        ScriptedServer.Script script = peer -> {
            while (true) {
                ScriptedServer.Asked one = peer.request();
                int cut = Integer.parseInt(one.params().get("CUT"));
                peer.send(Arrays.copyOf(whole, cut));
                if (cut < whole.length && how == How.CLOSE) {
                    peer.close();
                } else if (cut < whole.length && how == How.RESET) {
                    peer.reset();
                }
            }
        };
        if (tcp) {
            serveTcp(script);
        } else {
            serve(script);
        }
        holdTime();
        client(b -> b.maxConnections(1000).firstByteTimeout(seconds(5)).readTimeout(seconds(5)));
        Map<Integer, CompletableFuture<String>> calls = new TreeMap<>();
        for (int cut = 0; cut <= whole.length; cut++) {
            ClientRequest request = ClientRequest.responder().params(CgiParams.of("POST", "/"))
                    .param("CUT", Integer.toString(cut)).build();
            calls.put(cut, async(() -> call(request)));
        }
        assertEquals("body", result(calls.remove(whole.length)));
        for (Map.Entry<Integer, CompletableFuture<String>> call : calls.entrySet()) {
            if (how == How.STALL) {
                RequestTimeoutException e = failure(RequestTimeoutException.class, inTime(call.getValue()));
                assertTrue(e.limit() != RequestTimeoutException.Limit.REQUEST);
            } else {
                ResponseLostException e = failure(ResponseLostException.class, call.getValue());
                assertFalse(e.retrySafe());
            }
        }
        List<CompletableFuture<String>> again = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            again.add(async(() -> call(
                    ClientRequest.responder().param("CUT", Integer.toString(whole.length)).build())));
        }
        for (CompletableFuture<String> one : again) {
            assertEquals("body", result(one));
        }
        assertEquals(whole.length + 1 + 20, server.asked().size()); // none was repeated
        if (how != How.STALL) {
            assertTrue(server.accepted() >= whole.length);
        }
    }
}
