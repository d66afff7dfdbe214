package dev.fcgi.examples.check;

import static dev.fcgi.examples.check.FcgiRecord.AUTHORIZER;
import static dev.fcgi.examples.check.FcgiRecord.FILTER;
import static dev.fcgi.examples.check.FcgiRecord.RESPONDER;

import java.io.ByteArrayOutputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A request of {@link BrokenApplication}. What it is given returns false when the connection is to be closed. */
final class BrokenRequest {
    /** A name-value pair. */
    record Pair(String name, String value) {}

    private final BrokenConnection connection;
    private final int id;
    private final int role;
    private final boolean keep;
    private final ByteArrayOutputStream params = new ByteArrayOutputStream();
    private final ByteArrayOutputStream stdin = new ByteArrayOutputStream();
    private final Map<String, String> names = new HashMap<>();
    private boolean paramsEnded;
    private boolean stdinEnded;
    private boolean dataEnded;

    BrokenRequest(BrokenConnection connection, int id, int role, boolean keep, byte[] left) {
        this.connection = connection;
        this.id = id;
        this.role = role;
        this.keep = keep;
        stdin.writeBytes(left);
    }

    int id() {
        return id;
    }

    boolean keep() {
        return keep;
    }

    byte[] body() {
        return stdin.toByteArray();
    }

    private boolean is(Fault fault) {
        return connection.is(fault);
    }

    boolean params(byte[] content) {
        if (paramsEnded) {
            return true;
        }
        params.writeBytes(content);
        paramsEnded = content.length == 0;
        if (is(Fault.PARSES_RECORDS_OF_PARAMS)) {
            boolean read = take(pairs(params.toByteArray(), connection));
            params.reset();
            return read;
        }
        if (is(Fault.HAS_64_KIB_FOR_PARAMS) && params.size() > 65536) {
            return false;
        }
        if (is(Fault.ANSWERS_BEFORE_PARAMS_END) && !paramsEnded) {
            List<Pair> pairs = pairs(params.toByteArray(), connection);
            return pairs == null || take(pairs);
        }
        return !paramsEnded || take(pairs(params.toByteArray(), connection));
    }

    private boolean take(List<Pair> pairs) {
        if (pairs == null
                || is(Fault.HAS_FIFTY_PAIRS) && pairs.size() > 50
                || is(Fault.WANTS_METHOD_FIRST) && !pairs.isEmpty() && pairs.get(0).name().equals("REDIRECT_STATUS")) {
            return false;
        }
        for (Pair pair : pairs) {
            if (names.put(pair.name(), pair.value()) != null && is(Fault.REFUSES_DOUBLE_NAMES)) {
                return false;
            }
        }
        return !is(Fault.WANTS_CONTENT_LENGTH) || !"".equals(names.get("CONTENT_LENGTH"));
    }

    boolean stdin(byte[] content) {
        if (!paramsEnded) {
            return false;
        }
        if (stdinEnded) {
            return true;
        }
        if (is(Fault.TAKES_LAST_RECORD_OF_STDIN) && content.length > 0) {
            stdin.reset();
        }
        stdin.writeBytes(content);
        stdinEnded = content.length == 0;
        return true;
    }

    boolean data(byte[] content) {
        if (role == RESPONDER && is(Fault.ADDS_DATA_TO_BODY)) {
            stdin.writeBytes(content);
        }
        dataEnded = role == FILTER && content.length == 0;
        return true;
    }

    boolean isReady() {
        if (is(Fault.ANSWERS_BEFORE_PARAMS_END) && !names.isEmpty() && "GET".equals(names.get("REQUEST_METHOD"))) {
            return true;
        }
        if (is(Fault.WAITS_FOR_CONTENT_LENGTH) && stdin.size() < length()) {
            return false;
        }
        return paramsEnded && switch (role) {
            case AUTHORIZER -> stdinEnded || !is(Fault.AUTHORIZES_AFTER_STDIN);
            case FILTER -> stdinEnded && dataEnded || is(Fault.FILTERS_BEFORE_STDIN);
            default -> stdinEnded || is(Fault.ANSWERS_BEFORE_STDIN) && stdin.size() > 0;
        };
    }

    boolean hasContentLength() {
        return names.containsKey("CONTENT_LENGTH");
    }

    private int length() {
        String length = names.getOrDefault("CONTENT_LENGTH", "");
        return length.matches("\\d+") ? Integer.parseInt(length) : 0;
    }

    byte[] answer() {
        String path = names.getOrDefault("SCRIPT_NAME", "") + names.getOrDefault("PATH_INFO", "");
        boolean head = "HEAD".equals(names.get("REQUEST_METHOD"));
        if (head && is(Fault.SENDS_NO_STDOUT_FOR_HEAD)) {
            return new byte[0];
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(head(path.equals("/page") || path.equals("/echo")).getBytes(StandardCharsets.US_ASCII));
        if (path.equals("/echo")) {
            byte[] body = body();
            for (int i = 0; i < body.length && !(body[i] == 0 && is(Fault.ENDS_BODY_AT_NUL)); i++) {
                out.write(body[i]);
            }
        } else if (!head) {
            out.writeBytes("hello\n".getBytes(StandardCharsets.US_ASCII));
        }
        return out.toByteArray();
    }

    private String head(boolean found) {
        return (is(Fault.SENDS_STATUS_LINE) ? "HTTP/1.1 " : "Status: ") + (found ? "200 OK" : "404 Not Found") + "\r\n"
                + (is(Fault.SENDS_NO_CONTENT_TYPE) ? "" : "Content-Type: text/plain\r\n")
                + (is(Fault.SENDS_CONNECTION_FIELD) ? "Connection: close\r\n" : "")
                + (is(Fault.SENDS_NO_EMPTY_LINE) ? "" : "\r\n");
    }

    /** {@return the pairs, or null if that is what they are not} */
    static List<Pair> pairs(byte[] bytes, BrokenConnection connection) {
        List<Pair> pairs = new ArrayList<>();
        ByteBuffer in = ByteBuffer.wrap(bytes);
        try {
            while (in.hasRemaining()) {
                int name = length(in, connection);
                int value = length(in, connection);
                if (name < 0 || value < 0 || name + value > in.remaining()
                        || name > 127 && connection.is(Fault.REFUSES_LONG_NAMES)) {
                    return null;
                }
                pairs.add(new Pair(text(in, name, connection), text(in, value, connection)));
            }
            return pairs;
        } catch (BufferUnderflowException | CharacterCodingException e) {
            return null;
        }
    }

    private static int length(ByteBuffer in, BrokenConnection connection) {
        int first = in.get();
        boolean isLong = first < 0 && !connection.is(Fault.READS_LENGTHS_OF_ONE_BYTE)
                || first == 127 && connection.is(Fault.TAKES_127_FOR_LONG);
        if (!isLong) {
            return first & 0xFF;
        }
        int length = in.position(in.position() - 1).getInt() & 0x7FFFFFFF;
        if (length > 1 << 24 || length < 128 && connection.is(Fault.REFUSES_LONG_FORM_OF_SHORT_LENGTHS)) {
            return -1;
        }
        return length;
    }

    private static String text(ByteBuffer in, int length, BrokenConnection connection) throws CharacterCodingException {
        byte[] bytes = new byte[length];
        in.get(bytes);
        return connection.is(Fault.WANTS_UTF_8)
                ? StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString()
                : new String(bytes, StandardCharsets.ISO_8859_1);
    }
}
