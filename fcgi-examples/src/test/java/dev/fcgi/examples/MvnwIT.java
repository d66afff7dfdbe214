package dev.fcgi.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What mvnw says on a machine without Maven, when it cannot fetch it. */
final class MvnwIT {
    @TempDir
    Path directory;

    private Path bin;

    @BeforeEach
    void prepare() throws IOException {
        bin = Files.createDirectory(directory.resolve("bin"));
        for (String tool : new String[] {"dirname", "mkdir", "mktemp", "rm", "sed"}) {
            add(Stream.of("/usr/bin/", "/bin/").map(place -> Path.of(place, tool)).filter(Files::exists).findFirst()
                    .orElseThrow());
        }
    }

    private void add(Path tool) throws IOException {
        Files.createSymbolicLink(bin.resolve(tool.getFileName()), tool);
    }

    private String failure() throws Exception {
        try (Child mvnw = Child.start(directory, Map.of("PATH", bin.toString(), "HOME", directory.toString(), "JAVA_HOME",
                System.getProperty("java.home"), "MVNW_DIST_URL", "http://127.0.0.1:1/maven.tar.gz"), "/bin/sh",
                Installed.sources().resolve("mvnw") + "", "--version")) {
            assertEquals(1, mvnw.exitStatus());
            assertFalse(mvnw.stderr().contains("found no JDK"), mvnw.stderr());
            return mvnw.stderr();
        }
    }

    @Test
    void withoutAProgramThatFetches() throws Exception {
        String failure = failure();
        assertTrue(failure.endsWith("mvnw: needs curl or wget to fetch http://127.0.0.1:1/maven.tar.gz;"
                + " any Maven 3.8 or later on the PATH will do instead\n"), failure);
    }

    @Test
    void withoutANetwork() throws Exception {
        add(Path.of(Peer.CURL.path()));
        String failure = failure();
        assertTrue(failure.contains("\ncurl: ") && failure.endsWith("mvnw: cannot fetch http://127.0.0.1:1/maven.tar.gz"
                + " (see curl's message above); any Maven 3.8 or later on the PATH will do instead\n"), failure);
    }
}
