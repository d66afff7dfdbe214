package dev.fcgi.internal.gateway;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Header fields of a message, with case-insensitive names. Not thread-safe. */
final class HeaderFields {
    private final Map<String, List<String>> fields = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);

    HeaderFields() {}

    /** Copies the fields of a request. */
    HeaderFields(Map<String, List<String>> from) {
        from.forEach((name, values) -> values.forEach(value -> add(name, value)));
    }

    void add(String name, String value) {
        fields.computeIfAbsent(name, unused -> new ArrayList<>(1)).add(value);
    }

    /** Sets a field, replacing those of that name. */
    void set(String name, String value) {
        fields.remove(name); // also the case of its name
        add(name, value);
    }

    void clear() {
        fields.clear();
    }

    boolean contains(String name) {
        return fields.containsKey(name);
    }

    /** {@return the first value, null when there is none} */
    String first(String name) {
        List<String> values = fields.get(name);
        return values == null ? null : values.get(0);
    }

    /** {@return all values, null when there is none} */
    List<String> all(String name) {
        return fields.get(name);
    }

    /** {@return the fields themselves} */
    Map<String, List<String>> map() {
        return fields;
    }
}
