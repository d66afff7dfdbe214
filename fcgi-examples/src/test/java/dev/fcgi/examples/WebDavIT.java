package dev.fcgi.examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Files that curl stores by PUT, through fcgi front and PHP-FPM, which takes a body without a length for an empty one.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class WebDavIT {
    @TempDir
    Path directory;

    private Child front(PhpFpm php) throws Exception {
        Child front = Child.start(directory, Map.of("FCGI_JAVA_OPTS", "-Djava.io.tmpdir=" + directory),
                Image.program("fcgi"), "front", php.address(), "--listen", "127.0.0.1:0",
                "--root", directory.resolve("site").toString());
        front.awaitOutput(" -> ");
        return front;
    }

    private String curl(Path stdin, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(Peer.CURL.path(), "-sS", "--noproxy", "*", "-w",
                "%{http_code}"));
        command.addAll(List.of(arguments));
        try (Child curl = Child.start(directory, Map.of(), stdin, command.toArray(String[]::new))) {
            assertEquals(0, curl.exitStatus(), curl.stderr());
            return curl.stdout();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 5, 65_536, 30_000_000})
    void aFileOfUnknownLengthIsStored(int size) throws Exception {
        Peer.require(Peer.PHP_FPM, Peer.CURL);
        Files.createDirectories(directory.resolve("site/stored"));
        Resource.copy("site/dav.php", directory);
        byte[] content = Content.random(size);
        Path file = Files.write(directory.resolve("file"), content);
        try (PhpFpm php = PhpFpm.start(directory); Child front = front(php)) {
            String url = front.stdout().split(" ")[0] + "dav.php/some%20file";
            assertEquals("201", curl(file, "-T", "-", url)); // chunked: nobody knows the length of a pipe
            assertArrayEquals(content, Files.readAllBytes(directory.resolve("site/stored/some file")));
            assertEquals("204", curl(file, "-T", file.toString(), url));
            assertArrayEquals(content, Files.readAllBytes(directory.resolve("site/stored/some file")));
            Path back = directory.resolve("back");
            assertEquals("200", curl(file, "-o", back.toString(), url));
            assertArrayEquals(content, Files.readAllBytes(back));
        }
    }
}
