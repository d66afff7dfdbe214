package dev.fcgi.internal.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Building records: the exact bytes. */
final class RecordBufferTest {
    private final RecordBuffer buffer = new RecordBuffer(1 << 20, true);

    private static void expect(RecordBuffer buffer, String hex) {
        buffer.close();
        assertEquals(hex.replaceAll("\\s", "").toLowerCase(),
                HexFormat.of().formatHex(bytes(buffer)));
    }

    private static byte[] bytes(RecordBuffer buffer) {
        byte[] bytes = new byte[buffer.length()];
        buffer.copyTo(bytes, 0);
        return bytes;
    }

    private static void append(RecordBuffer buffer, int type, int id, String text) {
        buffer.append(type, id, text.getBytes(), 0, text.length());
    }

    /** The lengths of the contents of all records. */
    private static String lengths(RecordBuffer buffer) {
        buffer.close();
        StringBuilder lengths = new StringBuilder();
        byte[] bytes = bytes(buffer);
        for (int at = 0; at < buffer.length(); ) {
            int length = (bytes[at + 4] & 0xFF) << 8 | bytes[at + 5] & 0xFF;
            lengths.append(length).append(' ');
            at += 8 + length + bytes[at + 6];
        }
        return lengths.toString().strip();
    }

    @Test
    void anAnswerIsTheExampleOfTheSpecification() { // FastCGI appendix B; 3.3-version-sent, 3.3-alignment-sent
        append(buffer, Fcgi.STDOUT, 1, "Content");
        buffer.endStream(Fcgi.STDOUT, 1);
        buffer.endRequest(1, 0x01020304, 2);
        expect(buffer, """
                01 06 0001 0007 01 00  436F6E74656E74 00
                01 06 0001 0000 00 00
                01 03 0001 0008 00 00  01020304 02 000000
                """);
    }

    /** Text that goes there straight is what it would be as bytes. */
    @Test
    void pairsOfText() {
        List<String> texts = List.of("", "A", "x".repeat(127), "x".repeat(128), "Gr\u00fc\u00dfe", "\u20ac", "\0\u007f\u0080",
                "y".repeat(70_000));
        for (Charset charset : List.of(StandardCharsets.UTF_8, StandardCharsets.ISO_8859_1, StandardCharsets.UTF_16)) {
            RecordBuffer ofBytes = new RecordBuffer(1 << 20, true);
            for (String name : texts) {
                for (String value : texts) {
                    buffer.appendPair(Fcgi.PARAMS, 1, name, value, charset);
                    ofBytes.appendPair(Fcgi.PARAMS, 1, name.getBytes(charset), value.getBytes(charset));
                }
            }
            buffer.close();
            ofBytes.close();
            assertArrayEquals(bytes(ofBytes), bytes(buffer), charset.name());
            buffer.clear();
        }
    }

    @Test
    void applicationStatusesAreUnsigned() {
        buffer.endRequest(65535, 0xFFFFFFFF, 0);
        expect(buffer, "01 03 FFFF 0008 00 00  FFFFFFFF 00 000000");
    }

    @Test
    void unknownTypeHasRequestId0() { // 4.2-type-12
        buffer.unknownType(255);
        expect(buffer, "01 0B 0000 0008 00 00  FF 00000000000000");
    }

    @Test
    void contentOfOneStreamIsOneRecord() {
        append(buffer, Fcgi.STDOUT, 1, "ab");
        append(buffer, Fcgi.STDOUT, 1, "cd");
        append(buffer, Fcgi.STDERR, 1, "e");
        append(buffer, Fcgi.STDERR, 257, "f");
        append(buffer, Fcgi.STDERR, 1, "g");
        assertEquals("4 1 1 1", lengths(buffer));
        append(buffer, Fcgi.STDERR, 1, "h"); // the record was completed
        assertEquals("4 1 1 1 1", lengths(buffer));
    }

    @Test
    void paddingIsZerosAlsoWhereTheBufferHeldOtherBytes() { // 3.3-alignment-sent, 3.3-padding-sent
        append(buffer, Fcgi.STDOUT, 1, "x".repeat(500));
        buffer.close();
        buffer.clear();
        for (int length = 1; length <= 16; length++) {
            append(buffer, Fcgi.STDOUT, 1, "y".repeat(length));
            buffer.close();
            byte[] bytes = bytes(buffer);
            assertEquals(0, bytes.length % 8);
            for (int i = 8 + length; i < bytes.length; i++) {
                assertEquals(0, bytes[i]);
            }
            assertEquals(bytes.length - 8 - length, bytes[6]);
            buffer.clear();
        }
    }

    @Test
    void withoutPaddingThereIsNone() {
        RecordBuffer plain = new RecordBuffer(1000, false);
        append(plain, Fcgi.STDOUT, 1, "abc");
        expect(plain, "01 06 0001 0003 00 00  616263");
    }

    @Test
    void longContentIsSeveralAlignedRecords() { // 3.3-content-65535
        buffer.appendAll(Fcgi.STDIN, 1, new byte[200_000], 200_000);
        assertEquals("65528 65528 65528 3416", lengths(buffer));
        buffer.clear();
        buffer.appendAll(Fcgi.STDIN, 1, new byte[65528], 65528);
        assertEquals("65528", lengths(buffer));
        buffer.clear();
        buffer.appendAll(Fcgi.STDIN, 1, new byte[0], 0);
        assertEquals(0, buffer.length());
        RecordBuffer small = new RecordBuffer(64, true);
        small.appendAll(Fcgi.STDIN, 1, new byte[1000], 1000);
        assertEquals("1000", lengths(small));
    }

