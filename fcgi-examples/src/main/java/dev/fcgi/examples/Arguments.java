package dev.fcgi.examples;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** The arguments in a QUERY_STRING: {@code a=b&c=d}, percent-encoded; of a repeated name the last counts. */
final class Arguments {
    private final Map<String, String> values = new HashMap<>();

    Arguments(String query) {
        for (String argument : (query == null ? "" : query).split("&")) {
            int equals = argument.indexOf('=');
            if (equals > 0) {
                values.put(decode(argument.substring(0, equals)), decode(argument.substring(equals + 1)));
            }
        }
    }

    private static String decode(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    String text(String name, String otherwise) {
        return values.getOrDefault(name, otherwise);
    }

    /** A number; 0 when it was not given. */
    long number(String name) {
        return Long.parseLong(values.getOrDefault(name, "0"));
    }
}
