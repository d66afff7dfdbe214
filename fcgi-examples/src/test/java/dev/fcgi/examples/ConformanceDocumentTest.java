package dev.fcgi.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fcgi.examples.check.Suite;
import dev.fcgi.examples.check.TestCase;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** docs/conformance.md has the cases that there are. */
final class ConformanceDocumentTest {
    @Test
    void statements() throws IOException {
        assertEquals(ConformanceDocument.statements(Suite.APPLICATIONS.cases()), ConformanceDocument.part("statements"));
    }

    @Test
    void idsAreASectionAndWords() {
        Set<String> ids = new HashSet<>();
        for (TestCase<?> one : cases()) {
            assertTrue(one.id().matches("[2-8](\\.[1-9])?-[a-z0-9-]+"), one.id());
            assertTrue(ids.add(one.id()), one.id());
            assertEquals(one.id(), one.section() + one.id().substring(one.section().length()));
        }
        assertTrue(ids.size() >= 90);
    }

    private static List<? extends TestCase<?>> cases() {
        return Suite.APPLICATIONS.cases();
    }
}
