package dev.fcgi;

import dev.fcgi.internal.wire.EncodedParams;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The parameters of a request: an ordered list of name-value pairs (FastCGI 3.4, 5.2), kept as the bytes that arrived
 * and decoded on demand. Immutable; may be used from any thread; nothing blocks.
 *
 * <p>Names are matched exactly, byte for byte. If a web server sends a name more than once, the values of an HTTP
 * header ({@code HTTP_*}) are joined by {@code ", "}, or by {@code "; "} for {@code HTTP_COOKIE} (RFC 3875 4.1.18); for
 * any other name the last value counts. The server drops {@code HTTP_PROXY} unless {@linkplain
 * FcgiServer.Builder#keepHttpProxy told to keep it}.
 *
 * <p>The time for a lookup is proportional to the number of pairs; a handler that needs many values should use {@link
 * #toMap()}.
 *
 * <p>Implemented by the library, which may add methods; tests of handlers use {@link #of} and {@link OfflineRequest}.
 */
public interface Params {
    /**
     * Creates parameters from a map, for tests of handlers and for plain CGI.
     *
     * @param values names and values, encoded as UTF-8; copied
     * @return the parameters, in the order of the map
     */
    static Params of(Map<String, String> values) {
        return EncodedParams.of(Objects.requireNonNull(values, "values"));
    }

    /**
     * Looks up one value.
     *
     * @param name the exact name
     * @return the value decoded as UTF-8, malformed bytes replaced; null when there is none
     */
    String get(String name);

    /**
     * Looks up one value.
     *
     * @param name the exact name
     * @param otherwise what to return when there is none, may be null
     * @return the value decoded as UTF-8, malformed bytes replaced
     */
    String get(String name, String otherwise);

    /**
     * Looks up one value as it was sent, for handlers that need a charset other than UTF-8.
     *
     * @param name the exact name
     * @return a copy of the bytes, or null when there is none
     */
    byte[] bytes(String name);

    /**
     * Returns whether a name was sent.
     *
     * @param name the exact name
     * @return true also when its value is empty
     */
    boolean contains(String name);

    /** {@return the number of different names} */
    int size();

    /** {@return the different names in the order of their first appearance, decoded as UTF-8} */
    List<String> names();

    /** {@return all names and values in the order of their first appearance, decoded as UTF-8; unmodifiable} */
    Map<String, String> toMap();

    /**
     * A name and its value, as bytes.
     *
     * @param name the bytes of the name
     * @param value the bytes of the value
     */
    record Pair(byte[] name, byte[] value) {
        /** Creates a pair. */
        public Pair {
            Objects.requireNonNull(name, "name");
            Objects.requireNonNull(value, "value");
        }
    }

    /** {@return copies of all names and values, exact to the byte, in the order of their first appearance} */
    List<Pair> pairs();

    /** {@return copies of all pairs as they were sent, repeated names kept apart} */
    List<Pair> pairsAsSent();
}
