package dev.fcgi.internal.cgi;

import dev.fcgi.cgi.CgiException;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Names with one or more values each, in the order of their first appearance. Not thread-safe. */
public final class Fields {
    private final Map<String, List<String>> values = new LinkedHashMap<>();

    public void add(String name, String value) {
        values.computeIfAbsent(name, unused -> new ArrayList<>(1)).add(value);
    }

    /** {@return the values of a name, empty when there is none} */
    public List<String> all(String name) {
        List<String> all = values.get(name);
        return all == null ? List.of() : Collections.unmodifiableList(all);
    }

    /** {@return the first value of a name, or null} */
    public String first(String name) {
        List<String> all = values.get(name);
        return all == null ? null : all.get(0);
    }

    public List<String> names() {
        return List.copyOf(values.keySet());
    }

    /**
     * Parses an urlencoded form: {@code a=b&c=d}.
     *
     * @param charset of names and values, once unescaped
     * @param semicolons whether {@code ;} is also a separator
     * @param maxCount how many fields there may be
     * @throws CgiException 413 when there are more
     */
    public static Fields urlencoded(byte[] text, Charset charset, boolean semicolons, int maxCount) {
        Fields fields = new Fields();
        int count = 0;
        for (int start = 0, end; start < text.length; start = end + 1) {
            int equals = -1;
            for (end = start; end < text.length && text[end] != '&' && !(semicolons && text[end] == ';'); end++) {
                if (equals < 0 && text[end] == '=') {
                    equals = end;
                }
            }
            if (end == start) {
                continue;
            }
            if (++count > maxCount) {
                throw new CgiException(413, "form of more than " + maxCount + " fields");
            }
            int endOfName = equals < 0 ? end : equals;
            int startOfValue = equals < 0 ? end : equals + 1;
            fields.add(Percent.decode(text, start, endOfName, true, charset),
                    Percent.decode(text, startOfValue, end, true, charset));
        }
        return fields;
    }
}
