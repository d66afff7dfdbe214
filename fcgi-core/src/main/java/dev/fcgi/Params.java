package dev.fcgi;

import dev.fcgi.internal.wire.NameValuePairs;
import dev.fcgi.internal.wire.PairTable;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The parameters of a request: an ordered list of name-value pairs (FastCGI 3.4, 5.2), kept as the bytes that arrived
 * and decoded when asked for. Immutable; may be used from any thread; nothing blocks.
 *
 * <p>Names are matched exactly, byte for byte. Where a web server sends a name more than once, the values of an HTTP
 * header ({@code HTTP_*}) are one value, joined by {@code ", "} and for {@code HTTP_COOKIE} by {@code "; "}
 * (RFC 3875 4.1.18); of any other name the last value counts. The server drops {@code HTTP_PROXY} unless
 * {@linkplain FcgiServer.Builder#keepHttpProxy asked not to}.
 *
 * <p>A lookup costs time in proportion to the number of pairs; a handler that needs many of them uses {@link #toMap()}.
 */
public final class Params {
    private final PairTable table;

    private Params(PairTable table) {
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
    public static Params decode(byte[] block, int length) throws FcgiProtocolException {
        return new Params(PairTable.of(block, length));
    }

    /**
     * Makes parameters of a map, for tests of handlers and for plain CGI.
     *
     * @param values names and values, encoded as UTF-8
     * @return the parameters, in the order of the map
     */
    public static Params of(Map<String, String> values) {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        values.forEach((name, value) -> NameValuePairs.append(block, name, value));
        try {
            return decode(block.toByteArray(), block.size());
        } catch (FcgiProtocolException e) {
            throw new AssertionError(e); // these pairs are our own
        }
    }

    /**
     * Looks up one value.
     *
     * @param name the exact name
     * @return the value decoded as UTF-8, malformed bytes replaced; null when there is none
     */
    public String get(String name) {
        return get(name, null);
    }

    /**
     * Looks up one value.
     *
     * @param name the exact name
     * @param otherwise what to return when there is none, may be null
     * @return the value decoded as UTF-8, malformed bytes replaced
     */
    public String get(String name, String otherwise) {
        String key = key(name);
        int found = table.find(key, 0);
        if (found < 0) {
            return otherwise;
        }
        return table.find(key, found + 1) < 0 ? table.text(found) : utf8(bytesOf(key));
    }

    /**
     * Looks up one value as it was sent, for whoever needs another charset than UTF-8.
     *
     * @param name the exact name
     * @return a copy of the bytes, or null when there is none
     */
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
        for (int i = 0; i < name.length(); i++) {
            if (name.charAt(i) > 0x7F) {
                return key(name.getBytes(StandardCharsets.UTF_8));
            }
        }
        return name;
    }

    private static String key(byte[] name) {
        return new String(name, StandardCharsets.ISO_8859_1);
    }

    /**
     * Tells whether a name was sent.
     *
     * @param name the exact name
     * @return true also when its value is empty
     */
    public boolean contains(String name) {
        return table.find(key(name), 0) >= 0;
    }

    /** {@return the number of different names} */
    public int size() {
        return names().size();
    }

    /** {@return the different names in the order of their first appearance, decoded as UTF-8} */
    public List<String> names() {
        return List.copyOf(toMap().keySet());
    }

    /** {@return all names and values in the order of their first appearance, decoded as UTF-8; unmodifiable} */
    public Map<String, String> toMap() {
        Map<String, String> decoded = new LinkedHashMap<>();
        pairs().forEach(pair -> decoded.put(utf8(pair.name()), utf8(pair.value())));
        return Collections.unmodifiableMap(decoded);
    }

    /**
     * A name and its value, as bytes.
     *
     * @param name the bytes of the name
     * @param value the bytes of the value
     */
    public record Pair(byte[] name, byte[] value) {}

    /** {@return copies of all names and values, exact to the byte, in the order of their first appearance} */
    public List<Pair> pairs() {
        // strings, since a map finds its way among equal hash codes by comparing them: the names are the peer's choice
        Map<String, Pair> merged = new LinkedHashMap<>();
        for (Pair sent : pairsAsSent()) {
            String key = key(sent.name());
            merged.merge(key, sent, (first, second) ->
                    new Pair(first.name(), merge(key, first.value(), second.value())));
        }
        return List.copyOf(merged.values());
    }

    /** {@return copies of all pairs as they were sent, repeated names kept apart} */
    public List<Pair> pairsAsSent() {
        List<Pair> sent = new ArrayList<>();
        for (int i = 0; i < table.size(); i++) {
            sent.add(new Pair(table.name(i), table.value(i)));
        }
        return Collections.unmodifiableList(sent);
    }

    /** {@return how many pairs were sent; a name may come more than once} */
    public int pairCount() {
        return table.size();
    }

    /**
     * Leaves a name out.
     *
     * @param name the exact name
     * @return the same parameters without it
     */
    public Params without(String name) {
        PairTable rest = table.without(key(name));
        return rest == table ? this : new Params(rest);
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

    /** {@return the names only: values may be secrets} */
    @Override
    public String toString() {
        return "Params" + names();
    }
}
