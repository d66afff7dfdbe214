package dev.fcgi.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests start foreign programs only through {@link Peer}, which skips a test if the program is missing. */
final class PeerTest {
    /**
     * The classes that start processes: these two for all others, checked by {@link Peer#check}, and those of the
     * image.
     */
    private static final Set<String> STARTERS = Set.of("Child.java", "Peer.java", "PlainCgiIT.java");

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {
        "perl", "/usr/local/bin/perl", "/usr/bin/env perl -e 1", "/bin/sh -c true nginx", "/usr/sbin/ftpd", "curl"
    })
    void aProgramThatNobodyAskedForDoesNotStart(String command) {
        assertThrows(AssertionError.class, () -> Child.start(directory, Map.of(), command.split(" ")));
    }

    @Test
    void whatIsMissingIsNamedWithItsPackage() {
        assertEquals("no nginx (Debian: nginx-light)", Peer.NGINX.toString());
        assertEquals("no gcc and libfcgi (Debian: gcc libc6-dev libfcgi-dev)", Peer.LIBFCGI.toString());
    }

    @Test
    void nobodyElseStartsProcesses() throws IOException {
        Set<String> starters = new TreeSet<>();
        try (Stream<Path> files = Files.walk(Path.of("src/test/java"))) {
            for (Path file : files.filter(name -> name.toString().endsWith(".java")).toList()) {
                String text = Files.readString(file);
                if (Stream.of("new Process" + "Builder(", "Runtime.get" + "Runtime().exec(").anyMatch(text::contains)) {
                    starters.add(file.getFileName().toString());
                }
            }
        }
        assertEquals(new TreeSet<>(STARTERS), starters);
    }
}
