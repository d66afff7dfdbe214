package dev.fcgi.internal.cgi;

import dev.fcgi.internal.text.Ascii;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads the Accept header (RFC 9110 12.5.1). */
public final class Accept {
    /** The form of a weight; lenient, but neither NaN nor hexadecimal. */
    private static final Pattern WEIGHT = Pattern.compile("\\d{1,9}(\\.\\d{0,9})?|\\.\\d{1,9}");

    private record Range(String type, Set<String> parameters, double quality) {
        /** How specifically the range matches a type; 0 when it does not. */
        int match(Range wanted) {
            if (!wanted.parameters.containsAll(parameters)) {
                return 0;
            }
            if (type.equals(wanted.type)) {
                return 3 + parameters.size();
            }
            if (type.endsWith("/*") && wanted.type.startsWith(type.substring(0, type.length() - 1))) {
                return 2;
            }
            return type.equals("*/*") || type.equals("*") ? 1 : 0;
        }
    }

    private Accept() {}

    public static double quality(String header, String mediaType) {
        if (header == null) {
            return 1;
        }
        Range wanted = range(HeaderValue.parse(mediaType));
        int best = 0;
        double quality = 0;
        for (Range range : ranges(header)) {
            int match = range.match(wanted);
            if (match > best) {
                best = match;
                quality = range.quality;
            }
        }
        return quality;
    }

    public static List<String> types(String header) {
        return header == null
                ? List.of()
                : ranges(header).stream()
                        .filter(range -> range.quality > 0)
                        .sorted(Comparator.comparingDouble(Range::quality).reversed())
                        .map(Range::type)
                        .toList();
    }

    private static List<Range> ranges(String header) {
        return HeaderValue.parseList(header).stream()
                .map(Accept::range).filter(range -> !range.type.isEmpty()).toList();
    }

    private static Range range(HeaderValue entry) {
        Set<String> parameters = new HashSet<>();
        double quality = 1;
        for (Map.Entry<String, String> parameter : entry.parameters().entrySet()) {
            String value = Ascii.lower(parameter.getValue());
            if (parameter.getKey().equals("q")) {
                quality = WEIGHT.matcher(value).matches() ? Math.min(1, Double.parseDouble(value)) : 0;
                break; // what follows the weight is not a parameter of the type
            }
            parameters.add(parameter.getKey() + '=' + value);
        }
        return new Range(Ascii.lower(entry.value()), parameters, quality);
    }
}
