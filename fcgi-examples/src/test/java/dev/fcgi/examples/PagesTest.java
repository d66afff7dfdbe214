package dev.fcgi.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each command and each snippet of the pages that a new user follows is typed by a test. */
final class PagesTest {
    private static final Pattern TYPED = Pattern.compile("\\.(command|snippet)\\(\\s*\"((?:[^\"\\\\]|\\\\.)*)\"\\)");

    /** What no test of this module types, and who does. */
    private record Elsewhere(String page, String start, String file, String words) {}

    private static final List<Elsewhere> ELSEWHERE = List.of(
            new Elsewhere("README.md", "./mvnw -q -Pdemo", ".ci/run", "first_command README.md 'Try it'"),
            new Elsewhere("README.md", "CgiFast.serve(",
                    "fcgi-core/src/test/java/dev/fcgi/DocumentedLoopTest.java", "\"README.md\""));

    @ParameterizedTest
    @ValueSource(strings = {"README.md", "docs/operations.md", "docs/httpserver.md"})
    void allIsTyped(String name) throws IOException {
        DocPage page = DocPage.of(name);
        List<DocPage.Block> left = new ArrayList<>(page.blocks());
        assertTrue(left.size() >= 3, left::toString);
        for (Path test : tests()) {
            String source = Files.readString(test);
            if (source.contains("DocPage.of(\"" + name + "\")")) {
                TYPED.matcher(source).results().forEach(typed -> {
                    String words = typed.group(2).translateEscapes();
                    List<DocPage.Block> found = typed.group(1).equals("command") ? page.commands(words) : page.snippets(words);
                    if (found.size() == 1) { // else it is of another page
                        left.remove(found.get(0));
                    }
                });
            }
        }
        for (Elsewhere elsewhere : ELSEWHERE) {
            if (elsewhere.page.equals(name)) {
                assertTrue(left.removeIf(block -> block.text().startsWith(elsewhere.start)), elsewhere::toString);
            }
        }
        assertEquals(List.of(), left, "nobody types this");
    }

    private static List<Path> tests() throws IOException {
        try (Stream<Path> files = Files.walk(Installed.sources().resolve("fcgi-examples/src/test/java"))) {
            return files.filter(file -> file.toString().endsWith(".java") && !file.endsWith("PagesTest.java")).toList();
        }
    }

    @Test
    void othersTypeTheRest() throws IOException {
        for (Elsewhere elsewhere : ELSEWHERE) {
            assertTrue(Files.readString(Installed.sources().resolve(elsewhere.file)).contains(elsewhere.words),
                    elsewhere::toString);
        }
    }
}
