package dev.fcgi.internal.cgi;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ExpiresTest {
    private static final Instant NOW = Instant.parse("2024-02-28T23:59:58.999Z");

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "now  | Wed, 28 Feb 2024 23:59:58 GMT",
        "+0s  | Wed, 28 Feb 2024 23:59:58 GMT",
        "+30s | Thu, 29 Feb 2024 00:00:28 GMT",
        "30s  | Thu, 29 Feb 2024 00:00:28 GMT",
        "+10m | Thu, 29 Feb 2024 00:09:58 GMT",
        "+1h  | Thu, 29 Feb 2024 00:59:58 GMT",
        "-1d  | Tue, 27 Feb 2024 23:59:58 GMT",
        "+3M  | Tue, 28 May 2024 23:59:58 GMT", // a month is 30 days, as in CGI.pm
        "+10y | Sat, 25 Feb 2034 23:59:58 GMT",
        "Thursday | Thursday", "+1x | +1x", "1.5h | Thu, 29 Feb 2024 01:29:58 GMT", "+ 1h | + 1h"
    })
    void timesAreRelative(String text, String date) {
        assertEquals(date, Expires.date(text, NOW));
    }

    @Test
    void theFarthestTimeIsNoError() {
        for (String text : new String[] {"+999999999y", "-999999999y"}) {
            Expires.date(text, NOW);
        }
    }
}
