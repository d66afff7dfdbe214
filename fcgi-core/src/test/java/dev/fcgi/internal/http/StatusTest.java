package dev.fcgi.internal.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;

/** The registry of status codes at IANA, as of November 2025. */
final class StatusTest {
    @ParameterizedTest
    @CsvFileSource(resources = "statuses.csv", numLinesToSkip = 1)
    void everyRegisteredStatusHasItsPhrase(int code, String phrase) {
        assertEquals(phrase, Status.reason(code));
    }

    @Test
    void everyOtherStatusHasThePhraseOfItsClass() {
        assertEquals("Informational", Status.reason(199));
        assertEquals("Successful", Status.reason(299));
        assertEquals("Redirection", Status.reason(306));
        assertEquals("Client Error", Status.reason(418));
        assertEquals("Server Error", Status.reason(599));
        assertEquals("Unknown", Status.reason(600));
        assertEquals(0, IntStream.rangeClosed(100, 999).filter(code -> Status.reason(code).isBlank()).count());
    }

    @Test
    void fourKindsHaveNoBody() {
        assertEquals("204, 205, 304", IntStream.rangeClosed(200, 999).filter(Status::isBodiless)
                .mapToObj(Integer::toString).reduce((a, b) -> a + ", " + b).orElse(""));
        assertEquals(100, IntStream.rangeClosed(100, 199).filter(Status::isBodiless).count());
    }
}
