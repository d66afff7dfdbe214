package dev.fcgi.examples;

import java.nio.file.Path;

/** The run-time image that the build has made. */
final class Image {
    static final Path ROOT = Path.of(System.getProperty("fcgi.image"));

    private Image() {}

    static String program(String name) {
        return ROOT.resolve("bin").resolve(name).toString();
    }
}
