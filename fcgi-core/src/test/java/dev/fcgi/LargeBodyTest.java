package dev.fcgi;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.fcgi.internal.wire.LargeBuffers;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Bodies of megabytes arrive complete, and the large buffers that carry them are given back. */
@ParameterizedClass
@EnumSource(Mode.class)
final class LargeBodyTest extends ServerTest {
    private static final byte[] BODY = ("0123456789".repeat(200_000) + "end").getBytes(StandardCharsets.US_ASCII);

    private final Mode mode;

    LargeBodyTest(Mode mode) {
        this.mode = mode;
    }

    @Override
    FcgiServer.Builder settings(FcgiServer.Builder builder) {
        return mode.apply(builder);
    }

    private void allGivenBack() throws InterruptedException {
        until("all large buffers are given back", () -> LargeBuffers.lent() == lentBefore);
    }

    private void oneIsLent() throws InterruptedException {
        until("a large buffer is lent", () -> LargeBuffers.lent() == lentBefore + 1);
    }

    @Test
    void aResponseIsWholeForAPeerThatTakesItLate() throws Exception {
        CountDownLatch written = gate();
        serve(request -> {
            request.stdout().write(BODY, 0, 60_000);
            written.countDown();
            request.stdout().write(BODY, 60_000, BODY.length - 60_000);
        });
        ScriptedPeer peer = peer().request(1, ScriptedPeer.KEEP_CONN, "/").send();
        await(written);
        oneIsLent();
        peer.expectAnswer(1, new String(BODY, StandardCharsets.US_ASCII));
        allGivenBack();
        peer.request(2, ScriptedPeer.KEEP_CONN, "/").expectAnswer(2, new String(BODY, StandardCharsets.US_ASCII));
    }

    @Test
    void aResponseThatIsNotTakenToItsEndKeepsNothing() throws Exception {
        CountDownLatch written = gate();
        CountDownLatch gone = gate();
        serve(request -> {
            request.stdout().write(BODY, 0, 60_000);
            written.countDown();
            try {
                request.stdout().write(BODY, 60_000, BODY.length - 60_000);
            } finally {
                awaitStubbornly(gone); // a handler that takes a long time
            }
        });
        ScriptedPeer peer = peer().request(1, "/").send();
        await(written);
        oneIsLent();
        peer.close();
        allGivenBack();
    }

    @Test
    void whatIsStagedNeedsNone() throws Exception {
        CountDownLatch written = gate();
        CountDownLatch taken = gate();
        serve(request -> {
            request.stdin().readAllBytes();
            request.stdout().write(BODY, 0, 60_000);
            written.countDown();
            await(taken);
            request.stdout().write(BODY, 60_000, BODY.length - 60_000);
        });
        // the second request makes the connection multiplexed
        ScriptedPeer peer = peer().head(1, ScriptedPeer.KEEP_CONN, "/").request(2, ScriptedPeer.KEEP_CONN, "/").send();
        await(written);
        assertEquals(lentBefore, LargeBuffers.lent());
        taken.countDown();
        peer.expectAnswer(2, new String(BODY, StandardCharsets.US_ASCII));
        peer.endStdin(1).expectAnswer(1, new String(BODY, StandardCharsets.US_ASCII));
    }

    @Test
    void aHandlerThatFailsAfterALargePartKeepsNothing() throws Exception {
        serve(request -> {
            request.stdout().write(BODY);
            throw new IOException("no more");
        });
        peer().request(1, "/").expectGone();
        allGivenBack();
    }

    @Test
    void aHandlerThatSendsLittleAtATimeGivesTheLargeBufferBack() throws Exception {
        CountDownLatch first = gate();
        CountDownLatch second = gate();
        serve(request -> {
            request.stdout().write(BODY, 0, 60_000);
            request.stdout().flush(); // what was in it was little
            request.stdout().write('!');
            request.stdout().flush();
            first.countDown();
            await(second);
        });
        ScriptedPeer peer = peer().request(1, "/").send();
        peer.expectStdoutPart(1, new String(BODY, 0, 60_000, StandardCharsets.US_ASCII) + "!");
        await(first);
        assertEquals(lentBefore, LargeBuffers.lent());
        second.countDown();
        peer.expectAnswer(1, "");
    }

    @Test
    void aBodyIsWholeForAHandlerThatReadsItLate() throws Exception {
        CountDownLatch sent = gate();
        serve(request -> {
            await(sent);
            byte[] head = request.stdin().readNBytes(BODY.length / 2);
            print(request, head.length + " ");
            assertArrayEquals(BODY, concat(head, request.stdin().readAllBytes()));
            print(request, "whole");
        });
        ScriptedPeer peer = peer().head(1, ScriptedPeer.KEEP_CONN, "/").stdin(1, BODY).endStdin(1);
        Thread sender = Thread.ofVirtual().start(peer::send);
        sent.countDown();
        sender.join();
        peer.expectAnswer(1, BODY.length / 2 + " whole");
        allGivenBack();
    }

    private static byte[] concat(byte[] head, byte[] tail) {
        byte[] all = Arrays.copyOf(head, head.length + tail.length);
        System.arraycopy(tail, 0, all, head.length, tail.length);
        return all;
    }

    @Test
    void aBodyThatBreaksOffKeepsNothing() throws Exception {
        CountDownLatch read = gate();
        serve(request -> {
            request.stdin().readNBytes(1_000_000);
            read.countDown();
            request.stdin().readAllBytes();
        });
        ScriptedPeer peer = peer().head(1, 0, "/").stdin(1, BODY);
        Thread sender = Thread.ofVirtual().start(peer::send);
        await(read);
        sender.join();
        peer.close();
        allGivenBack();
    }
}