    @Test
    void stderrIsManySmallRecords() { // which fit into the buffers of web servers
        buffer.appendAll(Fcgi.STDERR, 1, new byte[20_000], 20_000);
        assertEquals("8192 8192 3616", lengths(buffer));
    }

    @Test
    void fillingTheRoomOfALargeBufferMakesValidRecords() {
        byte[] source = new byte[1 << 20];
        Arrays.fill(source, (byte) 'x');
        int total = 0;
        for (int room; (room = buffer.room(Fcgi.STDOUT, 1)) > 0; total += room) {
            assertTrue(room <= 65535);
            buffer.append(Fcgi.STDOUT, 1, source, 0, room);
        }
        assertTrue(buffer.length() <= 1 << 20);
        assertTrue(total > (1 << 20) - 200, "only " + total);
        for (String length : lengths(buffer).split(" ")) {
            assertTrue(Integer.parseInt(length) <= 65528);
        }
    }

    @Test
    void thereIsNoRoomBeyondTheCapacity() {
        for (int capacity : new int[] {0, 32, 64, 100, 1000}) {
            RecordBuffer small = new RecordBuffer(capacity, true);
            int room = small.room(Fcgi.STDOUT, 1);
            assertTrue(room > 0, "some room at first");
            append(small, Fcgi.STDOUT, 1, "x".repeat(room));
            int more = small.room(Fcgi.STDOUT, 1);
            append(small, Fcgi.STDOUT, 1, "x".repeat(more));
            assertEquals(0, small.room(Fcgi.STDOUT, 1));
            assertEquals(0, small.room(Fcgi.STDERR, 1));
            small.clear();
            assertEquals(room, small.room(Fcgi.STDOUT, 1));
        }
    }

    @Test
    void whatWasFullGoesOnInALargeBuffer() {
        RecordBuffer ordinary = new RecordBuffer(32 * 1024, true);
        int room = fill(ordinary);
        assertTrue(room <= 32 * 1024, room + " bytes");
        ordinary.clearForMore();
        assertEquals(1, LargeBuffers.lent());
        assertTrue(fill(ordinary) > 120 * 1024);
        ordinary.clearForMore();
        fill(ordinary);
        ordinary.endStream(Fcgi.STDOUT, 1);
        ordinary.endRequest(1, 0, 0);
        assertEquals("65528 65464 0 8", lengths(ordinary));
        assertEquals(0, ordinary.memory());
        ordinary.release();
        assertEquals(0, LargeBuffers.lent());
        assertEquals(room, fill(ordinary), "and is as before");
    }

    @Test
    void whatWasNotFullGoesOnAsItIs() {
        RecordBuffer ordinary = new RecordBuffer(32 * 1024, true);
        append(ordinary, Fcgi.STDOUT, 1, "x".repeat(30_000));
        ordinary.clearForMore();
        assertEquals(0, LargeBuffers.lent());
        fill(ordinary);
        ordinary.clearForMore();
        append(ordinary, Fcgi.STDOUT, 1, "x".repeat(40_000));
        ordinary.clearForMore();
        assertEquals(1, LargeBuffers.lent());
        append(ordinary, Fcgi.STDOUT, 1, "x".repeat(30_000));
        ordinary.clearForMore();
        assertEquals(0, LargeBuffers.lent(), "little is sent at a time");
    }

    @Test
    void aBufferThatWasAskedForLessGetsLess() {
        for (int capacity : new int[] {0, 16 * 1024, 32 * 1024 - 1, 128 * 1024}) {
            RecordBuffer other = new RecordBuffer(capacity, true);
            fill(other);
            other.clearForMore();
            assertEquals(0, LargeBuffers.lent(), "capacity " + capacity);
        }
    }

    @Test
    void aLargeBufferThatDoesNotSufficeIsGivenBack() {
        RecordBuffer ordinary = new RecordBuffer(32 * 1024, true);
        fill(ordinary);
        ordinary.clearForMore();
        fill(ordinary);
        assertEquals(1, LargeBuffers.lent());
        ordinary.appendAll(Fcgi.STDERR, 1, new byte[20_000], 20_000);
        assertEquals("65528 65464 8192 8192 3616", lengths(ordinary));
        assertEquals(0, LargeBuffers.lent());
    }

    @Test
    void withoutALargeBufferNothingChanges() {
        var lent = RecordReaderTest.allLargeBuffers();
        try {
            RecordBuffer ordinary = new RecordBuffer(32 * 1024, true);
            int room = fill(ordinary);
            ordinary.clearForMore();
            assertEquals(room, fill(ordinary));
            ordinary.release();
        } finally {
            lent.forEach(LargeBuffers::giveBack);
        }
    }

    /** Appends content until there is no room. Returns how many bytes that were. */
    private static int fill(RecordBuffer buffer) {
        int total = 0;
        for (int room; (room = buffer.room(Fcgi.STDOUT, 1)) > 0; total += room) {
            buffer.append(Fcgi.STDOUT, 1, new byte[room], 0, room);
        }
        return total;
    }
}
