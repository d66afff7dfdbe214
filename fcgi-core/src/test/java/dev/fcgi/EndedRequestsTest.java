package dev.fcgi;

import static dev.fcgi.ScriptedPeer.KEEP_CONN;

import java.lang.ref.WeakReference;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** An open connection references nothing of ended requests: neither their parameters nor queued data. */
@ParameterizedClass
@EnumSource(Mode.class)
final class EndedRequestsTest extends ServerTest {
    private final Mode mode;
    private final Queue<WeakReference<Request>> requests = new ConcurrentLinkedQueue<>();

    EndedRequestsTest(Mode mode) {
        this.mode = mode;
    }

    @Override
    FcgiServer.Builder settings(FcgiServer.Builder builder) {
        return mode.apply(builder);
    }

    private ScriptedPeer startAndConnect() throws Exception {
        start(b -> b.responder(request -> {
            requests.add(new WeakReference<>(request));
            request.stdin().readAllBytes();
            echoPath(request);
        }));
        return peer();
    }

    private void expectCollected(int count) throws InterruptedException {
        until("they run", () -> requests.size() == count);
        until("nothing of them is left", () -> {
            System.gc();
            return requests.stream().allMatch(request -> request.refersTo(null));
        });
    }

    @Test
    void oneAfterTheOther() throws Exception {
        ScriptedPeer peer = startAndConnect().request(1, "/1").expectAnswer(1, "\r\n/1");
        peer.request(1, "/2").expectAnswer(1, "\r\n/2");
        expectCollected(2);
    }

    @Test
    void severalAtOnce() throws Exception {
        ScriptedPeer peer = startAndConnect().head(1, KEEP_CONN, "/1").head(2, KEEP_CONN, "/2").head(3, KEEP_CONN, "/3");
        peer.endStdin(3).expectAnswer(3, "\r\n/3").endStdin(1).expectAnswer(1, "\r\n/1");
        peer.endStdin(2).expectAnswer(2, "\r\n/2");
        expectCollected(3);
    }

    @Test
    void aborted() throws Exception {
        ScriptedPeer peer = startAndConnect().head(1, KEEP_CONN, "/1").stdin(1, new byte[1000]).send();
        until("it runs", () -> requests.size() == 1);
        peer.abort(1).expectAnswer(1, "");
        expectCollected(1);
    }
}
