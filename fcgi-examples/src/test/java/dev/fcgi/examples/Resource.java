package dev.fcgi.examples;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Scripts and sources for other programs. */
final class Resource {
    private Resource() {}

    /** {@return the path of a copy} */
    static String copy(String name, Path directory) throws IOException {
        Path copy = directory.resolve(name);
        try (InputStream in = Resource.class.getResourceAsStream(name)) {
            Files.copy(in, copy);
        }
        return copy.toString();
    }
}
