package dev.fcgi.internal.wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fcgi.FcgiProtocolException;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Splitting a byte stream into records, however the stream itself is split. */
final class RecordReaderTest {
    /** A peer whose bytes arrive in pieces of a limited length. */
    private static final class Pieces implements ReadableByteChannel {
        private final ByteBuffer bytes;
        private final Random random;
        private final int most;

        Pieces(byte[] bytes, int most, long seed) {
            this.bytes = ByteBuffer.wrap(bytes);
            this.most = most;
            this.random = seed == 0 ? null : new Random(seed);
        }

        @Override
        public int read(ByteBuffer target) {
            assertTrue(target.hasRemaining(), "a read of nothing never ends");
            if (!bytes.hasRemaining()) {
                return -1;
            }
            int piece = random == null ? most : 1 + random.nextInt(most);
            int count = Math.min(Math.min(piece, target.remaining()), bytes.remaining());
            target.put(bytes.slice(bytes.position(), count));
            bytes.position(bytes.position() + count);
            return count;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }

    private static byte[] record(int type, int id, byte[] content, int padding) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(new byte[] {1, (byte) type, (byte) (id >> 8), (byte) id, (byte) (content.length >> 8),
            (byte) content.length, (byte) padding, (byte) 0x5A}); // reserved: ignored (3.3-reserved-ignored)
        bytes.writeBytes(content);
        for (int i = 0; i < padding; i++) {
            bytes.write(0xAA);
        }
        return bytes.toByteArray();
    }

    private static byte[] content(int length) {
        byte[] content = new byte[length];
        for (int i = 0; i < length; i++) {
            content[i] = (byte) (i * 31 + length);
        }
        return content;
    }

    private static byte[] hex(String text) {
        return HexFormat.of().parseHex(text.replaceAll("\\s", ""));
    }

    /** Gives the bytes of one array only with each read. */
    private record OneByOne(Queue<ByteBuffer> all) implements ReadableByteChannel {
        OneByOne(byte[]... all) {
            this(new ArrayDeque<>(Stream.of(all).map(ByteBuffer::wrap).toList()));
        }

        @Override
        public int read(ByteBuffer target) {
            ByteBuffer current = all.peek();
            if (current == null) {
                return -1;
            }
            int count = Math.min(target.remaining(), current.remaining());
            target.put(current.slice(current.position(), count));
            current.position(current.position() + count);
            if (!current.hasRemaining()) {
                all.remove();
            }
            return count;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }

    private final List<RecordReader> readers = new ArrayList<>();

    private RecordReader reader(byte[] bytes) {
        return reader(new Pieces(bytes, Integer.MAX_VALUE, 0));
    }

    private RecordReader reader(ReadableByteChannel channel) {
        RecordReader reader = new RecordReader(channel);
        readers.add(reader);
        return reader;
    }

    @AfterEach
    void nothingIsLentBehindTheEnd() {
        readers.forEach(RecordReader::end);
        assertEquals(0, LargeBuffers.lent());
    }

    private static void expect(RecordReader reader, int type, int id, String text) throws IOException {
        assertTrue(reader.next());
        assertEquals(Fcgi.typeName(type), Fcgi.typeName(reader.type()));
        assertEquals(id, reader.requestId());
        assertEquals(text, new String(reader.readContent(0xFFFF), ISO_8859_1));
    }

    @Test
    void theExampleOfTheSpecificationIsRead() throws IOException { // FastCGI appendix B, example 1; 3.3-pieces-of-9
        byte[] bytes = hex("""
                01 01 0001 0008 00 00  0001 00 0000000000
                01 04 0001 001E 00 00  0B 02 5345525645525F504F5254 3830  0B 00 5345525645525F41444452
                01 04 0001 0000 00 00
                01 05 0001 0000 00 00
                """.replace("001E", "001C"));
        RecordReader reader = reader(bytes);
        expect(reader, Fcgi.BEGIN_REQUEST, 1, "\0\1\0\0\0\0\0\0");
        expect(reader, Fcgi.PARAMS, 1, "\u000b\u0002SERVER_PORT80\u000b\u0000SERVER_ADDR");
        expect(reader, Fcgi.PARAMS, 1, "");
        expect(reader, Fcgi.STDIN, 1, "");
        assertFalse(reader.next());
        assertFalse(reader.next(), "the end stays the end");
    }

