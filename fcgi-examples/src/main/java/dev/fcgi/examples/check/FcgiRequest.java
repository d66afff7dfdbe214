package dev.fcgi.examples.check;

import static dev.fcgi.examples.check.FcgiRecord.ABORT_REQUEST;
import static dev.fcgi.examples.check.FcgiRecord.KEEP_CONN;
import static dev.fcgi.examples.check.FcgiRecord.PARAMS;
import static dev.fcgi.examples.check.FcgiRecord.STDIN;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The part of a request that a web server has sent so far. Errors are reported only on access. */
final class FcgiRequest {
    private final ToWebServer connection;
    private final List<FcgiRecord> records = new ArrayList<>();

    FcgiRequest(ToWebServer connection, FcgiRecord begin) {
        this.connection = connection;
        records.add(begin);
    }

    void add(FcgiRecord record) {
        records.add(record);
    }

    ToWebServer connection() {
        return connection;
    }

    /** {@return all records, from BEGIN_REQUEST on} */
    List<FcgiRecord> records() {
        return records;
    }

    FcgiRecord begin() {
        return records.get(0);
    }

    int id() {
        return begin().id();
    }

    boolean keepsConnection() {
        return begin().content().length > 2 && (begin().content()[2] & KEEP_CONN) != 0;
    }

    boolean hasEnded(int type) {
        return records.stream().anyMatch(record -> record.type() == type && record.content().length == 0);
    }

    boolean isAborted() {
        return records.stream().anyMatch(record -> record.type() == ABORT_REQUEST);
    }

    /**
     * {@return whether its parameters have arrived} A web server that omits their end at least sends something else
     * after them.
     */
    boolean hasParams() {
        return hasEnded(PARAMS) || records.stream().anyMatch(record -> record.type() == STDIN);
    }

    byte[] stream(int type) {
        ByteArrayOutputStream value = new ByteArrayOutputStream();
        for (FcgiRecord record : records) {
            if (record.type() == type) {
                value.writeBytes(record.content());
            }
        }
        return value.toByteArray();
    }

    boolean isFor(String token) {
        return new String(stream(PARAMS), StandardCharsets.ISO_8859_1).contains(token);
    }

    /** {@return its parameters, in order} */
    List<Map.Entry<String, String>> pairs() {
        return pairs(stream(PARAMS));
    }

    static List<Map.Entry<String, String>> pairs(byte[] encoded) {
        ByteBuffer in = ByteBuffer.wrap(encoded);
        List<Map.Entry<String, String>> pairs = new ArrayList<>();
        while (in.hasRemaining()) {
            int name = length(in);
            int value = length(in);
            pairs.add(Map.entry(text(in, name), text(in, value)));
        }
        return pairs;
    }

    /** {@return a parameter, or null} */
    String param(String name) {
        return pairs().stream().filter(pair -> pair.getKey().equals(name)).map(Map.Entry::getValue)
                .collect(Collectors.reducing((first, second) -> second)).orElse(null);
    }

    private static int length(ByteBuffer in) {
        require(in, 1);
        if (in.get(in.position()) >= 0) {
            return in.get();
        }
        require(in, 4);
        return in.getInt() & Integer.MAX_VALUE;
    }

    private static String text(ByteBuffer in, int length) {
        require(in, length);
        byte[] bytes = new byte[length];
        in.get(bytes);
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    private static void require(ByteBuffer in, int length) {
        if (in.remaining() < length) {
            throw Judgement.unmet("name-value pairs end within a pair: " + length + " bytes at " + in.position() + " of "
                    + in.limit());
        }
    }
}
