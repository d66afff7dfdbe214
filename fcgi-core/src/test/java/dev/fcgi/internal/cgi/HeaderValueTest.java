package dev.fcgi.internal.cgi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
                "f=1; f=2 | 1",
                "f=\"a;b=c\" | a;b=c",
                "f=\"a%22b.txt\" | a%22b.txt", // browsers of today
                "f=\"a\\\"b.txt\" | a\"b.txt", // older Firefox, curl
                "f=\"a\\\\b.txt\" | a\\b.txt", // older curl
                "f=\"C:\\dir\\new.txt\" | C:\\dir\\new.txt", // Internet Explorer
                "f=\"\\\\server\\share\\n.txt\" | \\\\server\\share\\n.txt",
                "f=\"C:\\dir\\\" | C:\\dir\\",
                "f=\"C:\\dir\\\"; g=1 | C:\\dir\\",
                "f=\"no end | no end",
                "f=\"x\" garbage; g=1 | x",
                "f=\"\u65e5\u672c.txt\" | \u65e5\u672c.txt",
                "f=plain; f*=UTF-8''%e2%82%ac%20rates | \u20ac rates",
                "f*=utf-8'en'a%27b'c; f=plain | a'b'c",
                "f*=ISO-8859-1''%A3 | \u00a3",
                "f=plain; f*=UTF-8''%A3 | plain", // malformed UTF-8
                "f=plain; f*=UTF-8''%4 | plain",
                "f=plain; f*=UTF-8''%zz | plain",
                "f=plain; f*=UTF-7''x | plain",
                "f=plain; f*=UTF-8'x | plain",
                "f=plain; f*=UTF-8''\u00e9 | plain"
            })
    void parametersAreWhatClientsMean(String parameters, String expected) {
        assertEquals(expected, HeaderValue.parse("form-data; " + parameters).extendedParameter("f"));
    }

    @Test
    void anythingIsTaken() {
        assertEquals("form-data", HeaderValue.parse(" form-data ; x").value());
        assertEquals("", HeaderValue.parse(null).value());
        assertEquals("", HeaderValue.parse("").value());
        assertNull(HeaderValue.parse("f=1").parameter("f"));
        assertEquals("", HeaderValue.parse(";f=").parameter("f"));
        assertEquals("", HeaderValue.parse(";f=\"\"").parameter("f"));
        assertEquals("", HeaderValue.parse(";f=\"").parameter("f"));
        assertEquals("\\", HeaderValue.parse(";f=\"\\").parameter("f"));
    }
}
