package dev.fcgi.internal.wire;

import dev.fcgi.FcgiProtocolException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A checked block of encoded name-value pairs (FastCGI 3.4), with the start of each pair and a tag of its name, so that
 * a lookup touches only pairs that may match: by then the block has often left the processor's cache. Pairs are
 * identified by their index. Immutable.
 *
 * <p>Names are looked up as text in which each character stands for a byte (ISO-8859-1).
 */
public final class PairTable {
    /** Web servers send at least 20 pairs of at least 30 bytes; a long value does not add pairs. */
    private static final int MOST_AT_FIRST = 128;
    /** A value of most requests, which needs no new string. */
    private static final String GET = "GET";

    private final byte[] block;
    private final int length;
    private final int[] starts;
    private final byte[] tags;
    private final int size;

    private PairTable(byte[] block, int length, int[] starts, byte[] tags, int size) {
        this.block = block;
        this.length = length;
        this.starts = starts;
        this.tags = tags;
        this.size = size;
    }

    /**
     * Checks {@code block[0 .. length)}, which is not copied and must not be changed afterwards.
     *
     * @throws FcgiProtocolException when a pair is malformed
     */
    public static PairTable of(byte[] block, int length) throws FcgiProtocolException {
        int capacity = Math.min(8 + length / 32, MOST_AT_FIRST);
        int[] starts = new int[capacity];
        byte[] tags = new byte[capacity];
        int size = 0;
        for (int start = 0; start < length; size++) {
            if (size == starts.length) {
                starts = Arrays.copyOf(starts, 2 * size);
                tags = Arrays.copyOf(tags, 2 * size);
            }
            starts[size] = start;
            int end = NameValuePairs.endOfShort(block, start, length);
            if (end >= 0) { // as most are
                tags[size] = tag(block, start + 2, block[start]);
                start = end;
            } else {
                NameValuePairs pair = new NameValuePairs(block, start, length);
                pair.next();
                tags[size] = tag(block, pair.nameStart(), pair.nameLength());
                start = pair.end();
            }
        }
        return new PairTable(block, length, starts, tags, size);
    }

    private static byte tag(byte[] block, int start, int length) {
        return length == 0 ? 0 : tag(length, block[start + length / 2] & 0xFF, block[start + length - 1] & 0xFF);
    }

    private static byte tag(String name) {
        int length = name.length();
        return length == 0 ? 0 : tag(length, name.charAt(length / 2), name.charAt(length - 1));
    }

    /** Differs for most names that web servers send. */
    private static byte tag(int length, int middle, int last) {
        return (byte) (length + 31 * middle + 7 * last);
    }

    /** {@return the same pairs without those of one name} */
    public PairTable without(String name) {
        if (find(name, 0) < 0) {
            return this;
        }
        int[] keptStarts = new int[size];
        byte[] keptTags = new byte[size];
        int kept = 0;
        for (int i = 0; i < size; i++) {
            if (!nameIs(i, name)) {
                keptStarts[kept] = starts[i];
                keptTags[kept] = tags[i];
                kept++;
            }
        }
        return new PairTable(block, length, keptStarts, keptTags, kept);
    }

    /** {@return the number of pairs; names may repeat} */
    public int size() {
        return size;
    }

    /** {@return the first pair of a name at or after an index; -1 when there is none} */
    public int find(String name, int from) {
        byte wanted = tag(name);
        for (int i = from; i < size; i++) {
            if (tags[i] == wanted && nameIs(i, name)) {
                return i;
            }
        }
        return -1;
    }

    private boolean nameIs(int index, String text) {
        int start = starts[index];
        return NameValuePairs.isShort(block, start, length)
                ? NameValuePairs.nameIs(block, start + 2, block[start], text)
                : at(index).nameIs(text);
    }

    /** {@return a copy of a pair's name} */
    public byte[] name(int index) {
        return at(index).name();
    }

    /** {@return a copy of a pair's value} */
    public byte[] value(int index) {
        NameValuePairs pair = at(index);
        return Arrays.copyOfRange(block, pair.valueStart(), pair.valueStart() + pair.valueLength());
    }

    /** {@return a pair's value decoded as UTF-8, malformed bytes replaced} */
    public String text(int index) {
        NameValuePairs pair = at(index);
        int start = pair.valueStart();
        int count = pair.valueLength();
        if (count == 0) {
            return "";
        }
        if (NameValuePairs.nameIs(block, start, count, GET)) {
            return GET;
        }
        return new String(block, start, count, StandardCharsets.UTF_8);
    }

    private NameValuePairs at(int index) {
        try {
            NameValuePairs pairs = new NameValuePairs(block, starts[index], length);
            pairs.next();
            return pairs;
        } catch (FcgiProtocolException e) {
            throw new AssertionError(e); // the block was checked when this object was created
        }
    }
}
