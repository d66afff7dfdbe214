package dev.fcgi.internal.wire;

import dev.fcgi.FcgiProtocolException;
import dev.fcgi.Params;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Fuzz target: a block of name-value pairs, by the cursor and the parameters and by a naive reading of FastCGI 3.4. */
public final class NameValuePairsFuzz {
    private static final String PROXY = "HTTP_PROXY";

    /** A pair as text of one byte a character. */
    private record Pair(String name, String value) {}

    private NameValuePairsFuzz() {}

    public static void fuzzerTestOneInput(byte[] block) {
        List<Pair> expected = naive(block);
        EncodedParams params;
        try {
            params = EncodedParams.decode(block.clone(), block.length);
        } catch (FcgiProtocolException e) {
            check(expected == null, "refused: " + e.getMessage());
            return;
        }
        check(expected != null, "taken, and malformed");
        check(expected.equals(pairs(params.pairsAsSent())), "other pairs");
        Map<String, String> merged = merge(expected);
        check(merged.equals(map(params.pairs())), "merged otherwise");
        check(List.copyOf(merged.keySet()).equals(pairs(params.pairs()).stream().map(Pair::name).toList()), "order");
        merged.forEach((name, value) -> {
            String text = new String(latin1(name), StandardCharsets.UTF_8);
            if (text.getBytes(StandardCharsets.UTF_8).length == name.length() && !text.contains("\uFFFD")) {
                check(value.equals(string(params.bytes(text))), "another value");
                check(new String(latin1(value), StandardCharsets.UTF_8).equals(params.get(text)), "another text");
            }
        });
        check(params.size() == params.names().size(), "size");
        checkFilter(params, expected);
        checkRoundTrip(expected);
    }

    /** Removing one name, as a server does, keeps all others. */
    private static void checkFilter(EncodedParams params, List<Pair> all) {
        List<Pair> rest = all.stream().filter(pair -> !pair.name.equals(PROXY)).toList();
        EncodedParams filtered = params.without(PROXY);
        check(params.pairCount() == all.size() && filtered.pairCount() == rest.size(), "count of pairs");
        check(rest.equals(pairs(filtered.pairsAsSent())), "filtered otherwise");
        check(!filtered.contains(PROXY) && filtered.get(PROXY) == null, "not removed");
        for (Pair pair : rest) {
            String name = new String(latin1(pair.name), StandardCharsets.UTF_8);
            check(Objects.equals(params.get(name), filtered.get(name)), "another value");
        }
    }

    private static void checkRoundTrip(List<Pair> all) {
        ByteArrayOutputStream encoded = new ByteArrayOutputStream();
        all.forEach(pair -> NameValuePairs.append(encoded, latin1(pair.name), latin1(pair.value)));
        check(all.equals(naive(encoded.toByteArray())), "encoded otherwise");
    }

    /** Returns null for a malformed block. */
    private static List<Pair> naive(byte[] block) {
        List<Pair> pairs = new ArrayList<>();
        String text = string(block);
        while (!text.isEmpty()) {
            long[] lengths = new long[2];
            for (int i = 0; i < 2; i++) {
                if (text.isEmpty()) {
                    return null;
                }
                int size = text.charAt(0) < 128 ? 1 : 4;
                if (text.length() < size) {
                    return null;
                }
                for (char c : text.substring(0, size).toCharArray()) {
                    lengths[i] = lengths[i] * 256 + c;
                }
                lengths[i] %= 1L << 31;
                text = text.substring(size);
            }
            if (lengths[0] + lengths[1] > text.length()) {
                return null;
            }
            int value = (int) lengths[0];
            int end = value + (int) lengths[1];
            pairs.add(new Pair(text.substring(0, value), text.substring(value, end)));
            text = text.substring(end);
        }
        return pairs;
    }

    private static Map<String, String> merge(List<Pair> pairs) {
        Map<String, String> merged = new LinkedHashMap<>();
        for (Pair pair : pairs) {
            String separator = pair.name.equals("HTTP_COOKIE") ? "; " : ", ";
            merged.merge(pair.name, pair.value,
                    (first, second) -> pair.name.startsWith("HTTP_") ? first + separator + second : second);
        }
        return merged;
    }

    private static List<Pair> pairs(List<Params.Pair> pairs) {
        return pairs.stream().map(pair -> new Pair(string(pair.name()), string(pair.value()))).toList();
    }

    private static Map<String, String> map(List<Params.Pair> pairs) {
        Map<String, String> map = new LinkedHashMap<>();
        pairs(pairs).forEach(pair -> check(map.put(pair.name, pair.value) == null, "a name twice"));
        return map;
    }

    private static String string(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    private static byte[] latin1(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static void check(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }
}
