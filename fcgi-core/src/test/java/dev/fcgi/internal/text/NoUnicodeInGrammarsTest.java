package dev.fcgi.internal.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Java's methods for more than ASCII are not used in the library, because most of its text belongs to protocols: there
 * is {@link Ascii}. Where they are right, or harmless, unicode-methods.txt says why.
 */
final class NoUnicodeInGrammarsTest {
    private static final Pattern METHODS = Pattern.compile("(?<!Ascii)(?:\\.|::)(strip|stripLeading|stripTrailing|trim"
            + "|isBlank|toLowerCase|toUpperCase|equalsIgnoreCase|compareToIgnoreCase|regionMatches|isDigit|isLetter"
            + "|isLetterOrDigit|isAlphabetic|isWhitespace|isSpaceChar|digit|getNumericValue|parseInt|parseLong"
            + "|parseUnsignedInt|parseUnsignedLong|parseDouble|CASE_INSENSITIVE_ORDER|CASE_INSENSITIVE|UNICODE_CASE"
            + "|UNICODE_CHARACTER_CLASS)\\b");

    /** In regular expressions, which have no other name for a set of white space: CR and LF are among it. */
    private static final Pattern WHITE_SPACE = Pattern.compile("\\\\\\\\s");

    @Test
    void theyAreUsedOnlyWhereThereIsAReason() throws IOException {
        Map<String, String> allowed = allowed();
        TreeSet<String> unexplained = new TreeSet<>();
        Path sources = Path.of("src/main/java/dev/fcgi");
        try (Stream<Path> files = Files.walk(sources)) {
            for (Path file : files.filter(path -> path.toString().endsWith(".java")).toList()) {
                String name = file.getFileName().toString();
                for (String line : Files.readAllLines(file)) {
                    if (!line.matches("\\s*(\\*|//|/\\*).*")) {
                        uses(line).map(method -> name + ' ' + method).filter(use -> !allowed.containsKey(use))
                                .forEach(unexplained::add);
                    }
                }
            }
        }
        assertEquals(new TreeSet<>(), unexplained, "use dev.fcgi.internal.text.Ascii, or give a reason in"
                + " src/test/resources/dev/fcgi/unicode-methods.txt");
    }

    private static Stream<String> uses(String line) {
        return Stream.concat(METHODS.matcher(line).results().map(use -> use.group(1)),
                WHITE_SPACE.matcher(line).results().map(use -> "\\s"));
    }

    /** Reasons by file and method, from lines {@code FILE METHOD[,METHOD...] REASON}. */
    private static Map<String, String> allowed() throws IOException {
        Map<String, String> reasons = new HashMap<>();
        try (InputStream in = NoUnicodeInGrammarsTest.class.getResourceAsStream("/dev/fcgi/unicode-methods.txt")) {
            for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList()) {
                Matcher entry = Pattern.compile("(\\S+) +(\\S+) +(\\S.*)").matcher(line);
                assertTrue(line.startsWith("#") || entry.matches(), line);
                if (!line.startsWith("#")) {
                    List.of(entry.group(2).split(",")).forEach(
                            method -> reasons.put(entry.group(1) + ' ' + method, entry.group(3)));
                }
            }
        }
        return reasons;
    }

    @Test
    void whatIsLookedForIsFound() {
        assertEquals(List.of("strip", "toLowerCase"), uses("a.strip().toLowerCase(Locale.ROOT)").toList());
        assertEquals(List.of("strip", "parseInt"), uses("map(String::strip).map(Integer::parseInt)").toList());
        assertEquals(List.of("\\s"), uses("text.split(\"\\\\s+\")").toList());
        assertEquals(List.of(), uses("Ascii.strip(a) + map(Ascii::lower) + stripped() + a.lines()").toList());
    }
}
