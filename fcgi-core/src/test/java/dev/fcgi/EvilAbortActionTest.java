package dev.fcgi;

import static dev.fcgi.ScriptedPeer.KEEP_CONN;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Whatever an onAbort action does affects only its own thread. */
@ParameterizedClass
@EnumSource(Mode.class)
final class EvilAbortActionTest extends ServerTest {
    private final Mode mode;
    private final AtomicInteger ran = new AtomicInteger();

    EvilAbortActionTest(Mode mode) {
        this.mode = mode;
    }

    @Override
    FcgiServer.Builder settings(FcgiServer.Builder builder) {
        return mode.apply(builder);
    }

    /** Aborts a request with such actions, on a connection that carries another one before and after. */
    private void abortOneOfTwo(Runnable... actions) throws Exception {
        CountDownLatch begun = gate();
        CountDownLatch gate = gate();
        serve(request -> {
            if ("/abort".equals(request.meta("SCRIPT_NAME"))) {
                for (Runnable action : actions) {
                    request.onAbort(action);
                }
                begun.countDown();
                await(gate);
            }
            echoPath(request);
        });
        ScriptedPeer peer = peer().head(2, KEEP_CONN, "/abort").request(1, "/one").expectAnswer(1, "\r\n/one");
        await(begun);
        peer.abort(2).expectAnswer(2, "").request(2, "/two").expectAnswer(2, "\r\n/two").expectQuiet();
        peer().request(1, 0, "/other").expectAnswer(1, "\r\n/other").expectClosed();
        until("all requests are given back", () -> server.stats().activeRequests() == 0);
    }

    @Test
    void oneThatBlocksKeepsNobodyWaiting() throws Exception {
        CountDownLatch gate = gate();
        abortOneOfTwo(() -> awaitStubbornly(gate), ran::incrementAndGet);
        until("the other action runs", () -> ran.get() == 1);
        assertTrue(server.shutdown(Duration.ofSeconds(5)));
    }

    @Test
    void oneThatThrowsIsLogged() throws Exception {
        abortOneOfTwo(() -> {
            throw new OutOfMemoryError("as a test");
        }, ran::incrementAndGet);
        until("the other action runs", () -> ran.get() == 1);
        until("the failure is logged", () -> log.has(line -> line.contains("onAbort action failed")));
    }

    @Test
    void oneMayAskAndStopTheServer() throws Exception {
        CountDownLatch stopped = gate();
        abortOneOfTwo(() -> {
            assertEquals(1, server.stats().requestsAborted());
            ran.incrementAndGet();
        });
        until("the action runs", () -> ran.get() == 1);
        CountDownLatch gate = gate();
        serve(request -> {
            request.onAbort(() -> {
                server.close();
                stopped.countDown();
            });
            await(gate);
        });
        ScriptedPeer peer = peer().head(1, KEEP_CONN, "/").send();
        until("the handler runs", () -> server.stats().requestsStarted() == 1);
        peer.abort(1).expectAnswer(1, "");
        await(stopped);
        peer.expectClosed();
    }
}
