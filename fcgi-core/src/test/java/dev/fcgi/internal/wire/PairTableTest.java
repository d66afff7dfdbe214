package dev.fcgi.internal.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.fcgi.FcgiProtocolException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Lookups in encoded name-value pairs (FastCGI 3.4). */
final class PairTableTest {
    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** A table of pairs whose values tell name and place, such as {@code A0}. */
    private static PairTable table(String... names) throws FcgiProtocolException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = 0; i < names.length; i++) {
            NameValuePairs.append(out, names[i], names[i] + i);
        }
        return PairTable.of(out.toByteArray(), out.size());
    }

    @Test
    void namesAreFoundOneAfterTheOther() throws FcgiProtocolException {
        PairTable table = table("A", "AB", "", "A", "BB", "AB");
        assertEquals(6, table.size());
        assertEquals(0, table.find("A", 0));
        assertEquals(3, table.find("A", 1));
        assertEquals(-1, table.find("A", 4));
        assertEquals(1, table.find("AB", 0));
        assertEquals(4, table.find("BB", 0));
        assertEquals(2, table.find("", 0));
        assertEquals(-1, table.find("b", 0));
        assertArrayEquals(ascii("BB"), table.name(4));
        assertArrayEquals(ascii("BB4"), table.value(4));
        assertEquals("AB5", table.text(5));
    }

    /** Any number of pairs, from any place on; names with the same tag, or one next to it, among them. */
    @Test
    void findsWhatALinearSearchFinds() throws FcgiProtocolException {
        Random random = new Random(5);
        String[] known = {"", "A", "B", "C", "AA", "AB", "BA", "LONGER_NAME", "N".repeat(130), "\u0080", "\u00FF"};
        for (int size = 0; size < 200; size++) {
            String[] names = new String[size];
            Arrays.setAll(names, i -> known[random.nextInt(known.length)]);
            PairTable table = latin1Table(names);
            for (String name : known) {
                PairTable without = table.without(name);
                String[] rest = Arrays.stream(names).filter(one -> !one.equals(name)).toArray(String[]::new);
                assertEquals(rest.length, without.size());
                for (int from = 0; from <= size; from++) {
                    assertEquals(linearFind(names, name, from), table.find(name, from));
                    String other = known[from % known.length];
                    assertEquals(linearFind(rest, other, 0), without.find(other, 0));
                }
            }
        }
    }

    private static PairTable latin1Table(String... names) throws FcgiProtocolException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (String name : names) {
            NameValuePairs.append(out, name.getBytes(StandardCharsets.ISO_8859_1), new byte[3]);
        }
        return PairTable.of(out.toByteArray(), out.size());
    }

    private static int linearFind(String[] names, String name, int from) {
        return IntStream.range(from, names.length).filter(i -> names[i].equals(name)).findFirst().orElse(-1);
    }

    @Test
    void longNamesAndValuesAreFound() throws FcgiProtocolException {
        String longName = "N".repeat(200);
        String longValue = "V".repeat(100);
        PairTable table = table("X", longName, longValue, "N".repeat(199) + "M", "N".repeat(127), "N".repeat(128));
        assertEquals(1, table.find(longName, 0));
        assertEquals(3, table.find("N".repeat(199) + "M", 0));
        assertEquals(4, table.find("N".repeat(127), 0));
        assertEquals(5, table.find("N".repeat(128), 0));
        assertEquals(longValue + "2", table.text(2));
    }

    @Test
    void theUsualMethodAndNothingNeedNoNewString() throws FcgiProtocolException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        NameValuePairs.append(out, "REQUEST_METHOD", "GET");
        NameValuePairs.append(out, "CONTENT_TYPE", "");
        NameValuePairs.append(out, "REMOTE_USER", "GEt");
        PairTable table = PairTable.of(out.toByteArray(), out.size());
        assertSame("GET", table.text(0));
        assertSame("", table.text(1));
        assertEquals("GEt", table.text(2));
    }

    /** Tables that take memory for each byte of a value would fill any heap here. */
    @Test
    void aLongValueTakesNoMemoryBeyondItsOwn() throws FcgiProtocolException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        NameValuePairs.append(out, ascii("A"), new byte[16_000_000]);
        byte[] block = out.toByteArray();
        List<PairTable> tables = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            tables.add(PairTable.of(block, block.length));
        }
        assertEquals(1, tables.get(9_999).size());
    }

    @Test
    void namesInTheLongFormAreFoundWhateverTheirLength() throws FcgiProtocolException {
        byte[] block = HexFormat.of().parseHex("01014142" + "80000001014344" + "01800000014546");
        PairTable table = PairTable.of(block, block.length);
        assertEquals("D", table.text(table.find("C", 0)));
        assertEquals("F", table.text(table.find("E", 0)));
    }

    @Test
    void aCharacterStandsForAByte() throws FcgiProtocolException {
        PairTable table = table("n\u00e4", "n"); // UTF-8: 6E C3 A4
        assertEquals(0, table.find("n\u00c3\u00a4", 0));
        assertEquals(-1, table.find("n\u00e4", 0));
    }

    @Test
    void aNameIsLeftOut() throws FcgiProtocolException {
        PairTable table = table("X", "A", "X", "X", "XX", "B", "X");
        PairTable rest = table.without("X");
        assertEquals(3, rest.size());
        assertEquals("A1", rest.text(0));
        assertEquals("XX4", rest.text(1));
        assertEquals("B5", rest.text(2));
        assertEquals(-1, rest.find("X", 0));
        assertSame(rest, rest.without("X"));
        assertEquals(0, table("X").without("X").size());
    }
}
