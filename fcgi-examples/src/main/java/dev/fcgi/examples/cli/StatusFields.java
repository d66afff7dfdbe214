package dev.fcgi.examples.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The fields and values of a status page of PHP-FPM or fcgi: text with or without all processes, or JSON without. They
 * are for a terminal: PHP-FPM prints text from clients, which must not move the cursor.
 */
final class StatusFields {
    private static final Pattern LINE = Pattern.compile("^([a-zA-Z][a-zA-Z ]*?):[ \\t]+(.*?)[ \\t\\r]*$", Pattern.MULTILINE);
    private static final Pattern MEMBER = Pattern.compile("[{,]\\s*\"([a-z ]+)\"\\s*:\\s*(?:\"([^\"]*)\"|(\\d+))");
    private static final String SEPARATOR = "************************";

    private final Map<String, String> pool;
    private final List<Map<String, String>> processes = new ArrayList<>();

    private StatusFields(Map<String, String> pool) {
        this.pool = pool;
    }

    static StatusFields parse(String page) {
        if (page.startsWith("{")) {
            Map<String, String> fields = new LinkedHashMap<>();
            for (Matcher member = MEMBER.matcher(page.replaceFirst(", *\"processes\".*", "")); member.find(); ) {
                fields.put(member.group(1), printable(member.group(2) == null ? member.group(3) : member.group(2)));
            }
            return new StatusFields(fields);
        }
        String[] parts = page.split(Pattern.quote(SEPARATOR));
        StatusFields fields = new StatusFields(lines(parts[0]));
        for (int i = 1; i < parts.length; i++) {
            fields.processes.add(lines(parts[i]));
        }
        return fields;
    }

    private static Map<String, String> lines(String text) {
        Map<String, String> fields = new LinkedHashMap<>();
        LINE.matcher(text).results().forEach(line -> fields.put(line.group(1), printable(line.group(2))));
        return fields;
    }

    private static String printable(String value) {
        return value.replaceAll("[\\p{Cc}\\u2028\\u2029]", "?");
    }

    /** {@return a field of the pool, or an empty string} */
    String text(String name) {
        return pool.getOrDefault(name, "");
    }

    /** {@return a number of the pool; -1 when it is missing} */
    long number(String name) {
        return number(pool, name);
    }

    static long number(Map<String, String> fields, String name) {
        String value = fields.getOrDefault(name, "");
        return value.matches("\\d{1,18}") ? Long.parseLong(value) : -1;
    }

    /** {@return the fields of each process, if the page has them} */
    List<Map<String, String>> processes() {
        return processes;
    }
}
