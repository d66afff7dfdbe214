package dev.fcgi.internal.wire;

import dev.fcgi.FcgiProtocolException;
import dev.fcgi.Params;
import dev.fcgi.internal.text.Ascii;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The one implementation of {@link Params}: the bytes that arrived, and a table of the pairs in them. */
public final class EncodedParams implements Params {
    private final PairTable table;

    private EncodedParams(PairTable table) {
        this.table = table;
    }

    /**
     * Wraps encoded name-value pairs without copying them.
     *
     * @param block the pairs as in FastCGI 3.4; must not be changed afterwards
     * @param length how many bytes of the array are pairs
     * @return the parameters
     * @throws FcgiProtocolException when a pair is longer than what is left of the bytes
     */
    public static EncodedParams decode(byte[] block, int length) throws FcgiProtocolException {
        return new EncodedParams(PairTable.of(block, length));
    }

    /** Encodes names and values as UTF-8, in the order of the map. */
    public static Params of(Map<String, String> values) {
        byte[] block = NameValuePairs.encode(values);
        try {
            return decode(block, block.length);
        } catch (FcgiProtocolException e) {
            throw new AssertionError(e); // these pairs were encoded above
        }
    }

    @Override
    public String get(String name) {
        return get(name, null);
    }

    @Override
    public String get(String name, String otherwise) {
        String key = key(name);
        int found = table.find(key, 0);
        if (found < 0) {
            return otherwise;
        }
        return table.find(key, found + 1) < 0 ? table.text(found) : utf8(bytesOf(key));
    }

    @Override
    public byte[] bytes(String name) {
        return bytesOf(key(name));
    }

    private byte[] bytesOf(String key) {
        byte[] value = null;
        for (int i = table.find(key, 0); i >= 0; i = table.find(key, i + 1)) {
            value = merge(key, value, table.value(i));
        }
        return value;
    }

    /** The UTF-8 bytes of a name as characters. */
    private static String key(String name) {
        Objects.requireNonNull(name, "name");
        return Ascii.isAscii(name) ? name : key(name.getBytes(StandardCharsets.UTF_8));
    }

    private static String key(byte[] name) {
        return new String(name, StandardCharsets.ISO_8859_1);
    }

    @Override
    public boolean contains(String name) {
        return table.find(key(name), 0) >= 0;
    }

    @Override
    public int size() {
        return names().size();
    }

    @Override
    public List<String> names() {
        return List.copyOf(toMap().keySet());
    }

    @Override
    public Map<String, String> toMap() {
        Map<String, String> decoded = new LinkedHashMap<>();
        pairs().forEach(pair -> decoded.put(utf8(pair.name()), utf8(pair.value())));
        return Collections.unmodifiableMap(decoded);
    }

    @Override
    public List<Pair> pairs() {
        // strings, because the peer chooses the names, and a map sorts comparable keys with equal hash codes
        Map<String, Pair> merged = new LinkedHashMap<>();
        for (Pair sent : pairsAsSent()) {
            String key = key(sent.name());
            merged.merge(key, sent, (first, second) ->
                    new Pair(first.name(), merge(key, first.value(), second.value())));
        }
        return List.copyOf(merged.values());
    }

    @Override
    public List<Pair> pairsAsSent() {
        List<Pair> sent = new ArrayList<>();
        for (int i = 0; i < table.size(); i++) {
            sent.add(new Pair(table.name(i), table.value(i)));
        }
        return Collections.unmodifiableList(sent);
    }

    /** {@return how many pairs were sent; names may repeat} */
    public int pairCount() {
        return table.size();
    }

    /**
     * Removes a name.
     *
     * @param name the exact name
     * @return the same parameters without it
     */
    public EncodedParams without(String name) {
        PairTable rest = table.without(key(name));
        return rest == table ? this : new EncodedParams(rest);
    }

    private static byte[] merge(String key, byte[] first, byte[] second) {
        if (first == null || !key.startsWith("HTTP_")) {
            return second;
        }
        byte[] joined = Arrays.copyOf(first, first.length + 2 + second.length);
        joined[first.length] = (byte) (key.equals("HTTP_COOKIE") ? ';' : ',');
        joined[first.length + 1] = ' ';
        System.arraycopy(second, 0, joined, first.length + 2, second.length);
        return joined;
    }

    private static String utf8(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** {@return only the names, because values may be secrets} */
    @Override
    public String toString() {
        return "Params" + names();
    }
}
