package dev.fcgi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fcgi.cgi.CgiOptions;
import dev.fcgi.client.FcgiClient;
import dev.fcgi.internal.client.ClientOptions;
import dev.fcgi.internal.server.Options;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** SECURITY.md names every limit with the default of the code, and the class in which it takes effect. */
final class SecurityDocumentTest {
    private static final Path DOCUMENT = Path.of("..", "SECURITY.md");
    private static final Pattern CLASS = Pattern.compile("`(?:([a-z.]+)\\.)?([A-Z]\\w+)`");

    @Test
    void limitsOfAServer() throws Exception {
        Map<String, String> documented = table("A server,");
        assertEquals(numbers(new Options()), documented);
        assertMethods(FcgiServer.Builder.class, documented.keySet());
    }

    @Test
    void limitsOfTheCgiLayer() throws Exception {
        Map<String, String> documented = table("The CGI layer,");
        assertEquals(numbers(CgiOptions.DEFAULT), documented);
        assertMethods(CgiOptions.Builder.class, documented.keySet());
    }

    @Test
    void limitsOfAClient() throws Exception {
        Map<String, String> documented = table("A client,");
        assertEquals(numbers(new ClientOptions()), documented);
        assertMethods(FcgiClient.Builder.class, documented.keySet());
    }

    /** Each class is there, and says the name of its limit. */
    @ParameterizedTest
    @ValueSource(strings = {"A server,", "The CGI layer,", "A client,"})
    void whereLimitsTakeEffect(String start) throws IOException {
        for (List<String> cells : rows(start)) {
            String limit = cells.get(1).replace("`", "");
            String directory = null;
            for (MatchResult name : CLASS.matcher(cells.get(5)).results().toList()) {
                directory = name.group(1) == null ? directory : name.group(1).replace('.', '/'); // else that of the last
                String source = Files.readString(Path.of("src/main/java/dev/fcgi", directory, name.group(2) + ".java"));
                assertTrue(Pattern.compile("\\b" + limit + "\\b").matcher(source).find(), limit + ": " + name.group());
            }
            assertTrue(directory != null, limit);
        }
    }

    private static Map<String, String> table(String start) throws IOException {
        return rows(start).stream().collect(Collectors.toMap(cells -> cells.get(1).replace("`", ""),
                cells -> cells.get(2), (a, b) -> a, TreeMap::new));
    }

    private static List<List<String>> rows(String start) throws IOException {
        String text = Files.readString(DOCUMENT);
        String section = text.substring(text.indexOf("\n" + start));
        return section.lines().dropWhile(line -> !line.startsWith("|")).takeWhile(line -> line.startsWith("|"))
                .filter(line -> line.startsWith("| `"))
                .map(line -> List.of(line.split(" *\\| *"))).toList();
    }

    /** All numeric settings: sizes and counts unchanged, nanoseconds as seconds. */
    private static Map<String, String> numbers(Object options) throws IllegalAccessException {
        Map<String, String> numbers = new TreeMap<>();
        for (Field field : options.getClass().getDeclaredFields()) {
            field.setAccessible(true);
            boolean time = field.getName().endsWith("Timeout") || field.getName().endsWith("Time");
            if (field.getType() == int.class || field.getType() == long.class) {
                long value = field.getLong(options);
                numbers.put(field.getName(), value == Long.MAX_VALUE ? "none"
                        : Long.toString(time ? TimeUnit.NANOSECONDS.toSeconds(value) : value));
            }
        }
        return numbers;
    }

    private static void assertMethods(Class<?> builder, Set<String> names) {
        Set<String> missing = new TreeSet<>(names);
        Arrays.stream(builder.getMethods()).forEach(method -> missing.remove(method.getName()));
        assertTrue(missing.isEmpty(), "no such method: " + missing);
    }
}
