package dev.fcgi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** One word for each thing: no source and no document has the words that the glossary replaces. */
final class WordsTest {
    private static final Path TOP = Path.of("..");
    private static final Path GLOSSARY = TOP.resolve("docs/architecture.md");
    /** Directories of the build, of Git, and of other people's texts. */
    private static final Set<String> NOT_OURS = Set.of("target", ".git", ".mvn", "results", "resources");
    private static final Pattern OURS = Pattern.compile(".*\\.(java|md|py|service|socket|conf)|run|demo");

    private static String glossary() throws IOException {
        String text = Files.readString(GLOSSARY);
        return text.substring(text.indexOf("## Glossary"));
    }

    /** The last column, split at commas. */
    private static List<String> unwanted(String glossary) {
        return glossary.lines().filter(line -> line.startsWith("| ") && !line.startsWith("| word |"))
                .map(line -> line.split("\\|")).filter(cells -> cells.length > 3)
                .flatMap(cells -> Arrays.stream(cells[3].split(","))).map(String::strip)
                .filter(word -> !word.isEmpty()).toList();
    }

    /** Whole words, in any case; a line may end between two of them, also in a comment. */
    private static Pattern pattern(List<String> words) {
        return Pattern.compile(words.stream().map(word -> word.replace(" ", "(?:\\s+(?:\\*|//|#)?\\s*)"))
                .collect(Collectors.joining("|", "(?i)\\b(?:", ")\\b")));
    }

    private static List<Path> texts() throws IOException {
        List<Path> texts = new ArrayList<>();
        Files.walkFileTree(TOP, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
                return NOT_OURS.contains(directory.getFileName().toString())
                        ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                if (OURS.matcher(file.getFileName().toString()).matches()) {
                    texts.add(file);
                }
                return FileVisitResult.CONTINUE;
            }
        });
        return texts;
    }

    @Test
    void theWordsThatTheGlossaryReplacesDoNotComeBack() throws IOException {
        String glossary = glossary();
        Pattern unwanted = pattern(unwanted(glossary));
        TreeSet<String> found = new TreeSet<>();
        for (Path file : texts()) {
            String text = Files.readString(file);
            unwanted.matcher(file.equals(GLOSSARY) ? text.replace(glossary, "") : text).results()
                    .forEach(match -> found.add(TOP.relativize(file) + ": " + match.group()));
        }
        assertEquals(new TreeSet<>(), found);
    }

    @Test
    void whatIsLookedForIsFound() throws IOException {
        List<String> words = unwanted(glossary());
        assertTrue(words.contains("for" + " ever"), words::toString);
        Pattern unwanted = pattern(List.of("time" + "-out", "for" + " ever"));
        assertTrue(unwanted.matcher("a Time-" + "out of").find());
        assertTrue(unwanted.matcher("lasts for\n     * ever").find());
        assertTrue(unwanted.matcher("lasts for\n// ever").find());
        assertFalse(unwanted.matcher("for everybody, timeout").find());
        assertTrue(texts().stream().anyMatch(file -> file.endsWith("WordsTest.java")));
    }
}
