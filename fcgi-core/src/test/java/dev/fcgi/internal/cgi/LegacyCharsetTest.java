package dev.fcgi.internal.cgi;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Forms of pages that are not in UTF-8, with escaped and unescaped bytes. */
class LegacyCharsetTest {
    @ParameterizedTest
    @CsvSource({
        "ISO-8859-1, %E9, é", "ISO-8859-1, \u00e9, é", "windows-1252, \u0080%80, €€", "UTF-8, \u00c3\u00a9%C3%A9, éé",
        "Shift_JIS, %83A, ア", "Shift_JIS, \u0083A, ア"
    })
    void escapedAndPlain(String charset, String bytes, String text) throws IOException {
        byte[] body = ("a=" + bytes + "&b=" + bytes).getBytes(StandardCharsets.ISO_8859_1);
        Form form = Form.read("application/x-www-form-urlencoded", new ByteArrayInputStream(body),
                Charset.forName(charset), false, new FormLimits(1000, 10, 0, Path.of("unused")));
        assertEquals(text, form.fields().first("a"));
        assertEquals(text, form.fields().first("b"));
    }
}
