package dev.fcgi.client;

import dev.fcgi.CgiHead;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fcgi.FcgiException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The header block of a CGI response: RFC 3875 6.2 and 6.3. */
final class CgiHeadTest {
    private static CgiHead head(String text) throws IOException {
        return CgiHead.read(in(text), 64 * 1024, StandardCharsets.UTF_8);
    }

    private static InputStream in(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r\n"})
    void linesEndInEither(String end) throws IOException {
        InputStream in = in(String.join(end, "Status: 404 Not here", "Content-Type: text/plain", "", "\nbody"));
        CgiHead head = CgiHead.read(in, 100, StandardCharsets.UTF_8);
        assertEquals(404, head.status());
        assertEquals("Not here", head.reason());
        assertEquals("text/plain", head.header("content-type"));
        assertEquals("\nbody", new String(in.readAllBytes(), StandardCharsets.UTF_8));
    }

    @Test
    void lineEndsMayBeMixed() throws IOException {
        assertEquals("{A=[1], B=[2]}", head("A: 1\nB: 2\r\n\nC: 3\n\n").headers().toString());
    }

    @Test
    void statuses() throws IOException {
        assertEquals(200, head("A: b\n\n").status());
        assertEquals(200, head("\n").status());
        assertEquals(204, head("Status: 204\n\n").status());
        assertEquals("", head("Status: 204\n\n").reason());
        assertEquals(404, head("HTTP/1.1 404 Not Found\r\nA: b\r\n\r\n").status());
        assertEquals(404, head("HTTP/1.0 404\nA: b\n\n").status());
        assertEquals(500, head("HTTP/1.1 200 OK\nstatus: 500\n\n").status());
        assertEquals(302, head("Location: http://other/\n\n").status());
        assertEquals(302, head("Location: //other/\n\n").status());
        assertEquals(301, head("Status: 301\nLocation: http://other/\n\n").status());
    }

    @Test
    void whatMustNotBeRepeatedCountsAsItWasSentLast() throws IOException {
        CgiHead head = head("Content-Type: text/html\nLocation: /a\nX: 1\ncontent-type: text/plain\nlocation: /b\nX: 2\n\n");
        assertEquals("{Content-Type=[text/plain], Location=[/b], X=[1, 2]}", head.headers().toString());
    }

    @Test
    void localRedirects() throws IOException {
        assertTrue(head("Location: /here?a=b\n\n").isLocalRedirect());
        assertEquals(200, head("Location: /here\n\n").status());
        assertFalse(head("Location: //other/\n\n").isLocalRedirect());
        assertFalse(head("Location: http://other/\n\n").isLocalRedirect());
        assertFalse(head("Status: 302\nLocation: /here\n\n").isLocalRedirect());
        assertFalse(head("Status: 200\nLocation: /here\n\n").isLocalRedirect());
    }

    @Test
    void fieldsRepeatAndFold() throws IOException {
        CgiHead head = head("Set-Cookie: a=1\nX:\nSet-Cookie:  b=2 \n\tc\nset-cookie: d\n\n");
        assertEquals(List.of("a=1", "b=2 c", "d"), head.headers().get("SET-COOKIE"));
        assertEquals("", head.header("x"));
        assertNull(head.header("y"));
        assertThrows(UnsupportedOperationException.class, () -> head.headers().clear());
    }

    @Test
    void foldedLinesAreOfTheFieldBefore() throws IOException {
        assertEquals("{A=[1, 2 3  4], B=[ 5]}", head("A: 1\nA: 2\n 3\n\t\n 4\nB:\n 5\n\n").headers().toString());
        assertEquals(List.of("b c"), head("Location: /a\n x\nLocation: b\n c\n\n").headers().get("Location"));
        assertThrows(FcgiException.class, () -> head("A: 1\nStatus: 200\n 2\n\n"));
    }

    /** So many that quadratic time would take minutes. */
    @ParameterizedTest
    @ValueSource(strings = {" \n", "\tb\n", " b\r\n", "A:\n", "Location:\n \n"})
    void manyLinesAreReadInLinearTime(String line) {
        String block = "A: b\n" + line.repeat(4_000_000 / line.length()) + "\n";
        assertTimeoutPreemptively(Duration.ofSeconds(20),
                () -> CgiHead.read(in(block), Integer.MAX_VALUE, StandardCharsets.UTF_8));
    }

    @Test
    void contentLength() throws IOException {
        assertEquals(5, head("Content-Length: 5\n\n").contentLength());
        for (String none : List.of("-5", "+5", "five", "", "\u0665", "5 5", "99999999999999999999")) {
            assertEquals(-1, head("Content-Length: " + none + "\n\n").contentLength());
        }
    }

    @Test
    void valuesAreText() throws IOException {
        assertEquals("größer", head("A: größer\n\n").header("A"));
    }

    @Test
    void valuesAreBytesWhereTheCharsetIsLatin1() throws IOException {
        byte[] block = "A: gr\u00fcn \u00c3\u00bc\n\n".getBytes(StandardCharsets.ISO_8859_1);
        CgiHead head = CgiHead.read(new ByteArrayInputStream(block), 100, StandardCharsets.ISO_8859_1);
        assertEquals("gr\u00fcn \u00c3\u00bc", head.header("A"));
    }

    @Test
    void onlyBlanksAndTabsAreNoPartOfAValue() throws IOException {
        assertEquals("\u3000\f\u2003 x\u001c", head("A: \t \u3000\f\u2003 x\u001c\t \n\n").header("A"));
        assertEquals("a \u3000b", head("A: a\n  \u3000b\n\n").header("A"));
        assertEquals("\u3000", head("Status: 200 \u3000\n\n").reason());
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "", "A", "A: b", "A: b\n", "A: b\r\n\r", "no colon\n\n", ": x\n\n", "A b: c\n\n", " A: b\n\n", "A: b\0c\n\n",
        "A: b\rB: c\n\n", "A\rB: c\n\n", "Status: 20\n\n", "Status: \u0662\u0660\u0660\n\n",
        "A\u2003: b\n\n", "\u017ftatus: 200\n\n", "Status: 2000\n\n", "Status: OK\n\n", "Status:\n\n",
        "HTTP/1.1\n\n", "HTTP/1.1 abc\n\n", "A: b\nHTTP/1.1 200 OK\n\n",
        "HTTP/1.1 200 a\rB: c\n\n", "HTTP/1.1 200 a\0b\n\n", "A: b\n c\rB: d\n\n", "A: b\n\tc\0d\n\n",
        "no \u009B colon\n\n",
        "Status: \u0085\n\n"
    })
    void malformed(String text) {
        FcgiException e = assertThrows(FcgiException.class, () -> head(text));
        assertTrue(e.getMessage().chars().noneMatch(Character::isISOControl), e.getMessage());
    }

    @Test
    void theLimitIsExact() throws IOException {
        String block = "A: " + "b".repeat(93) + "\r\n\r\n";
        assertEquals(93, CgiHead.read(in(block), 100, StandardCharsets.UTF_8).header("A").length());
        assertThrows(FcgiException.class, () -> CgiHead.read(in(block), 99, StandardCharsets.UTF_8));
    }
}
