package dev.fcgi.fuzz;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A record as drawn in FastCGI 3.3, decoded from an array without regard to speed and memory, to compare the library
 * with.
 *
 * @param start where it starts
 * @param end where the next one starts
 */
public record NaiveRecord(int type, int id, byte[] content, byte[] padding, int reserved, int start, int end) {
    /**
     * What a stream consists of.
     *
     * @param records those that are whole
     * @param ending how it ends: {@code end}, {@code cut}, or {@code version}
     * @param rest where the bytes after the last record start
     */
    public record Stream(List<NaiveRecord> records, String ending, int rest) {}

    public static Stream parse(byte[] bytes, int from, int to) {
        List<NaiveRecord> records = new ArrayList<>();
        int at = from;
        while (to - at >= 8) {
            if (bytes[at] != 1) {
                return new Stream(records, "version", at);
            }
            int content = at + 8;
            int padding = content + number(bytes, at + 4);
            int end = padding + (bytes[at + 6] & 0xFF);
            if (end > to) {
                return new Stream(records, "cut", at);
            }
            records.add(new NaiveRecord(bytes[at + 1] & 0xFF, number(bytes, at + 2),
                    Arrays.copyOfRange(bytes, content, padding), Arrays.copyOfRange(bytes, padding, end),
                    bytes[at + 7] & 0xFF, at, end));
            at = end;
        }
        return new Stream(records, at == to ? "end" : "cut", at);
    }

    private static int number(byte[] bytes, int at) {
        return (bytes[at] & 0xFF) * 256 + (bytes[at + 1] & 0xFF);
    }
}
