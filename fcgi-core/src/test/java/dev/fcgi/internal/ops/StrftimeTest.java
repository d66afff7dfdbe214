package dev.fcgi.internal.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class StrftimeTest {
    private static String format(String format, ZonedDateTime time) {
        StringBuilder out = new StringBuilder();
        Strftime.append(out, format, time);
        return out.toString();
    }

    /** The lines of the file are what date(1) of GNU prints with LC_ALL=C. */
    @Test
    void allConversionsAreThoseOfTheCLocale() throws IOException {
        List<String> wrong = new ArrayList<>();
        try (InputStream in = StrftimeTest.class.getResourceAsStream("strftime.txt")) {
            for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).split("\n")) {
                String[] words = line.split("\t", 3);
                ZonedDateTime time = Instant.ofEpochSecond(Long.parseLong(words[0])).atZone(ZoneId.of("UTC"));
                String ours = format("[%" + words[1] + "]", time).replace('\n', 'N').replace('\t', 'T');
                if (!ours.equals(words[2])) {
                    wrong.add(line + " " + ours);
                }
            }
        }
        assertEquals(List.of(), wrong);
    }

    @Test
    void whatIsNoConversionStays() {
        ZonedDateTime time = Instant.EPOCH.atZone(ZoneOffset.ofHours(2));
        assertEquals("01/Jan/1970:02:00:00 +0200", format(Strftime.DEFAULT, time));
        assertEquals("100% %! 70%", format("100%% %! %Ey%", time));
    }
}
