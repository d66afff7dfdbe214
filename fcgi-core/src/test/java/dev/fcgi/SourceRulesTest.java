package dev.fcgi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Rules for the sources of the engine. */
final class SourceRulesTest {
    private static final Path INTERNAL = Path.of("src/main/java/dev/fcgi/internal");

    private static final int MOST_LINES = 250;

    private static final Pattern COMMENT = Pattern.compile("/\\*.*?\\*/", Pattern.DOTALL);

    /** A method with its Javadoc and its body, or without one. */
    private static final Pattern METHOD = Pattern.compile(
            "(?<doc>^    /\\*\\*(?:(?!\\*/).)*\\*/\\n)?" // of the method, not of the field before it
                    + "^    (?:@\\w[^\\n]*\\n    )*(?<private>private )?(?:[\\w<>\\[\\].?, ]+ )?(?<name>\\w+)"
                    + "\\([^{};=]*\\)(?: throws [\\w, .\\n]+)?"
                    + "(?: \\{\\n(?<body>.*?)^    }|;)", Pattern.DOTALL | Pattern.MULTILINE);
    private static final String ASSERTION = "assert lock.isHeldByCurrentThread();";

    private static Map<String, String> sources() throws IOException {
        Map<String, String> sources = new TreeMap<>();
        try (Stream<Path> files = Files.walk(INTERNAL)) {
            for (Path file : files.filter(path -> path.toString().endsWith(".java")).toList()) {
                sources.put(file.getFileName().toString().replace(".java", ""), Files.readString(file));
            }
        }
        return sources;
    }

    /** Without comments, blank lines, imports and the package. */
    private static long lines(String source) {
        return COMMENT.matcher(source).replaceAll("").lines().map(String::strip)
                .filter(line -> !line.isEmpty() && !line.matches("(//|import |package ).*")).count();
    }

    @Test
    void aClassIsShort() throws IOException {
        Map<String, Long> tooLong = new TreeMap<>();
        sources().forEach((name, source) -> {
            long lines = lines(source);
            if (lines > MOST_LINES) {
                tooLong.put(name, lines);
            }
        });
        assertEquals(Map.of(), tooLong);
    }

    /**
     * One spelling, "Locked." as the first word; methods that say so assert it, and methods that assert it say so,
     * unless private.
     */
    @Test
    void aMethodThatExpectsTheLockAssertsIt() throws IOException {
        TreeSet<String> wrong = new TreeSet<>();
        sources().forEach((name, source) -> wrongIn(source).forEach(what -> wrong.add(name + '.' + what)));
        assertEquals(new TreeSet<>(), wrong);
    }

    private static List<String> wrongIn(String source) {
        return METHOD.matcher(source).results().filter(SourceRulesTest::isWrong).map(one -> one.group("name")).toList();
    }

    private static boolean isWrong(MatchResult method) {
        String doc = method.group("doc") == null ? "" : method.group("doc").replaceAll("\\s*/?\\*+/?\\s*", " ").strip();
        String body = method.group("body");
        boolean says = doc.startsWith("Locked.");
        boolean asserts = body != null && body.contains(ASSERTION);
        boolean otherWords = !says && doc.matches(".*(?i)(\\bwith the lock held|(^|[.:;] )the lock is held|\\bmust be locked).*");
        return otherWords || says && body != null && !asserts
                || asserts && !says && (method.group("private") == null || !doc.isEmpty());
    }

    @Test
    void whatIsLookedForIsFound() {
        String locked = "    /** Locked. Does it. */\n";
        String asserted = " {\n        assert lock.isHeldByCurrentThread();\n    }\n";
        assertEquals(List.of("a"), wrongIn(locked + "    void a() {\n        b();\n    }\n"));
        assertEquals(List.of("a"), wrongIn("    /** Does it, with the lock held. */\n    int a(int b);\n"));
        assertEquals(List.of("a"), wrongIn("    public List<String> a(int b) throws IOException" + asserted));
        assertEquals(List.of("b"), wrongIn("    void a() {\n        c();\n    }\n\n    @Override\n    public void b()"
                + asserted));
        assertEquals(List.of(), wrongIn(locked + "    boolean a(List<String> b,\n            int c)" + asserted));
        assertEquals(List.of(), wrongIn("    private void a()" + asserted + locked + "    int b();\n"));
        assertEquals(3, lines("package a;\n\n/**\n * A\n */\nclass A {\n    int b; // c\n    // d\n}\n"));
    }

    @Test
    void assertionsAreOn() {
        assertThrows(AssertionError.class, () -> {
            assert false;
        });
    }
}