    @Test
    void allRecordsComeOutHoweverTheStreamIsCut() throws IOException { // 5.3-stdin-empty, 3.3-content-65535
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        List<byte[]> contents = new ArrayList<>();
        int[] lengths = {0, 1, 7, 8, 127, 2040, 2048, 5000, 32760, 32768, 40000, 65535};
        for (int type = 0; type < 256; type += type < 13 ? 1 : 27) {
            byte[] content = content(lengths[contents.size() % lengths.length]);
            contents.add(content);
            stream.writeBytes(record(type, 65535 - type, content, contents.size() * 97 % 256));
        }
        for (int most : new int[] {1, 7, 9, 2048, 100_000}) {
            for (long seed : new long[] {0, System.nanoTime()}) {
                RecordReader reader = reader(new Pieces(stream.toByteArray(), most, seed));
                int type = 0;
                for (byte[] content : contents) {
                    String where = "type " + type + ", pieces of " + most + ", seed " + seed;
                    assertTrue(reader.next(), where);
                    assertEquals(type, reader.type(), where);
                    assertEquals(65535 - type, reader.requestId(), where);
                    assertEquals(content.length, reader.contentLength(), where);
                    assertArrayEquals(content, type % 2 == 0 ? reader.readContent(65535) : inPlace(reader), where);
                    type += type < 13 ? 1 : 27;
                }
                assertFalse(reader.next());
            }
        }
    }

    private static byte[] inPlace(RecordReader reader) throws IOException {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        for (int count; (count = reader.fill()) > 0; ) {
            int taken = Math.max(1, count / 2); // what is left is there at the next call
            byte[] piece = new byte[taken];
            reader.buffer().get(reader.position(), piece);
            content.writeBytes(piece);
            reader.skip(taken);
        }
        return content.toByteArray();
    }

    @Test
    void everyPaddingIsSkippedOnEveryType() throws IOException { // 3.3-padding-255
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        for (int padding = 0; padding < 256; padding++) {
            stream.writeBytes(record(1 + padding % 11, 1, content(padding % 3), padding));
        }
        RecordReader reader = reader(new Pieces(stream.toByteArray(), 1000, 1));
        for (int padding = 0; padding < 256; padding++) {
            assertTrue(reader.next());
            assertEquals(1 + padding % 11, reader.type());
            assertEquals(padding, reader.paddingLength());
            if (padding % 2 == 0) {
                assertArrayEquals(content(padding % 3), reader.readContent(2));
            }
        }
        assertFalse(reader.next());
    }

    @Test
    void contentThatWasNotTakenIsSkipped() throws IOException {
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        for (int i = 0; i < 4; i++) {
            stream.writeBytes(record(5, i + 1, content(10_000), 9));
        }
        RecordReader reader = reader(new Pieces(stream.toByteArray(), 700, 0));
        assertTrue(reader.next());
        assertTrue(reader.next());
        assertEquals(2, reader.requestId());
        assertTrue(reader.read(new byte[100], 0, 100) > 0);
        assertTrue(reader.next());
        assertEquals(3, reader.requestId());
        reader.ignoreContent();
        assertEquals(0, reader.contentLeft());
        assertEquals(-1, reader.read(new byte[1], 0, 1));
        assertTrue(reader.next());
        assertEquals(4, reader.requestId());
        assertArrayEquals(content(10_000), reader.readContent(10_000));
        assertFalse(reader.next());
    }

    @Test
    void theEndInsideARecordIsAnError() throws IOException {
        byte[] whole = record(5, 1, content(20), 5);
        for (int length = 1; length < whole.length; length++) {
            RecordReader reader = reader(Arrays.copyOf(whole, length));
            String where = "after " + length + " bytes";
            EOFException end = assertThrows(EOFException.class, () -> {
                reader.next();
                reader.readContent(100);
                reader.next();
            }, where);
            assertTrue(end.getMessage().contains(length < 8 ? "header" : "STDIN"), where);
        }
        RecordReader direct = reader(Arrays.copyOf(record(5, 1, content(65535), 0), 40_000));
        assertTrue(direct.next());
        assertThrows(EOFException.class, () -> direct.readContent(65535));
    }

