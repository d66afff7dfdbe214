package dev.fcgi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The one request of plain CGI: counters, listener, access log, status page and flight recorder report its outcome. */
final class ObservedCgiTest extends ProgramTest {
    ObservedCgiTest() {
        super(ObservedCgiProgram.class);
    }

    private String ask(String path) throws Exception {
        launch(Map.of("GATEWAY_INTERFACE", "CGI/1.1", "REQUEST_METHOD", "POST", "SCRIPT_NAME", path, "CONTENT_LENGTH", "5"),
                directory.toString());
        try (OutputStream stdin = process.getOutputStream()) {
            stdin.write("hello, and more".getBytes(StandardCharsets.US_ASCII));
        }
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    }

    @ParameterizedTest
    @CsvSource({"/all, 10017, COMPLETED, 201, 0", "/fail, 0, FAILED, 0, 1", "/buffered, 0, FAILED, 0, 1",
        "/half, 21, FAILED_INCOMPLETE, 201, 1"})
    void allTellTheSame(String path, int length, String outcome, int status, int failed) throws Exception {
        String answer = ask(path);
        assertEquals(length, answer.length());
        assertTrue(answer.startsWith(status == 0 ? "" : "Status: " + status), answer);
        assertEquals(failed, process.waitFor(), Files.readString(errors()));
        assertEquals(List.of("stats 1 started, " + failed + " failed, 0 active",
                "listener 1 begun, 1 stopped",
                "listener 0/1 " + outcome + " " + status + " " + (outcome.equals("COMPLETED") ? 5 : 0) + " in " + length + " out",
                "page " + outcome.toLowerCase(Locale.ROOT) + " 1",
                "jfr 0/1 " + outcome + " " + status), Files.readAllLines(directory.resolve("told")));
        assertEquals(List.of("0/1 " + outcome + " " + (status == 0 ? 500 : status)),
                Files.readAllLines(directory.resolve("access.log")));
    }

    @Test
    void aStatusPageTellsOfItself() throws Exception {
        String page = ask("/status");
        assertTrue(page.contains("\npool:                 cgi\n") && page.contains("\naccepted conn:        1\n")
                && page.contains("\nactive processes:     1\ntotal processes:      1\n"), page);
    }
}
