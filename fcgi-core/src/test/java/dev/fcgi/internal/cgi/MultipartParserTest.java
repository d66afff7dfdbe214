package dev.fcgi.internal.cgi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fcgi.cgi.CgiException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MultipartParserTest {
    private static final String A = "Content-Disposition: form-data; name=\"a\"\r\n";

    private static List<String> parse(String body) {
        byte[] bytes = Transcript.latin1(body);
        List<String> whole = Transcript.parse(Cuts.whole(bytes), "B", new Random(1));
        assertEquals(Transcript.parseNaively(bytes, "B"), whole, body);
        assertEquals(whole, Transcript.parse(Cuts.truncated(bytes, bytes.length, 1), "B", new Random(1)));
        for (int cut = 1; cut < bytes.length; cut++) {
            assertEquals(whole, Transcript.parse(Cuts.at(bytes, cut), "B", new Random(cut)), "cut at " + cut);
        }
        return whole;
    }

    /** The content of a single field, which the body must have. */
    private static void assertContent(String expected, String body) {
        String content = expected.replace("\r", "\\r").replace("\n", "\\n");
        assertEquals(List.of("{Content-Disposition=form-data; name=\"a\"} <" + content + ">", "end"), parse(body));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "x",
                "\r",
                "\n",
                "\r\n",
                "\r\n\r\n",
                "\r\n-",
                "\r\n--",
                "ends with CR\r",
                "ends with LF\n",
                "ends with CRLF\r\n",
                "--B in the middle --B-- of a line",
                "\r\n--BC\r\n",
                "\r\n--B-\r\n",
                "\r\n--B -- \r\n",
                "\r\n--B\n",
                "\r\n--B\rx",
                "\n--B\n",
                "\n--B\r\n",
                "\r--B--\r",
                "\r\n --B\r\n",
                "\r\n-B\r\n---B\r\n",
                "\r\r\n\r\n--\r\n--b--\r\n",
                "\r\n--nested\r\n\r\ninner\r\n--nested--\r\n",
                "\r\n--B\t \tx\r\n"
            })
    void contentIsWhatStandsBetweenTheDelimiters(String content) {
        assertContent(content, "--B\r\n" + A + "\r\n" + content + "\r\n--B--\r\n");
        assertContent(content, "--B\r\n" + A + "\r\n" + content + "\r\n--B--");
    }

    @Test
    void aPartMayEndAtItsEmptyLine() {
        assertContent("", "--B\r\n" + A + "\r\n--B--\r\n");
        assertEquals(List.of("{} <>", "{} <x>", "end"), parse("--B\r\n\r\n--B\r\n\r\nx\r\n--B--"));
    }

    @Test
    void preambleAndEpilogueAreNoContent() {
        String preamble = "preamble --b\r\n\r\n-B\r\n--\r\n";
        assertContent("v", preamble + "--B\r\n" + A + "\r\nv\r\n--B--\r\n--B\r\nepilogue\r\n--B--\r\n");
        assertContent("v", "\r\n--B\r\n" + A + "\r\nv\r\n--B--");
        assertContent("v", "--B\r\n" + A + "\r\nv\r\n--B--epilogue");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--B\n" + A + "\n1\n", // line ends of Unix
                "--B\r" + A + "\r1\r",
                "--B\rpart\r\n",
                "\n--B\r\n" + A + "\r\n1\r\n",
                " --B\r\n" + A + "\r\n1\r\n",
                "--B x\r\n" + A + "\r\n1\r\n",
                "--B\0\r\n" + A + "\r\n1\r\n",
                "preamble --B\r\n",
                "--BB\r\n",
                "--B-\r\n"
            })
    void aBrokenFirstDelimiterDoesNotTakeItsPartAlongUnnoticed(String broken) {
        assertEquals(List.of("400"), parse(broken + "\r\n--B\r\n" + A + "\r\nv\r\n--B--\r\n"));
        assertEquals(List.of("400"), parse(broken + "\r\n--B--\r\n")); // an empty form, else
    }

    @Test
    void aPreambleIsShort() throws IOException {
        String form = "\r\n--B\r\n" + A + "\r\nv\r\n--B--";
        assertNotNull(parser("x".repeat(8190) + form).next()); // and CRLF
        assertEquals(413, assertThrows(CgiException.class, () -> parser("x".repeat(8191) + form).next()).status());
        assertEquals(413, assertThrows(CgiException.class, () -> parser("x".repeat(100_000)).next()).status());
    }

    @Test
    void whiteSpaceMayFollowADelimiter() {
        assertContent("v", "--B \t\r\n" + A + "\r\nv\r\n--B-- \t\r\n");
        String most = " ".repeat(256);
        assertEquals(List.of("{} <v>", "end"), parse("--B" + most + "\r\n\r\nv\r\n--B--"));
        assertEquals(List.of("{} <\\r\\n--B" + most + " \\r\\n>", "end"),
                parse("--B\r\n\r\n\r\n--B" + most + " \r\n\r\n--B--"));
    }

    @Test
    void aFormMayBeEmpty() {
        assertEquals(List.of("end"), parse("--B--\r\n"));
        assertEquals(List.of("end"), parse("--B--"));
    }

    @Test
    void linesThatEndWithLfAloneAreNoDelimiters() {
        assertEquals(List.of("truncated"), parse("--B\n" + A.replace("\r", "") + "\nv\n--B--\n"));
    }

    @Test
    void headersAreUnfoldedAndTheFirstCounts() throws IOException {
        String body = "--B\r\nX-Long: one\r\n two\r\n\tthree\r\nx-long: four\r\nEmpty:\r\n\r\nv\r\n--B--";
        parse(body);
        Part part = parser(body).next();
        assertEquals("one two\tthree", part.header("X-LONG")); // the ends of lines go, and nothing else
        assertEquals("", part.header("empty"));
        assertNull(part.header("other"));
        assertEquals("\u000Bv\u001F", parser("--B\r\na: \t\u000Bv\u001F \r\n\r\n--B--").next().header("a"));
        assertNull(part.name());
        assertNull(part.filename());
        assertNull(part.contentType());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "no colon\r\n\r\n",
                ": no name\r\n\r\n",
                " folded: first\r\n\r\n",
                "space : before colon\r\n\r\n",
                "line: \n feed\r\n\r\n",
                "carriage: \r return\r\n\r\n",
                "nul: \0\r\n\r\n",
                "--B--\r\n\r\n",
                "\n\r\n\r\n"
            })
    void malformedHeadersAreRefused(String headers) {
        assertEquals(List.of("400"), parse("--B\r\n" + headers + "v\r\n--B--"));
    }

    @Test
    void longHeadersAreRefused() throws IOException {
        String body = "--B\r\nX: " + "x".repeat(6) + "\r\n\r\nv\r\n--B--"; // 10 bytes with one for the line end
        new MultipartParser(input(body), "B", 10).next();
        CgiException e = assertThrows(CgiException.class, () -> new MultipartParser(input(body), "B", 9).next());
        assertEquals(413, e.status());
        InputStream endless = new InputStream() {
            private int at;

            @Override
            public int read() {
                return at < 5 ? "--B\r\n".charAt(at++) : 'x';
            }
        };
        assertEquals(413, assertThrows(CgiException.class, () -> new MultipartParser(endless, "B", 8192).next())
                .status());
    }

    @Test
    void truncationAnywhereIsReported() {
        String body = "preamble\r\n--B \r\n" + A + "X: y\r\n z\r\n\r\n\r\n--BB\r\nv\r\n\r\n--B\r\n\r\n"
                + "--B\r\n\r\nw\r\n--B--";
        byte[] bytes = Transcript.latin1(body);
        for (int end = 0; end < bytes.length; end++) {
            for (int piece : new int[] {1, 7, 1000}) {
                List<String> lines = Transcript.parse(Cuts.truncated(bytes, end, piece), "B", new Random(end));
                assertEquals("truncated", lines.getLast(), "after " + end);
                assertEquals(Transcript.parseNaively(Arrays.copyOf(bytes, end), "B"), lines);
            }
        }
    }

    @Test
    void unreadContentIsSkipped() throws IOException {
        String large = "0123456789".repeat(10_000);
        MultipartParser parser = parser(
                "--B\r\n\r\n" + large + "\r\n--B\r\n\r\n" + large + "\r\n--B\r\n\r\nabc\r\n--B--\r\nepilogue");
        InputStream first = parser.next().content();
        Part second = parser.next();
        assertThrows(IOException.class, first::read);
        assertEquals(0, first.available());
        assertEquals(50_000, second.content().skip(50_000));
        assertEquals('0', second.content().read());
        assertEquals(49_999, second.content().skip(Long.MAX_VALUE));
        assertEquals(-1, second.content().read());
        assertEquals(-1, second.content().read(new byte[9], 0, 9));
        assertEquals(0, second.content().read(new byte[9], 9, 0));
        InputStream third = parser.next().content();
        assertEquals(3, third.available());
        assertEquals("abc", new String(third.readAllBytes(), StandardCharsets.US_ASCII));
        assertNull(parser.next());
        assertNull(parser.next());
    }

    @Test
    void delimitersCrossTheEdgeOfTheBuffer() throws IOException {
        for (int length = 16_200; length < 16_500; length++) {
            String content = "\r".repeat(length % 3) + "x".repeat(length);
            MultipartParser parser = parser("--B\r\n" + A + "\r\n" + content + "\r\n--B \r\n\r\ny\r\n--B--");
            assertEquals(content, new String(parser.next().content().readAllBytes(), StandardCharsets.US_ASCII));
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            assertEquals(1, parser.next().content().transferTo(out));
            assertEquals("y", out.toString(StandardCharsets.US_ASCII));
            assertNull(parser.next());
        }
    }

    @Test
    void randomBodiesAreParsedLikeByTheNaiveParser() {
        long seed = Long.getLong("seed", 20250101);
        Random random = new Random(seed);
        String[] boundaries = {"B", "-", "--", "aa", "a-a", "abab", "B B", ":", "x".repeat(200)};
        int parts = 0;
        for (int round = 0; round < 60_000; round++) {
            String b = boundaries[random.nextInt(boundaries.length)];
            String[] words = {
                "\r", "\n", "-", "--", "\r\n", "\r\n--", "\r\n--" + b, "\r\n--" + b, "--" + b, "\r\n--" + b + "\r\n",
                "\r\n--" + b + "\r\n\r\n", "\r\n--" + b + " \r\n\r\n", "\r\n--" + b + "--", b, "a", " ", "\t", ":",
                "a:b\r\n", "A: c\r\n\r\n", "\r\n\r\n", "\0", "\u00e9", "\r\n--" + b + "\r\n" + A + "\r\n",
                "x".repeat(99)
            };
            StringBuilder text = new StringBuilder(random.nextInt(3) == 0 ? "" : "--" + b + "\r\n\r\n");
            for (int i = random.nextInt(12); i > 0; i--) {
                text.append(words[random.nextInt(words.length)]);
            }
            byte[] body = Transcript.latin1(text.toString());
            List<String> expected = Transcript.parseNaively(body, b);
            int longest = 1 + random.nextInt(40);
            InputStream pieces = Cuts.pieces(body, () -> 1 + random.nextInt(longest));
            assertEquals(
                    expected,
                    Transcript.parse(pieces, b, random),
                    () -> "seed " + seed + ": " + text.toString().replace("\r", "\\r").replace("\n", "\\n"));
            parts += expected.size() - 1;
        }
        assertTrue(parts > 10_000, "parts " + parts);
    }

    @Test
    void twoGibibytesPassInConstantMemory() throws IOException {
        long length = (2L << 30) + 12_345;
        Generated body = new Generated("--" + FIREFOX + "\r\n" + A + "\r\n", length, "\r\n--" + FIREFOX + "--\r\n");
        long start = System.nanoTime();
        MultipartParser parser = new MultipartParser(body, FIREFOX, 8192);
        InputStream content = parser.next().content();
        CRC32C sum = new CRC32C();
        byte[] piece = new byte[16 * 1024];
        long total = 0;
        for (int count = content.read(piece); count >= 0; count = content.read(piece)) {
            sum.update(piece, 0, count);
            total += count;
        }
        assertNull(parser.next());
        assertEquals(length, total);
        assertEquals(body.sum.getValue(), sum.getValue());
        System.out.println("2 GiB parsed in " + (System.nanoTime() - start) / 1_000_000 + " ms");
    }

    private static final String FIREFOX = "----geckoformboundary7d9f0f6a6ec26cb0da0dd1d3b7b6be8b";

    /** Random bytes, look-alikes of the delimiter among them, between two pieces of text. */
    private static final class Generated extends InputStream {
        private final CRC32C sum = new CRC32C();
        private final byte[] block = new byte[1 << 20];
        private final InputStream head;
        private final InputStream tail;
        private final long length;
        private long at;

        Generated(String head, long length, String tail) {
            this.head = input(head);
            this.tail = input(tail);
            this.length = length;
            Random random = new Random(7);
            random.nextBytes(block);
            byte[] lookAlike = Transcript.latin1("\r\n--" + FIREFOX + "-\r\n");
            for (int i = 0; i < 1000; i++) {
                int from = random.nextInt(block.length - lookAlike.length);
                System.arraycopy(lookAlike, 0, block, from, 4 + random.nextInt(lookAlike.length - 4));
            }
        }

        @Override
        public int read() {
            throw new AssertionError("byte by byte");
        }

        @Override
        public int read(byte[] target, int offset, int wanted) throws IOException {
            int count = head.read(target, offset, wanted);
            if (count >= 0) {
                return count;
            }
            if (at == length) {
                return tail.read(target, offset, wanted);
            }
            int from = (int) (at % block.length);
            count = (int) Math.min(Math.min(wanted, block.length - from), length - at);
            System.arraycopy(block, from, target, offset, count);
            sum.update(target, offset, count);
            at += count;
            return count;
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "multipart/form-data; boundary=B | B",
                "multipart/form-data; boundary=\"a b:c\" | a b:c",
                "Multipart/Form-Data;charset=utf-8;BOUNDARY=----WebKitFormBoundaryAbC | ----WebKitFormBoundaryAbC",
                "multipart/form-data; boundary=a; charset=x; charset=y | a",
                "multipart/form-data; x=\"; boundary=a\"; boundary=b | b"
            })
    void boundaryIsTakenFromTheContentType(String type, String boundary) throws IOException {
        assertEquals(boundary, Boundary.of(type));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "text/plain; boundary=B",
                "multipart/form-data",
                "multipart/form-data; boundary=",
                "multipart/form-data; boundary=\"\"",
                "multipart/form-data; boundary=a; boundary=b",
                "multipart/form-data; boundary=a; Boundary=\"a\"",
                "mult\u0131part/form-data; boundary=B",
                "\u2003multipart/form-data; boundary=B",
                "multipart/form-data; \u2003boundary=B",
                "multipart/form-data; boundary=\u00e9",
                "multipart/form-data; boundary=\"a\rb\""
            })
    void unusableBoundariesAreRefused(String type) {
        assertEquals(400, assertThrows(CgiException.class, () -> Boundary.of(type)).status());
    }

    @Test
    void longBoundariesAreRefused() throws IOException {
        String longest = "b".repeat(200);
        assertEquals(longest, Boundary.of("multipart/form-data; boundary=" + longest));
        assertThrows(CgiException.class, () -> Boundary.of("multipart/x; boundary=b" + longest));
        assertThrows(IllegalArgumentException.class, () -> new MultipartParser(input(""), "b" + longest, 1));
        assertThrows(EOFException.class, () -> new MultipartParser(input(""), longest, 1).next());
        assertEquals(400, assertThrows(CgiException.class, () -> Boundary.of(null)).status());
    }

    private static ByteArrayInputStream input(String text) {
        return new ByteArrayInputStream(Transcript.latin1(text));
    }

    private static MultipartParser parser(String text) {
        return new MultipartParser(input(text), "B", 8192);
    }
}
