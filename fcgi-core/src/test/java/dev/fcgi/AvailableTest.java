package dev.fcgi;

import static dev.fcgi.ScriptedPeer.FILTER;
import static dev.fcgi.ScriptedPeer.KEEP_CONN;

import java.io.IOException;
import java.io.InputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** {@code available()} counts everything received, wherever it is stored. */
@ParameterizedClass
@EnumSource(Mode.class)
final class AvailableTest extends ServerTest {
    private final Mode mode;

    AvailableTest(Mode mode) {
        this.mode = mode;
    }

    @Override
    FcgiServer.Builder settings(FcgiServer.Builder builder) {
        return mode.apply(builder);
    }

    private static void untilAvailable(InputStream in, int count) throws InterruptedException {
        until(count + " bytes are available", () -> {
            try {
                return in.available() == count;
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
    }

    @Test
    void whatCameWithTheHeadIsAvailable() throws Exception {
        serve(request -> {
            InputStream in = request.stdin();
            if (mode == Mode.EXECUTOR) {
                untilAvailable(in, 4); // another thread reads, and may be later than this one
            }
            print(request, in.available() + "" + (char) in.read() + in.available());
            print(request, new String(in.readAllBytes()) + in.available());
        });
        ScriptedPeer peer = peer();
        for (int i = 0; i < 3; i++) {
            peer.head(1, KEEP_CONN, "/").stdin(1, "body").endStdin(1).expectAnswer(1, "4b3ody0");
        }
    }

    @Test
    void whatCameLaterIsAvailableToo() throws Exception {
        serve(request -> {
            print(request, request.stdin().available() + "|");
            request.stdout().flush();
            untilAvailable(request.stdin(), 4);
            print(request, new String(request.stdin().readAllBytes()));
        });
        peer().head(1, KEEP_CONN, "/").expectStdoutPart(1, "0|").stdin(1, "body").endStdin(1).expectAnswer(1, "body");
    }

    @Test
    void dataIsAvailableAfterStdin() throws Exception {
        start(b -> b.filter(request -> {
            print(request, new String(request.stdin().readAllBytes()));
            untilAvailable(request.data(), 4);
            print(request, new String(request.data().readAllBytes()));
        }));
        peer().begin(1, FILTER, KEEP_CONN).endParams(1).stdin(1, "in").endStdin(1).data(1, "file").endData(1)
                .expectAnswer(1, "infile");
    }

    @Test
    void ofAnotherRequestNothingIsAvailable() throws Exception {
        serve(request -> print(request, request.stdin().available() + new String(request.stdin().readAllBytes())));
        peer().head(1, KEEP_CONN, "/").endStdin(1).head(2, KEEP_CONN, "/").stdin(2, "").endStdin(2)
                .expectAnswer(1, "0").expectAnswer(2, "0");
    }
}
