package dev.fcgi.internal.cgi;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** Reads the Accept header (RFC 9110 12.5.1). */
public final class Accept {
    private record Range(String type, double quality) {
        /** How exactly the range names a type; 0 when it does not. */
        int match(String mediaType) {
            if (type.equals(mediaType)) {
                return 3;
            }
            if (type.endsWith("/*") && mediaType.startsWith(type.substring(0, type.length() - 1))) {
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
        String wanted = mediaType.toLowerCase(Locale.ROOT);
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
        List<Range> ranges = new ArrayList<>();
        for (String entry : header.split(",")) {
            String[] words = entry.split(";");
            String type = words[0].strip().toLowerCase(Locale.ROOT);
            if (!type.isEmpty()) {
                ranges.add(new Range(type, quality(words)));
            }
        }
        return ranges;
    }

    private static double quality(String[] words) {
        for (int i = 1; i < words.length; i++) {
            String word = words[i].strip();
            if (word.startsWith("q=") || word.startsWith("Q=")) {
                try {
                    return Math.clamp(Double.parseDouble(word.substring(2)), 0.0, 1.0);
                } catch (NumberFormatException e) {
                    return 0;
                }
            }
        }
        return 1;
    }
}
