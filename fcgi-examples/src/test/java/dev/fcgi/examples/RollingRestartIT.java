package dev.fcgi.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Two playgrounds behind nginx are replaced one after the other, under load: no client may notice. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class RollingRestartIT {
    @TempDir
    Path directory;

    @ParameterizedTest
    @EnumSource
    void noRequestFails(Upstream upstream) throws Exception {
        Peers.require("nginx");
        String a = upstream.address(directory, "a");
        String b = upstream.address(directory, "b");
        try (PlaygroundProcess oldA = PlaygroundProcess.start(directory, a);
                PlaygroundProcess oldB = PlaygroundProcess.start(directory, b);
                Nginx nginx = Nginx.start(directory, upstream.isKept(), List.of(a, b));
                // a kept connection may end just when nginx has sent a request on it; it repeats all but a POST
                Traffic traffic = new Traffic(nginx, !upstream.isKept())) {
            traffic.await(300);
            stop(oldA, upstream);
            traffic.await(300);
            try (PlaygroundProcess newA = PlaygroundProcess.start(directory, a)) {
                traffic.await(300);
                stop(oldB, upstream);
                traffic.await(300);
                assertEquals(List.of(), traffic.end(), () -> "of " + traffic.answers() + " requests");
                stop(newA, upstream);
            }
        }
    }

    private static void stop(PlaygroundProcess playground, Upstream upstream) throws Exception {
        assertEquals(0, playground.stop(), playground.process().stderr());
        if (upstream.isUnix()) {
            assertFalse(Files.exists(Path.of(playground.address().substring("unix:".length()))));
        }
    }
}
