package dev.fcgi.internal.wire;

import dev.fcgi.FcgiProtocolException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A whole block of encoded name-value pairs (FastCGI 3.4) that was checked, and where in it each pair begins: a lookup
 * touches neither the lengths nor the bytes of the pairs in between. Pairs go by their index. Immutable.
 */
public final class PairTable {
    private final byte[] block;
    private final int length;
    private final int[] starts;
    private final int size;

    private PairTable(byte[] block, int length, int[] starts, int size) {
        this.block = block;
        this.length = length;
        this.starts = starts;
        this.size = size;
    }

    /**
     * Checks {@code block[0 .. length)}, which is not copied and must not be changed afterwards.
     *
     * @throws FcgiProtocolException when a pair is malformed
     */
    public static PairTable of(byte[] block, int length) throws FcgiProtocolException {
        int[] starts = new int[8 + length / 32]; // a pair of a web server has some 35 bytes
        int size = 0;
        for (NameValuePairs pairs = new NameValuePairs(block, length); pairs.next(); ) {
            if (size == starts.length) {
                starts = Arrays.copyOf(starts, 2 * size);
            }
            starts[size++] = pairs.start();
        }
        return new PairTable(block, length, starts, size);
    }

    /** {@return the same pairs without those of one name} */
    public PairTable without(byte[] name) {
        if (find(name, 0) < 0) {
            return this;
        }
        int[] kept = new int[size];
        int count = 0;
        for (int i = 0; i < size; i++) {
            if (!nameIs(starts[i], name)) {
                kept[count++] = starts[i];
            }
        }
        return new PairTable(block, length, kept, count);
    }

    /** {@return the number of pairs; names may repeat} */
    public int size() {
        return size;
    }

    /** {@return the first pair of a name, at an index or behind it; -1 when there is none} */
    public int find(byte[] name, int from) {
        for (int i = from; i < size; i++) {
            if (nameIs(starts[i], name)) {
                return i;
            }
        }
        return -1;
    }

    private boolean nameIs(int start, byte[] name) {
        int first = block[start];
        if (first >= 0 && first != name.length) {
            return false;
        }
        if (first < 0) { // the long form, which nobody needs for the names that programs ask for
            return Arrays.equals(at(start).name(), name);
        }
        int nameStart = start + (block[start + 1] < 0 ? 5 : 2);
        int nameEnd = nameStart + name.length;
        return (name.length == 0 || block[nameEnd - 1] == name[name.length - 1]) // names begin alike rather than end
                && Arrays.equals(block, nameStart, nameEnd, name, 0, name.length);
    }

    /** {@return a copy of a pair's name} */
    public byte[] name(int index) {
        return at(starts[index]).name();
    }

    /** {@return a copy of a pair's value} */
    public byte[] value(int index) {
        NameValuePairs pair = at(starts[index]);
        return Arrays.copyOfRange(block, pair.valueStart(), pair.valueStart() + pair.valueLength());
    }

    /** {@return a pair's value decoded as UTF-8, malformed bytes replaced} */
    public String text(int index) {
        NameValuePairs pair = at(starts[index]);
        return new String(block, pair.valueStart(), pair.valueLength(), StandardCharsets.UTF_8);
    }

    private NameValuePairs at(int start) {
        try {
            NameValuePairs pairs = new NameValuePairs(block, start, length);
            pairs.next();
            return pairs;
        } catch (FcgiProtocolException e) {
            throw new AssertionError(e); // the block was checked when this object was made
        }
    }
}
