package dev.fcgi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class HugeUploadTest {
    @TempDir
    Path directory;

    @Test
    void anUploadOfMoreThanTwoGigabytesPassesThroughASmallHeap() throws Exception {
        assumeTrue(directory.toFile().getUsableSpace() > 2 * HugeUploadProgram.LENGTH, "no disk space");
        Process process = Fork.java(HugeUploadProgram.class, List.of("-Xmx64m"), directory.toString())
                .redirectErrorStream(true).start();
        try {
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertTrue(process.waitFor(60, TimeUnit.SECONDS));
            assertTrue(output.endsWith("\r\n\r\n1 " + HugeUploadProgram.LENGTH + " END 2"), output);
        } finally {
            process.destroyForcibly();
        }
        try (var left = Files.list(directory)) {
            assertEquals(0, left.count());
        }
    }
}
