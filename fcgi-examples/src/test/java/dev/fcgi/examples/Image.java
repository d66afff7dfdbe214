package dev.fcgi.examples;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.stream.Stream;

/** The run-time image that the build has made. */
final class Image {
    static final Path ROOT = Path.of(System.getProperty("fcgi.image"));

    private Image() {}

    static String program(String name) {
        return ROOT.resolve("bin").resolve(name).toString();
    }

    /** Copies the image, to where those may read it who do not get to the original. */
    static void copyTo(Path target) throws IOException {
        try (Stream<Path> files = Files.walk(ROOT)) {
            files.forEach(file -> {
                try {
                    // The time stamps as well: the archive of classes depends on them.
                    Files.copy(file, target.resolve(ROOT.relativize(file).toString()),
                            StandardCopyOption.COPY_ATTRIBUTES);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }
}
