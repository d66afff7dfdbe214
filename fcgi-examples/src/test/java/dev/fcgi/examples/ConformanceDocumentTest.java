package dev.fcgi.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fcgi.examples.check.Suite;
import dev.fcgi.examples.check.TestCase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** docs/conformance.md lists exactly the existing cases. */
final class ConformanceDocumentTest {
    private static final Pattern COMMENT = Pattern.compile("// .*|(?s:/\\*.*?\\*/)");
    private static final Pattern ID = Pattern.compile("\\b[2-8]\\.[1-9]-[a-z][a-z0-9-]*");

    @Test
    void statements() throws IOException {
        assertEquals(ConformanceDocument.statements(Suite.APPLICATIONS.cases()), ConformanceDocument.part("statements"));
        assertEquals(ConformanceDocument.statements(Suite.WEB_SERVERS.cases()),
                ConformanceDocument.part("web server statements"));
    }

    @Test
    void idsAreASectionAndWords() {
        Set<String> ids = new HashSet<>();
        for (TestCase<?> one : cases()) {
            assertTrue(one.id().matches("[2-8](\\.[1-9])?-[a-z0-9-]+"), one.id());
            assertTrue(ids.add(one.id()), one.id());
            assertEquals(one.id(), one.section() + one.id().substring(one.section().length()));
        }
        assertTrue(Suite.APPLICATIONS.cases().size() >= 90);
        assertTrue(Suite.WEB_SERVERS.cases().size() >= 40);
    }

    /** Comments name a case by its ID, which the case keeps. */
    @Test
    void idsInComments() throws IOException {
        Set<String> ids = cases().stream().map(TestCase::id).collect(Collectors.toSet());
        for (String module : List.of("fcgi-core", "fcgi-examples")) {
            try (Stream<Path> files = Files.walk(Path.of("..", module, "src"))) {
                for (Path file : files.filter(name -> name.toString().endsWith(".java")).toList()) {
                    COMMENT.matcher(Files.readString(file)).results().flatMap(comment -> ID.matcher(comment.group()).results())
                            .forEach(id -> assertTrue(ids.contains(id.group()), file + ": " + id.group()));
                }
            }
        }
    }

    private static List<? extends TestCase<?>> cases() {
        return Stream.concat(Suite.APPLICATIONS.cases().stream(), Suite.WEB_SERVERS.cases().stream()).toList();
    }
}
