package dev.fcgi.internal.wire;

import dev.fcgi.FcgiProtocolException;
import dev.fcgi.fuzz.NaiveRecord;
import dev.fcgi.fuzz.Pieces;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.Arrays;

/**
 * Fuzz target: records that arrive in any pieces and are consumed in any way.
 *
 * <p>Input: a byte for the pieces, a byte for the ways, the stream.
 */
public final class RecordReaderFuzz {
    private RecordReaderFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) throws IOException {
        if (input.length < 2) {
            return;
        }
        NaiveRecord.Stream expected = NaiveRecord.parse(input, 2, input.length);
        Pieces pieces = new Pieces(input, 2, input[0]);
        RecordReader reader = new RecordReader(pieces);
        int ways = input[1] & 0xFF;
        int count = 0;
        String ending = "end";
        try {
            while (next(reader, pieces)) {
                // the last one may be cut: what arrived of it is handed out before that is known
                if (count < expected.records().size()) {
                    take(reader, expected.records().get(count), ways);
                } else {
                    drain(reader);
                }
                count++;
                ways = ways * 31 + 7 & 0xFF;
            }
        } catch (FcgiProtocolException e) {
            ending = "version";
        } catch (EOFException e) {
            ending = "cut";
        } finally {
            reader.end();
        }
        check(LargeBuffers.lent() == 0, "a large buffer is not given back");
        int whole = ending.equals("cut") ? Math.min(count, expected.records().size()) : count;
        check(ending.equals(expected.ending()), "ends with " + ending + " instead of " + expected.ending());
        check(whole == expected.records().size(), count + " records instead of " + expected.records().size());
        check(count <= whole + 1, "more than one record is cut");
    }

    private static boolean next(RecordReader reader, Pieces pieces) throws IOException {
        boolean ready = reader.hasNextBuffered();
        check(!ready || reader.hasMoreBuffered(), "a whole record, but no byte");
        check(!(reader.isAtRecordBoundary() && reader.hasMoreBuffered()), "at the end of the record with more after it");
        reader.shrink();
        int reads = pieces.reads();
        boolean next;
        try {
            next = reader.next();
        } catch (FcgiProtocolException e) {
            check(!ready || pieces.reads() == reads, "read for a record that was there");
            throw e;
        }
        check(!ready || next && pieces.reads() == reads, "read for a record that was there");
        return next;
    }

    private static void take(RecordReader reader, NaiveRecord record, int ways) throws IOException {
        check(reader.type() == record.type() && reader.requestId() == record.id()
                && reader.contentLength() == record.content().length
                && reader.paddingLength() == record.padding().length, reader + " instead of " + record);
        check(!reader.toString().isEmpty(), "no text");
        byte[] content = record.content();
        switch (ways % 6) {
            case 0 -> { } // skipped
            case 1 -> reader.ignoreContent();
            case 2 -> {
                try {
                    check(Arrays.equals(reader.readContent(ways * 8), content), "content differs");
                    check(content.length <= ways * 8, "longer than the limit");
                } catch (FcgiProtocolException e) {
                    check(content.length > ways * 8, "not longer than the limit");
                }
            }
            case 3 -> check(Arrays.equals(drain(reader), content), "content differs");
            case 4 -> {
                byte[] part = read(reader, ways, content.length / 2);
                check(Arrays.equals(part, Arrays.copyOf(content, part.length)), "content differs");
                check(reader.contentLeft() == content.length - part.length, "wrong rest");
            }
            default -> check(Arrays.equals(read(reader, ways, content.length), content), "content differs");
        }
    }

    /** In place. */
    private static byte[] drain(RecordReader reader) throws IOException {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        for (int count; (count = reader.fill()) > 0; reader.skip(count)) {
            byte[] piece = new byte[count];
            reader.buffer().get(reader.position(), piece);
            content.writeBytes(piece);
        }
        return content.toByteArray();
    }

    /** Into an array of the caller. */
    private static byte[] read(RecordReader reader, int ways, int length) throws IOException {
        byte[] target = new byte[length];
        int filled = 0;
        while (filled < length) {
            int wanted = Math.min(length - filled, ways % 2 == 0 ? length : ways);
            int count = reader.read(target, filled, wanted);
            check(count > 0 && count <= wanted, count + " bytes of " + wanted);
            filled += count;
        }
        return target;
    }

    private static void check(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }
}
