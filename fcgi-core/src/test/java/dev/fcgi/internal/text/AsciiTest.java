package dev.fcgi.internal.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HexFormat;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Checks every character: only those of ASCII have a meaning. */
final class AsciiTest {
    private static IntStream characters() {
        return IntStream.rangeClosed(0, Character.MAX_VALUE);
    }

    @Test
    void spaceAndTabAreStripped() {
        characters().forEach(c -> {
            String sent = (char) c + "a" + (char) c;
            assertEquals(c == ' ' || c == '\t' ? "a" : sent, Ascii.strip(sent), "U+" + Integer.toHexString(c));
        });
        assertEquals("a \t b", Ascii.strip(" \t a \t b\t "));
        assertEquals("", Ascii.strip("\t "));
        assertEquals("", Ascii.strip(""));
    }

    @Test
    void lettersOfAsciiHaveTwoCases() {
        characters().forEach(c -> {
            String one = "-" + (char) c;
            boolean capital = c >= 'A' && c <= 'Z';
            boolean small = c >= 'a' && c <= 'z';
            assertEquals(capital ? "-" + (char) (c + 32) : one, Ascii.lower(one));
            assertEquals(small ? "-" + (char) (c - 32) : one, Ascii.upper(one));
            for (char letter = 'A'; letter <= 'Z'; letter++) {
                assertEquals(c == letter || c == letter + 32, Ascii.equalsIgnoreCase(one, "-" + letter));
            }
        });
        assertEquals("abc-1", Ascii.lower("aBC-1"));
        assertTrue(Ascii.equalsIgnoreCase("ABC", "abc"));
        assertFalse(Ascii.equalsIgnoreCase("ABC", "ab"));
    }

    @Test
    void digitsAreThoseOfAscii() {
        characters().forEach(c -> {
            boolean digit = c >= '0' && c <= '9';
            boolean letter = c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F';
            assertEquals(digit || letter ? HexFormat.fromHexDigit(c) : -1, Ascii.hex(c));
            assertEquals(digit ? c - '0' : -1, Ascii.number("" + (char) c, -1));
        });
        assertEquals(-1, Ascii.hex(-1));
        assertEquals(-1, Ascii.hex((byte) 0xB0));
    }

    @ParameterizedTest
    @CsvSource({"'', -7", "0, 0", "007, 7", "+5, -7", "-5, -7", "1 , 1", "' 1', -7", "1e3, -7", "0x1, -7",
        "999999999999999999, 999999999999999999", "1000000000000000000, -7"})
    void aNumberIsDigitsAndNothingElse(String text, long number) {
        assertEquals(number, Ascii.number(text, -7));
        assertEquals(-7, Ascii.number(null, -7));
    }

    @Test
    void aTokenIsOfLettersDigitsAndSomeSigns() {
        for (int c = 0; c < 300; c++) {
            boolean inGrammar = c < 128 && ("!#$%&'*+-.^_`|~".indexOf(c) >= 0 || Character.isLetterOrDigit(c));
            assertEquals(inGrammar, Ascii.isToken("a" + (char) c), "character " + c);
        }
        assertFalse(Ascii.isToken(""));
    }

    @Test
    void whatIsPrintableEndsNoLineAndControlsNoTerminal() {
        assertEquals("a b?[31mc??d?e?f?ä€", Ascii.printable("a b\u001b[31mc\r\nd\u0085e\u2028f\u2029ä€"));
    }
}