    @Test
    void anotherVersionIsAProtocolError() { // 3.3-version-2
        for (int version : new int[] {0, 2, 'G', 255}) {
            byte[] bytes = record(1, 1, content(8), 0);
            bytes[0] = (byte) version;
            FcgiProtocolException e = assertThrows(FcgiProtocolException.class, () -> reader(bytes).next());
            assertTrue(e.getMessage().contains("version " + version), e.getMessage());
        }
    }

    @Test
    void anotherProtocolIsNamed() {
        for (String text : new String[] {"HTTP/1.1 400 Bad Request", "GET / HTTP/1.1", "OPTIONS * HTTP/1.1"}) {
            byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
            FcgiProtocolException e = assertThrows(FcgiProtocolException.class, () -> reader(bytes).next());
            assertTrue(e.getMessage().endsWith("instead of 1: this looks like HTTP, not FastCGI"), e.getMessage());
        }
        byte[] hello = {0x16, 3, 1, 2, 0, 1, 0, 1};
        FcgiProtocolException e = assertThrows(FcgiProtocolException.class, () -> reader(hello).next());
        assertTrue(e.getMessage().endsWith("this looks like TLS, not FastCGI"), e.getMessage());
    }

    @Test
    void contentAboveTheLimitOfItsReaderIsAProtocolError() throws IOException {
        RecordReader reader = reader(record(9, 0, content(4097), 0));
        assertTrue(reader.next());
        assertThrows(FcgiProtocolException.class, () -> reader.readContent(4096));
    }

    @Test
    void bodiesAreDecodedWhereverTheyAreCut() throws IOException {
        byte[] begin = record(Fcgi.BEGIN_REQUEST, 1, hex("fffe 81 aa 00 00 00 00  bb bb"), 3); // longer than needed
        byte[] end = record(Fcgi.END_REQUEST, 1, hex("fffefdfc ff aa aa aa"), 0);
        byte[] bytes = Arrays.copyOf(begin, begin.length + end.length);
        System.arraycopy(end, 0, bytes, begin.length, end.length);
        for (int most = 1; most <= bytes.length; most++) {
            RecordReader reader = reader(new Pieces(bytes, most, 0));
            assertTrue(reader.next());
            assertEquals(new BeginRequestBody(0xFFFE, 0x81), BeginRequestBody.decode(reader.readBody()));
            assertTrue(reader.next());
            assertEquals(new EndRequestBody(0xFFFEFDFC, 0xFF), EndRequestBody.decode(reader.readBody()));
            assertFalse(reader.next());
        }
        RecordReader cut = reader(Arrays.copyOf(bytes, 12));
        assertTrue(cut.next());
        assertThrows(EOFException.class, cut::readBody);
        RecordReader tooShort = reader(record(Fcgi.END_REQUEST, 1, content(7), 1));
        assertTrue(tooShort.next());
        assertThrows(FcgiProtocolException.class, tooShort::readBody);
    }

    @Test
    void theNextRecordCountsAsBufferedOnceItIsWhole() throws IOException {
        byte[] first = record(5, 1, content(3), 2);
        byte[] second = record(5, 1, content(4), 3);
        for (int arrived = 0; arrived <= second.length; arrived++) {
            byte[] bytes = Arrays.copyOf(first, first.length + arrived);
            System.arraycopy(second, 0, bytes, first.length, arrived);
            RecordReader reader = reader(bytes);
            assertFalse(reader.hasNextBuffered());
            assertTrue(reader.next());
            assertEquals(arrived == second.length, reader.hasNextBuffered(), arrived + " bytes");
            assertFalse(reader.isAtRecordBoundary());
            reader.ignoreContent();
            assertEquals(arrived == second.length, reader.hasNextBuffered(), arrived + " bytes");
            assertEquals(arrived == 0, reader.isAtRecordBoundary(), arrived + " bytes");
        }
    }

    @Test
    void theEndOfAStreamIsSeenOnceItIsWhole() throws IOException {
        byte[] first = record(4, 1, content(0), 2);
        byte[] second = record(5, 1, content(0), 3);
        for (int arrived = 0; arrived <= second.length; arrived++) {
            byte[] bytes = Arrays.copyOf(first, first.length + arrived);
            System.arraycopy(second, 0, bytes, first.length, arrived);
            RecordReader reader = reader(bytes);
            assertTrue(reader.next());
            assertEquals(arrived == second.length, reader.isEndNext(5, 1), arrived + " bytes");
            assertFalse(reader.isEndNext(5, 2));
            assertFalse(reader.isEndNext(8, 1));
        }
        byte[] content = record(5, 1, content(1), 0);
        byte[] bytes = Arrays.copyOf(first, first.length + content.length);
        System.arraycopy(content, 0, bytes, first.length, content.length);
        RecordReader reader = reader(bytes);
        assertTrue(reader.next());
        assertFalse(reader.isEndNext(5, 1), "content");
    }

