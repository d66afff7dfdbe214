package dev.fcgi;

import static dev.fcgi.ScriptedPeer.KEEP_CONN;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.InterruptedIOException;
import java.io.IOException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Interrupts by user code: in Java they close sockets, but here they must never affect another request. */
@ParameterizedClass
@EnumSource(Mode.class)
final class InterruptTest extends ServerTest {
    private final Mode mode;
    private final BlockingQueue<Thread> handlers = new LinkedBlockingQueue<>();

    InterruptTest(Mode mode) {
        this.mode = mode;
    }

    @Override
    FcgiServer.Builder settings(FcgiServer.Builder builder) {
        return mode.apply(builder);
    }

    @Test
    void aHandlerMayLeaveItsInterruptFlagSet() throws Exception {
        serve(request -> {
            assertFalse(Thread.currentThread().isInterrupted(), "left over from another request");
            echoPath(request);
            Thread.currentThread().interrupt();
        });
        ScriptedPeer peer = peer();
        for (int i = 0; i < 5; i++) {
            peer.request(1, "/" + i).expectAnswer(1, "\r\n/" + i);
        }
        peer.request(1, 0, "/last").expectAnswer(1, "\r\n/last").expectClosed();
    }

    @Test
    void anInterruptedHandlerCanStillReadAndWrite() throws Exception {
        serve(request -> {
            Thread.currentThread().interrupt();
            print(request, readInterrupted(request));
            request.stdout().flush();
            print(request, " " + Thread.currentThread().isInterrupted());
            request.finish();
        });
        peer().head(1, KEEP_CONN, "/").stdin(1, "body").endStdin(1).expectAnswer(1, "body true").expectQuiet();
    }

    /** A read that has to wait for another thread fails immediately, and the stream stays usable. */
    private static String readInterrupted(Request request) throws IOException {
        try {
            return new String(request.stdin().readAllBytes());
        } catch (InterruptedIOException e) {
            assertTrue(Thread.interrupted());
            String body = new String(request.stdin().readAllBytes());
            Thread.currentThread().interrupt();
            return body;
        }
    }

    @Test
    void anInterruptedHandlerOfManyHarmsNobody() throws Exception {
        CountDownLatch interrupted = gate();
        serve(request -> {
            if (request.id() == 1) {
                handlers.add(Thread.currentThread());
                assertThrows(InterruptedIOException.class, () -> request.stdin().read());
                interrupted.countDown();
                for (int i = 0; i < 100; i++) {
                    print(request, "still ");
                    request.stdout().flush();
                }
                return;
            }
            print(request, "" + request.stdin().readAllBytes().length);
        });
        ScriptedPeer peer = peer().head(2, KEEP_CONN, "/").stdin(2, "ab").head(1, KEEP_CONN, "/").send();
        Thread handler = handlers.poll(10, TimeUnit.SECONDS);
        // before it waits, or while: it must see the interrupt in either case
        handler.interrupt();
        await(interrupted);
        peer.expectAnswer(1, "still ".repeat(100));
        peer.stdin(2, "c").endStdin(2).endStdin(1).expectAnswer(2, "3").expectQuiet();
    }

    @Test
    void anAbortNeverInterruptsTheNextRequestOfTheThread() throws Exception {
        BlockingQueue<String> wrong = new LinkedBlockingQueue<>();
        serve(request -> {
            if (Thread.interrupted()) {
                wrong.add("interrupted from the start: " + request.id());
            }
            echoPath(request);
        });
        ScriptedPeer peer = peer();
        for (int i = 0; i < 200; i++) { // the abort meets the handler before, within, and after
            peer.request(1, "/a").abort(1).request(2, "/b");
            String answer = peer.stdout(1);
            assertEquals(answer.isEmpty() ? "" : "\r\n/a", answer);
            peer.expectEnd(1, 0, ProtocolStatus.REQUEST_COMPLETE);
            peer.expectAnswer(2, "\r\n/b");
        }
        peer.expectQuiet();
        assertEquals(0, wrong.size(), wrong.toString());
    }
}
