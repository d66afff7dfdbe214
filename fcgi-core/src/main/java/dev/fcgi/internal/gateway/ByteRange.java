package dev.fcgi.internal.gateway;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One range of bytes (RFC 9110 14.1.2). For several ranges the whole file is sent. */
record ByteRange(long first, long length) {
    private static final Pattern ONE = Pattern.compile("(?i:bytes)=([0-9]{0,18})-([0-9]{0,18})");

    /**
     * Reads a Range header.
     *
     * @param header its value, or null
     * @return the range, with length 0 when the file has no such bytes; null for the whole file, including an empty one
     */
    static ByteRange of(String header, long size) {
        Matcher range = header == null || size == 0 ? null : ONE.matcher(header); // an empty file has no ranges
        if (range == null || !range.matches() || range.group(1).isEmpty() && range.group(2).isEmpty()) {
            return null;
        }
        if (range.group(1).isEmpty()) {
            long last = Math.min(size, Long.parseLong(range.group(2)));
            return new ByteRange(size - last, last);
        }
        long first = Long.parseLong(range.group(1));
        long last = range.group(2).isEmpty() ? size - 1 : Long.parseLong(range.group(2));
        if (last < first && !range.group(2).isEmpty()) {
            return null; // malformed
        }
        return new ByteRange(first, Math.max(0, Math.min(last, size - 1) - first + 1));
    }
}
