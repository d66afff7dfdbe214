package dev.fcgi.examples;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/** Programs in Go. */
final class GoProgram {
    private GoProgram() {}

    /** Builds one from a source file. */
    static void build(Path directory, String source, String program) throws Exception {
        Map<String, String> environment = Map.of("GO111MODULE", "off", "GOCACHE", directory.resolve("cache").toString(),
                "HOME", directory.toString());
        try (Child build = Child.start(directory, environment, Peer.GO.path(), "build", "-o", program, source)) {
            if (build.exitStatus(Duration.ofSeconds(100)) != 0) { // its library, too
                throw new AssertionError(build.stderr());
            }
        }
    }
}
