package dev.fcgi.internal.conn;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.fcgi.LongRun;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@link Interleavings}; only with {@code -Dfcgi.long}, since starting it takes ten seconds of a processor. */
@Timeout(value = 1000, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class InterleavingsIT {
    /** How many interleavings of each scenario are tried. */
    private static final int COUNT = 500;

    @TempDir
    private Path directory;

    @Test
    void nothingGoesWrongInWhateverOrder() throws Exception {
        assumeTrue(LongRun.isLong(), "only with -Dfcgi.long");
        String output = "";
        for (int attempt = 0; attempt < 3; attempt++) {
            Path log = directory.resolve("log" + attempt);
            if (run(log) == 0) {
                return;
            }
            output = text(log);
            // On a busy machine it may take a thread that got no processor for one that hangs, and cannot show it again.
            assertTrue(output.contains("Cannot reproduce the interleaving"), output);
        }
        fail(output);
    }

    private static int run(Path log) throws Exception {
        Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-ea",
                "-XX:+IgnoreUnrecognizedVMOptions", "-XX:+EnableDynamicAgentLoading",
                "--sun-misc-unsafe-memory-access=allow", "-cp", System.getProperty("java.class.path"),
                Interleavings.class.getName(), "" + COUNT)
                .redirectErrorStream(true).redirectOutput(log.toFile()).start();
        try {
            assertTrue(process.waitFor(300, TimeUnit.SECONDS), () -> "does not end: " + text(log));
            return process.exitValue();
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    private static String text(Path log) {
        try {
            return Files.readString(log);
        } catch (java.io.IOException e) {
            return e.toString();
        }
    }
}
