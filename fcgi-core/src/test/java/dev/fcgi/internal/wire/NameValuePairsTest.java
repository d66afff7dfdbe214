package dev.fcgi.internal.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fcgi.FcgiProtocolException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** Encoded name-value pairs (FastCGI 3.4). */
final class NameValuePairsTest {
    private static byte[] hex(String text) {
        return HexFormat.of().parseHex(text.replaceAll("\\s", ""));
    }

    private static String decode(byte[] block) throws FcgiProtocolException {
        StringBuilder all = new StringBuilder();
        for (NameValuePairs pairs = new NameValuePairs(block, block.length); pairs.next(); ) {
            String name = new String(pairs.name(), StandardCharsets.ISO_8859_1);
            String value = new String(block, pairs.valueStart(), pairs.valueLength(), StandardCharsets.ISO_8859_1);
            all.append(name).append('=').append(value).append(';');
        }
        return all.toString();
    }

    private static byte[] encode(int nameLength, int valueLength) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        NameValuePairs.append(out, new byte[nameLength], new byte[valueLength]);
        return out.toByteArray();
    }

    @Test
    void theExampleOfTheSpecificationIsRead() throws FcgiProtocolException { // FastCGI appendix B
        assertEquals("SERVER_PORT=80;SERVER_ADDR=199.170.183.42;", decode(hex("""
                0B 02 5345525645525F504F5254 3830
                0B 0E 5345525645525F41444452 3139392E3137302E3138332E3432
                """)));
    }

    @Test
    void allFourFormsOfLengthsAreRead() throws FcgiProtocolException { // 3.4-length-127, 3.4-length-128, 3.4-long-both
        assertEquals("A=B;A=B;A=B;A=B;", decode(hex("""
                01 01 4142
                01 80000001 4142
                80000001 01 4142
                80000001 80000001 4142
                """)));
    }

    @Test
    void theLongFormIsTakenForShortLengthsToo() throws FcgiProtocolException { // 3.4-four-bytes-for-little
        for (int length : new int[] {0, 1, 126, 127}) {
            byte[] block = new byte[8 + length];
            block[0] = block[4] = (byte) 0x80;
            block[7] = (byte) length;
            NameValuePairs pairs = new NameValuePairs(block, block.length);
            assertTrue(pairs.next());
            assertEquals(0, pairs.name().length);
            assertEquals(length, pairs.valueLength());
            assertFalse(pairs.next());
        }
    }

    @Test
    void theShortestFormIsWritten() throws FcgiProtocolException { // 3.4-length-127, 3.4-length-128
        int[][] lengths = {{0, 0, 2}, {127, 127, 256}, {128, 127, 260}, {127, 128, 260}, {128, 128, 264},
            {1, 70_000, 70_006}, {256, 65_536, 65_800}};
        for (int[] l : lengths) {
            byte[] block = encode(l[0], l[1]);
            assertEquals(l[2], block.length, Arrays.toString(l));
            NameValuePairs pairs = new NameValuePairs(block, block.length);
            assertTrue(pairs.next());
            assertEquals(l[0], pairs.name().length);
            assertEquals(l[1], pairs.valueLength());
            assertEquals(block.length - l[1], pairs.valueStart());
            assertFalse(pairs.next());
        }
    }

    @Test
    void emptyNamesAndValuesAreRead() throws FcgiProtocolException { // 3.4-empty-value
        assertEquals("=;A=;=B;=;", decode(hex("0000 0100 41 0001 42 0000")));
    }

    @Test
    void everyTruncationIsMalformed() throws FcgiProtocolException { // 3.4-pair-cut-off
        for (byte[] whole : new byte[][] {encode(3, 4), encode(200, 1), encode(1, 200), encode(200, 200)}) {
            assertEquals(1, PairTable.of(whole, whole.length).size());
            for (int length = 1; length < whole.length; length++) {
                int cut = length;
                assertThrows(FcgiProtocolException.class, () -> PairTable.of(whole, cut));
            }
        }
    }

    @Test
    void hugeLengthsNeitherOverflowNorAllocate() { // 3.4-length-huge
        for (String block : new String[] {"FFFFFFFF FFFFFFFF 41", "FFFFFFFF 01 41", "01 FFFFFFFF 41",
            "FFFFFFFF 80000001 41", "80000000 FFFFFFFF", "FFFFFFFF FFFFFFFF"}) {
            byte[] bytes = hex(block);
            assertThrows(FcgiProtocolException.class, () -> decode(bytes), block);
        }
    }

    @Test
    void theMessageNamesTheByte() {
        byte[] block = hex("0101 4142 0505 41");
        FcgiProtocolException e = assertThrows(FcgiProtocolException.class, () -> decode(block));
        assertTrue(e.getMessage().contains("byte 4"), e.getMessage());
    }
}
