package dev.fcgi.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The commands of the README that build the library, and those of CONTRIBUTING.md that release it, in copies of the sources. */
@Timeout(value = 900, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class ReleaseIT {
    private static final Duration LIMIT = Duration.ofMinutes(4);

    @TempDir
    Path directory;

    private final DocPage readme = DocPage.of("README.md");
    private final DocPage contributing = DocPage.of("CONTRIBUTING.md");
    private Path repository;

    @BeforeEach
    void prepare() throws IOException {
        assumeTrue(LongRun.ASKED, "only with -Dfcgi.long");
        repository = Installed.link(directory.resolve("repository"));
    }

    /** Copies the sources, as a clone would. */
    private static Path clone(Path from, Path to) throws IOException {
        Files.walkFileTree(from, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path source, BasicFileAttributes attributes) throws IOException {
                String name = source.getFileName().toString();
                if (name.equals("target") || name.equals(".git")) {
                    return FileVisitResult.SKIP_SUBTREE;
                }
                Files.createDirectory(to.resolve(from.relativize(source).toString()));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path source, BasicFileAttributes attributes) throws IOException {
                if (!source.getFileName().toString().equals(".git")) { // of a work tree
                    Files.copy(source, to.resolve(from.relativize(source).toString()), StandardCopyOption.COPY_ATTRIBUTES);
                }
                return FileVisitResult.CONTINUE;
            }
        });
        return to;
    }

    /** Types a command that is one of Maven's, and gives what it has printed. */
    private String type(int status, Path sources, String command, String... more) throws Exception {
        String[] words = command.split(" ");
        assertEquals("./mvnw", words[0]);
        String[] arguments = Stream.concat(Arrays.stream(words, 1, words.length), Stream.of(more)).toArray(String[]::new);
        try (Child maven = Installed.maven(repository, sources, arguments)) {
            assertEquals(status, maven.exitStatus(LIMIT), () -> command + ": " + output(maven));
            return output(maven);
        }
    }

    private static String output(Child child) {
        try {
            return child.stdout() + child.stderr();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void installAndJavadoc() throws Exception {
        Path sources = clone(Installed.sources(), directory.resolve("sources"));
        type(0, sources, readme.command("./mvnw -q install"));
        Path installed = repository.resolve("dev/fcgi");
        assertEquals(List.of("fcgi-core"), names(installed));
        Path jar = directory.resolve(".m2/repository").relativize(directory.resolve(
                readme.command("java -cp").replaceFirst("^java -cp ~/(\\S+) .*", "$1")));
        assertTrue(Files.exists(repository.resolve(jar)), jar::toString);
        Path index = sources.resolve(readme.text().replaceFirst("(?s).*`(fcgi-core/target/\\S+index\\.html)`.*", "$1"));
        assertTrue(Files.exists(index), index::toString);
    }

    private static List<String> names(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void whatARefusedReleaseMustSay() throws Exception {
        String output = type(1, clone(Installed.sources(), directory.resolve("sources")), contributing.command("./mvnw deploy")
                .replaceAll(" -Drelease\\.\\w+=\\S+", ""));
        for (String message : List.of("A release says where the project lives: -Drelease.url=https://",
                "A release says where its Git repository is: -Drelease.scm=https://", "A release is no snapshot: ")) {
            assertTrue(output.contains(message), output);
        }
    }

    @Test
    void twoReleasesAreTheSameAndAFreshProjectFindsOne() throws Exception {
        Path one = clone(Installed.sources(), directory.resolve("one"));
        type(0, one, contributing.command("./mvnw versions:set"));
        Path two = clone(one, Files.createDirectory(directory.resolve("elsewhere")).resolve("two"));
        Path staging = release(one);
        Path again = release(two);
        Path files = staging.resolve("dev/fcgi/fcgi-core/1.0.0");
        assertEquals(List.of("fcgi-core"), names(staging.resolve("dev/fcgi")));
        for (String suffix : List.of(".jar", ".pom", "-sources.jar", "-javadoc.jar")) {
            Path file = files.resolve("fcgi-core-1.0.0" + suffix);
            assertEquals(-1, Files.mismatch(file, again.resolve(staging.relativize(file).toString())), file::toString);
        }
        String pom = Files.readString(files.resolve("fcgi-core-1.0.0.pom"));
        for (String part : List.of("<url>https://URL</url>", "<connection>scm:git:https://GIT</connection>",
                "<url>https://GIT</url>", "<description>FastCGI ", "<name>Apache-2.0</name>", "<name>The fcgi authors</name>")) {
            assertTrue(pom.contains(part), pom);
        }
        for (String part : List.of("<parent>", "<dependency>", "${")) {
            assertTrue(!pom.contains(part), pom);
        }
        OwnProjectIT.compile(directory.resolve("project"), Installed.link(directory.resolve("fresh")),
                readme.snippet("<dependency>").replaceFirst("<version>.*</version>", "<version>1.0.0</version>"),
                "<repositories><repository><id>staging</id><url>" + staging.toUri() + "</url></repository></repositories>");
    }

    private Path release(Path sources) throws Exception {
        type(0, sources, contributing.command("./mvnw deploy"), "-Dgpg.skip");
        return sources.resolve("fcgi-core/target/staging");
    }
}
