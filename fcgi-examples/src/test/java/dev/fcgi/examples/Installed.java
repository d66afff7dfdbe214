package dev.fcgi.examples;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fcgi.FcgiServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The library, installed by {@code ./mvnw install} in a Maven repository of the test, and Maven that uses it. All other
 * artifacts are symbolic links to the user's repository, so that nothing is downloaded twice, and the test does not
 * install the library for the user.
 */
final class Installed {
    private static final Pattern JAR = Pattern.compile("fcgi-core-(.*)\\.jar");
    private static final String NAME = "dev/fcgi/fcgi-core";

    /** The local repository. */
    final Path repository;
    final String version;

    private Installed(Path repository, String version) {
        this.repository = repository;
        this.version = version;
    }

    /** Installs the library in a new repository below a directory. */
    static Installed in(Path directory) throws Exception {
        Path jar = jar();
        Matcher name = JAR.matcher(jar.getFileName().toString());
        assertTrue(name.matches(), jar::toString);
        Installed installed = new Installed(link(directory.resolve("repository")), name.group(1));
        Files.createDirectories(installed.jarPath().getParent());
        Files.copy(jar, installed.jarPath());
        Files.copy(jar.resolveSibling("flattened-pom.xml"), installed.artifact("pom"));
        return installed;
    }

    /** {@return a local repository that has all of the user's but the library} */
    static Path link(Path repository) throws IOException {
        Path theirs = Path.of(System.getProperty("fcgi.repository"));
        Files.createDirectories(repository.resolve("dev"));
        for (String below : List.of("", "dev")) {
            Path users = theirs.resolve(below);
            if (Files.exists(users)) {
                try (Stream<Path> entries = Files.list(users)) {
                    for (Path entry : entries.filter(Files::isDirectory).toList()) {
                        String name = theirs.relativize(entry).toString();
                        if (!name.equals("dev") && !name.equals("dev/fcgi")) {
                            Files.createSymbolicLink(repository.resolve(name), entry);
                        }
                    }
                }
            }
        }
        return repository;
    }

    /** {@return the jar that the build has made} */
    static Path jar() throws Exception {
        Path jar = Path.of(FcgiServer.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        assertTrue(Files.isRegularFile(jar), "not the jar, but " + jar + ": run verify on all modules");
        return jar;
    }

    /** {@return the jar in the repository} */
    Path jarPath() {
        return artifact("jar");
    }

    private Path artifact(String type) {
        return repository.resolve(NAME).resolve(version).resolve("fcgi-core-" + version + '.' + type);
    }

    /** Starts Maven, on the JDK of the tests, in a directory. */
    Child maven(Path directory, String... arguments) throws IOException {
        return maven(repository, directory, arguments);
    }

    /** Starts Maven, on the JDK of the tests, with a local repository, in a directory. */
    static Child maven(Path repository, Path directory, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("/bin/sh", "-c", "cd \"$0\" && exec \"$@\"", directory.toString(),
                mvnw().toString(), "-B", "-ntp", "-Dmaven.repo.local=" + repository));
        command.addAll(List.of(arguments));
        return Child.start(directory, Map.of("JAVA_HOME", System.getProperty("java.home")),
                command.toArray(String[]::new));
    }

    /** {@return the top of the sources} */
    static Path sources() {
        return Path.of(System.getProperty("fcgi.docs", "../docs")).toAbsolutePath().normalize().getParent();
    }

    private static Path mvnw() {
        return sources().resolve("mvnw");
    }
}