    @Test
    void paddingStillToComeIsNotTheEndOfTheRecord() throws IOException {
        byte[] bytes = record(5, 1, content(0), 9);
        for (int length = 8; length <= bytes.length; length++) {
            RecordReader reader = reader(Arrays.copyOf(bytes, length));
            assertTrue(reader.next());
            assertEquals(length == bytes.length, reader.isAtRecordBoundary(), length + " bytes");
        }
    }

    @Test
    void theBufferGrowsWithTheTrafficAndShrinksWhenIdle() throws IOException {
        byte[] large = record(4, 1, content(10_000), 0);
        byte[] medium = record(4, 1, content(1_100), 0);
        byte[] small = record(4, 1, content(100), 0);
        RecordReader reader = reader(new OneByOne(large, medium, small, small));
        assertNull(reader.buffer(), "a connection that waits for its thread has none");
        assertTrue(reader.next());
        assertEquals(2048, reader.buffer().capacity());
        assertArrayEquals(Arrays.copyOf(content(10_000), 9000), exactly(reader, 9000));
        assertEquals(32 * 1024, reader.buffer().capacity(), "a read filled the buffer");
        reader.shrink();
        assertEquals(32 * 1024, reader.buffer().capacity(), "content is still there");
        assertArrayEquals(Arrays.copyOfRange(content(10_000), 9000, 10_000), exactly(reader, 1000));
        reader.shrink();
        assertEquals(8 * 1024, reader.buffer().capacity(), "the next request may be as large");
        assertTrue(reader.next());
        assertArrayEquals(content(1_100), reader.readContent(1_100));
        assertEquals(8 * 1024, reader.buffer().capacity(), "and needs no other buffer then");
        reader.shrink();
        assertEquals(2048, reader.buffer().capacity());
        assertTrue(reader.next());
        assertArrayEquals(content(100), reader.readContent(100));
        reader.shrink();
        assertEquals(1024, reader.buffer().capacity());
        assertTrue(reader.next());
        reader.ignoreContent();
        assertFalse(reader.next());
    }

    /** Two reads fill the buffers of 2 and 32 KiB. */
    private static final int FAST = 40_000;

    @Test
    void aFastSenderGetsALargeBufferUntilTheRequestEnds() throws IOException {
        RecordReader reader = reader(record(5, 1, content(60_000), 0));
        assertTrue(reader.next());
        exactly(reader, FAST);
        assertEquals(LargeBuffers.CAPACITY, reader.buffer().capacity());
        assertEquals(1, LargeBuffers.lent());
        exactly(reader, 20_000);
        reader.shrink();
        assertEquals(0, LargeBuffers.lent());
        assertEquals(32 * 1024, reader.buffer().capacity(), "the next request may be as large");
    }

    @Test
    void aSlowSenderGetsNone() throws IOException {
        byte[] whole = record(5, 1, content(60_000), 0);
        byte[][] pieces = new byte[1 + whole.length / 20_000][];
        for (int i = 0; i < pieces.length; i++) {
            pieces[i] = Arrays.copyOfRange(whole, i * 20_000, Math.min(whole.length, (i + 1) * 20_000));
        }
        RecordReader reader = reader(new OneByOne(pieces));
        assertTrue(reader.next());
        assertArrayEquals(content(60_000), exactly(reader, 60_000));
        assertEquals(0, LargeBuffers.lent());
    }

    @Test
    void aSenderThatBecomesSlowGivesTheLargeBufferBack() throws IOException {
        byte[] fast = record(5, 1, content(60_000), 0);
        RecordReader reader = reader(new OneByOne(fast, record(5, 1, content(9), 0), record(5, 1, content(9), 0)));
        assertTrue(reader.next());
        exactly(reader, 60_000);
        assertEquals(1, LargeBuffers.lent());
        assertTrue(reader.next());
        exactly(reader, 9);
        assertTrue(reader.next());
        assertEquals(0, LargeBuffers.lent());
    }

