package dev.fcgi.internal.wire;

import dev.fcgi.FcgiProtocolException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A cursor over encoded name-value pairs (FastCGI 3.4). Allocates nothing; lengths are checked as 31-bit numbers
 * against the available bytes before they are added.
 */
public final class NameValuePairs {
    private final byte[] block;
    private final int end;
    private int next;
    private int pairStart;
    private int nameStart;
    private int nameLength;
    private int valueLength;

    /** A cursor before the first pair of {@code block[0 .. end)}. */
    public NameValuePairs(byte[] block, int end) {
        this(block, 0, end);
    }

    /** A cursor before the pair that begins at a byte of {@code block[0 .. end)}. */
    NameValuePairs(byte[] block, int start, int end) {
        this.block = block;
        this.end = end;
        this.next = start;
    }

    /**
     * Advances to the next pair.
     *
     * @return false at the end
     * @throws FcgiProtocolException when the pair is longer than what is left
     */
    public boolean next() throws FcgiProtocolException {
        if (next == end) {
            return false;
        }
        //  | nameLength: 1 or 4 bytes | valueLength: 1 or 4 bytes | name | value |
        //  a first bit of 0 stands for the short form, 0..127; of 1 for the long form, 31 bits
        pairStart = next;
        if (isShort(block, next, end)) {
            nameLength = block[next];
            valueLength = block[next + 1];
            nameStart = next + 2;
        } else {
            nameLength = length();
            valueLength = length();
            nameStart = next;
        }
        if ((long) nameLength + valueLength > end - nameStart) {
            throw malformed();
        }
        next = nameStart + nameLength + valueLength;
        return true;
    }

    /** Whether both lengths of the pair that begins at a byte of {@code block[0 .. end)} have the short form. */
    static boolean isShort(byte[] block, int start, int end) {
        return end - start >= 2 && (block[start] | block[start + 1]) >= 0;
    }

    /** {@return where such a pair ends; -1 when it is not of that form, or malformed} */
    static int endOfShort(byte[] block, int start, int end) {
        if (!isShort(block, start, end)) {
            return -1;
        }
        int after = start + 2 + block[start] + block[start + 1];
        return after <= end ? after : -1;
    }

    private int length() throws FcgiProtocolException {
        if (next == end) {
            throw malformed();
        }
        int first = block[next];
        if (first >= 0) {
            next++;
            return first;
        }
        if (end - next < 4) {
            throw malformed();
        }
        int length = (first & 0x7F) << 24
                | (block[next + 1] & 0xFF) << 16
                | (block[next + 2] & 0xFF) << 8
                | block[next + 3] & 0xFF;
        next += 4;
        return length;
    }

    private FcgiProtocolException malformed() {
        return new FcgiProtocolException(
                "name-value pair at byte " + pairStart + " is longer than the " + end + " bytes of its stream");
    }

    /** Where the pair ends in the block. */
    int end() {
        return next;
    }

    /** Where the name starts in the block. */
    int nameStart() {
        return nameStart;
    }

    int nameLength() {
        return nameLength;
    }

    /** Whether each byte of the name is a character of the text. */
    boolean nameIs(String text) {
        return nameIs(block, nameStart, nameLength, text);
    }

    static boolean nameIs(byte[] block, int start, int length, String text) {
        if (length != text.length()) {
            return false;
        }
        for (int i = length - 1; i >= 0; i--) { // ends differ more than beginnings
            if ((block[start + i] & 0xFF) != text.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    public byte[] name() {
        return Arrays.copyOfRange(block, nameStart, nameStart + nameLength);
    }

    /** Where the value starts in the block. */
    public int valueStart() {
        return nameStart + nameLength;
    }

    public int valueLength() {
        return valueLength;
    }

    /** {@return all pairs as UTF-8 text, in order; the last value of each name} */
    public static Map<String, String> decode(byte[] block) throws FcgiProtocolException {
        Map<String, String> values = new LinkedHashMap<>();
        NameValuePairs pairs = new NameValuePairs(block, block.length);
        while (pairs.next()) {
            String name = new String(block, pairs.nameStart, pairs.nameLength, StandardCharsets.UTF_8);
            values.put(name, new String(block, pairs.valueStart(), pairs.valueLength, StandardCharsets.UTF_8));
        }
        return values;
    }

    /** {@return names and values as UTF-8, in the order of the map} */
    public static byte[] encode(Map<String, String> values) {
        return encode(values, StandardCharsets.UTF_8);
    }

    /** {@return names and values in a charset, in the order of the map} */
    public static byte[] encode(Map<String, String> values, Charset charset) {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        values.forEach((name, value) -> append(block, name.getBytes(charset), value.getBytes(charset)));
        return block.toByteArray();
    }

    /** Appends one pair in the shortest form. */
    public static void append(ByteArrayOutputStream out, byte[] name, byte[] value) {
        appendLength(out, name.length);
        appendLength(out, value.length);
        out.writeBytes(name);
        out.writeBytes(value);
    }

    /** Appends one pair of US-ASCII or UTF-8 text. */
    public static void append(ByteArrayOutputStream out, String name, String value) {
        append(out, name.getBytes(StandardCharsets.UTF_8), value.getBytes(StandardCharsets.UTF_8));
    }

    private static void appendLength(ByteArrayOutputStream out, int length) {
        if (length > 0x7F) {
            out.write(length >>> 24 | 0x80);
            out.write(length >>> 16);
            out.write(length >>> 8);
        }
        out.write(length);
    }
}
