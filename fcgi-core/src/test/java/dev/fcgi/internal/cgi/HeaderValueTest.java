package dev.fcgi.internal.cgi;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.fcgi.cgi.CgiException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HeaderValueTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "f=x | x",
                "f=\"x\" | x",
                "F = \"x\" | x",
                "f=a file.txt ; g=1 | a file.txt",
                "g=1;f=x | x",
                "g=\"f=1; f=2\"; f=3 | 3",
                "g; =; ; f=x | x",
                "xf=1; f=2 | 2",
                "f=\"a;b=c\" | a;b=c",
                "f=\"a%22b.txt\" | a%22b.txt", // browsers
                "f=\"a\\\"b.txt\" | a\"b.txt", // curl before 7.81, Go
                "f=\"a\\\"; g=\"b\" | a\\", // browsers: the string may end there, so it does
                "f=\"a\\\" \t; g=\"b\" | a\\",
                "g=\"a\\\"; f=\"b\" | b",
                "f=\"a\\\\b.txt\" | a\\\\b.txt", // browsers: a backslash is literal
                "f=\"C:\\dir\\new.txt\" | C:\\dir\\new.txt", // Internet Explorer
                "f=\"\\\\server\\share\\n.txt\" | \\\\server\\share\\n.txt",
                "f=\"C:\\dir\\\" | C:\\dir\\",
                "f=\"C:\\dir\\\"; g=1 | C:\\dir\\",
                "f=\"\u65e5\u672c.txt\" | \u65e5\u672c.txt",
                "f=a\"b; g=\"c\" | a\"b", // a quotation mark within a value is nothing special
                "g=a\"b; f=x | x",
            })
    void parametersOfAFormAreWhatClientsMean(String parameters, String expected) {
        assertEquals(expected, HeaderValue.parseDisposition("form-data; " + parameters).parameter("f"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "f=\"a\\\"b\" | a\"b",
                "f=\"a\\\"; g=1\" | a\"; g=1",
                "f=\"a\\\\\"; g=1 | a\\",
                "f=\"C:\\dir\" | C:dir",
                "g=\"\\\"; f=1; \"; f=2 | 2"
            })
    void inOtherHeadersABackslashQuotes(String parameters, String expected) { // RFC 9110 5.6.4
        assertEquals(expected, HeaderValue.parse("a/b; " + parameters).parameter("f"));
    }

    @Test
    void quotationMarksAlsoProtectTheValueBeforeTheParameters() {
        for (HeaderValue header : List.of(HeaderValue.parse("\"foo; f=bar;baz\"; f=qux"),
                HeaderValue.parseDisposition("\"foo; f=bar;baz\"; f=qux"))) {
            assertEquals("\"foo; f=bar;baz\"", header.value());
            assertEquals("qux", header.parameter("f"));
        }
    }

    /** All texts of up to seven of the special characters and an ordinary one. */
    @Test
    void noTextMakesReadingFail() {
        String alphabet = "\";=\\ ,a";
        for (int length = 0; length <= 7; length++) {
            char[] text = new char[length];
            for (int n = 0, all = (int) Math.pow(alphabet.length(), length); n < all; n++) {
                for (int at = 0, rest = n; at < length; at++, rest /= alphabet.length()) {
                    text[at] = alphabet.charAt(rest % alphabet.length());
                }
                readEachWay(new String(text));
            }
        }
    }

    private static void readEachWay(String text) {
        try {
            HeaderValue.parse(text);
            HeaderValue.parseDisposition(text);
            HeaderValue.parseList(text);
        } catch (RuntimeException e) {
            throw new AssertionError("reading " + text, e);
        }
    }

    @Test
    void listsAreSplitOutsideQuotationMarks() {
        assertEquals(List.of("a{}", "b{c=d, e, g=h}", "{}", "\"g,\\\",h\"{}", "i\"j{}", "k{}"),
                HeaderValue.parseList("a, b;c=\"d, e\";f;g=h,,\"g,\\\",h\",i\"j,k").stream()
                        .map(header -> header.value() + header.parameters()).toList());
        assertEquals(List.of(), HeaderValue.parseList(""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"f=1; f=2", "f=1; F=1", "f=\"1\"; g; f=1"})
    void aParameterThatIsThereTwiceIsRefused(String parameters) {
        HeaderValue header = HeaderValue.parse("a/b; " + parameters);
        assertEquals(400, assertThrows(CgiException.class, () -> header.parameter("f")).status());
        assertDoesNotThrow(() -> header.parameter("g"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {"f=\"x\" garbage; g=1 | x", "f=\"no end | no end",
        "f | ", "f=\"a\"b.txt\" | a", "f=x; g | x"})
    void whatIsPassedOverIsKnown(String parameters, String read) {
        HeaderValue header = HeaderValue.parseDisposition("form-data; " + parameters);
        assertEquals(read, header.parameter("f"));
        assertEquals(400, assertThrows(CgiException.class, header::requireWellFormed).status());
        assertDoesNotThrow(HeaderValue.parseDisposition("form-data; f=\"x\" ; ; g=1;")::requireWellFormed);
    }

    /** A parameter has the same name for a filter elsewhere and here, whatever precedes or resembles it. */
    @Test
    void noOtherNameBecomesThatOfAParameter() {
        for (int c = 0; c <= Character.MAX_VALUE; c++) {
            for (String name : List.of((char) c + "filename", "filename" + (char) c, "f" + (char) c + "lename")) {
                boolean same = name.replaceAll("[A-Z]", "").length() == name.length()
                        && name.replaceAll("^[ \t;]|[ \t]$|=$", "").equals("filename") || name.equals("fIlename");
                HeaderValue header = HeaderValue.parseDisposition("form-data; " + name + "=evil");
                assertEquals(same, header.parameter("filename") != null, name);
            }
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "UTF-8''%e2%82%ac%20rates | \u20ac rates",
        "utf-8'en'a%27b'c | a'b'c",
        "ISO-8859-1''%A3 | \u00a3",
        "UTF-8''%A3 | ", // malformed UTF-8
        "UTF-8''%4 | ",
        "UTF-8''%zz | ",
        "UTF-7''x | ",
        "UTF-8'x | ",
        "UTF-8''\u00e9 | ",
        "UTF-8''%\uFF12\uFF12 | ",
        "\u2003UTF-8''a | "
    })
    void theExtendedNotationIsDecodedAsAWholeOrNotAtAll(String sent, String expected) { // RFC 8187 3.2
        assertEquals(expected, HeaderValue.decodeExtended(sent));
    }

    @Test
    void anythingIsTaken() {
        assertEquals("form-data", HeaderValue.parse(" form-data ; x").value());
        assertEquals("", HeaderValue.parse(null).value());
        assertEquals("", HeaderValue.parse("").value());
        assertNull(HeaderValue.parse("f=1").parameter("f"));
        for (String empty : List.of(";f=", ";f=\"\"", ";f=\"")) {
            assertEquals("", HeaderValue.parse(empty).parameter("f"));
            assertEquals("", HeaderValue.parseDisposition(empty).parameter("f"));
        }
        assertEquals("\\", HeaderValue.parse(";f=\"\\").parameter("f"));
        assertEquals("\\", HeaderValue.parseDisposition(";f=\"\\").parameter("f"));
    }
}
