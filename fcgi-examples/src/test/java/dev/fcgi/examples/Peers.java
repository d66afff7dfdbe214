package dev.fcgi.examples;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The programs of others that tests need: where one is missing the test is skipped. In CI it fails, unless the system
 * has no such program at all.
 */
final class Peers {
    private static final String PLACES = System.getenv("PATH") + ":/usr/local/sbin:/usr/sbin:/sbin";

    private Peers() {}

    /** {@return the path of a program} */
    static String require(String program) {
        return find(program).orElseGet(() -> missing(program));
    }

    /** For what is done before tests that require the program, each for itself: a skipped class would not be seen. */
    static Optional<String> find(String program) {
        return Stream.of(PLACES.split(":"))
                .map(directory -> Path.of(directory, program))
                .filter(Files::isExecutable)
                .map(Path::toString)
                .findFirst();
    }

    /** For what is no program. */
    static void requireFile(Path file) {
        if (!Files.isRegularFile(file)) {
            missing(file.getFileName().toString());
        }
    }

    /** Tells by a command that must succeed whether something is there: a library, a Perl module. */
    static void requireWorking(String what, List<String> command) throws IOException, InterruptedException {
        require(command.get(0));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        process.getInputStream().readAllBytes();
        if (process.waitFor() != 0) {
            missing(what);
        }
    }

    private static String missing(String what) {
        boolean unheardOf = List.of(System.getenv().getOrDefault("FCGI_WITHOUT_PEERS", "").split(" ")).contains(what);
        if ("1".equals(System.getenv("FCGI_REQUIRE_PEERS")) && !unheardOf) {
            return fail("not installed: " + what);
        }
        return abort("skipped, not installed: " + what);
    }
}