    @Test
    void aReaderThatWaitsForTheNextRecordHoldsNoLargeBuffer() throws IOException {
        byte[] two = Arrays.copyOf(record(5, 1, content(60_000), 0), 2 * 60_008);
        System.arraycopy(two, 0, two, 60_008, 60_008);
        RecordReader reader = reader(new OneByOne(two, record(5, 1, content(9), 0)));
        assertTrue(reader.await());
        assertTrue(reader.next());
        exactly(reader, 60_000);
        assertTrue(reader.next());
        exactly(reader, 60_000);
        assertEquals(1, LargeBuffers.lent());
        assertTrue(reader.await());
        assertEquals(0, LargeBuffers.lent());
        expect(reader, Fcgi.STDIN, 1, new String(content(9), ISO_8859_1));
    }

    @Test
    void theLargeBufferIsGivenBackWhenTheConnectionEndsInsideARecord() throws IOException {
        RecordReader reader = reader(record(5, 1, content(60_000), 0));
        assertTrue(reader.next());
        exactly(reader, FAST);
        assertEquals(1, LargeBuffers.lent());
        reader.end();
        assertEquals(0, LargeBuffers.lent());
    }

    @Test
    void whenAllLargeBuffersAreLentTheReaderMakesDoWithLess() throws IOException {
        List<ByteBuffer> lent = allLargeBuffers();
        try {
            RecordReader reader = reader(record(5, 1, content(60_000), 3));
            assertTrue(reader.next());
            assertArrayEquals(content(60_000), exactly(reader, 60_000));
            assertEquals(32 * 1024, reader.buffer().capacity());
            assertFalse(reader.next());
        } finally {
            lent.forEach(LargeBuffers::giveBack);
        }
    }

    private static byte[] exactly(RecordReader reader, int length) throws IOException {
        byte[] bytes = new byte[length];
        for (int filled = 0; filled < length; ) {
            filled += reader.read(bytes, filled, Math.min(1000, length - filled));
        }
        return bytes;
    }

    /** Borrows every large buffer there is: for a test of what is done without. */
    static List<ByteBuffer> allLargeBuffers() {
        List<ByteBuffer> all = new ArrayList<>();
        for (ByteBuffer one; (one = LargeBuffers.borrow()) != null; ) {
            all.add(one);
        }
        assertEquals(64, all.size());
        return all;
    }

    @Test
    void awaitReadsWhereNothingIsAtHandOnly() throws IOException {
        RecordReader reader = reader(new OneByOne(record(5, 1, content(20), 4), record(5, 2, content(3), 9)));
        assertTrue(reader.await());
        assertTrue(reader.await(), "a record is there");
        expect(reader, Fcgi.STDIN, 1, new String(content(20), ISO_8859_1));
        assertTrue(reader.await(), "its padding was skipped, the next record received");
        assertTrue(reader.next());
        assertTrue(reader.await(), "content is there");
        reader.skip(3);
        assertFalse(reader.await(), "a clean end");
    }

    @Test
    void theBufferOfAReaderThatHasEndedGoesToTheNext() throws IOException {
        RecordReader first = reader(record(5, 1, content(1000), 0));
        assertTrue(first.next());
        ByteBuffer buffer = first.buffer();
        first.end();
        assertEquals(0, first.buffered());
        RecordReader second = reader(record(5, 2, content(3), 0));
        expect(second, Fcgi.STDIN, 2, new String(content(3), ISO_8859_1));
        assertSame(buffer, second.buffer());
        assertFalse(second.next(), "and nothing of what lay in it before");
    }

    @Test
    void whatIsDiscardedNeedNotBeRecords() throws IOException {
        RecordReader reader = reader(new Pieces(content(5000), 600, 0));
        int discarded = 0;
        for (int count; (count = reader.discard()) >= 0; ) {
            discarded += count;
        }
        assertEquals(5000, discarded);
    }

    @Test
    void aRecordIsOneLineInLogs() throws IOException {
        RecordReader reader = reader(record(4, 258, content(12), 4));
        assertTrue(reader.next());
        assertEquals("258 PARAMS 12+4", reader.toString());
        assertEquals("type 99", Fcgi.typeName(99));
    }
}
