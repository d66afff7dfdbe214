package dev.fcgi.examples.check;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * A record, well-formed or not.
 *
 * @param padding the padding bytes
 */
record FcgiRecord(int version, int type, int id, byte[] content, byte[] padding, int reserved) {
    static final int BEGIN_REQUEST = 1;
    static final int ABORT_REQUEST = 2;
    static final int END_REQUEST = 3;
    static final int PARAMS = 4;
    static final int STDIN = 5;
    static final int STDOUT = 6;
    static final int STDERR = 7;
    static final int DATA = 8;
    static final int GET_VALUES = 9;
    static final int GET_VALUES_RESULT = 10;
    static final int UNKNOWN_TYPE = 11;

    static final int RESPONDER = 1;
    static final int AUTHORIZER = 2;
    static final int FILTER = 3;

    static final int KEEP_CONN = 1;

    static final int REQUEST_COMPLETE = 0;
    static final int CANT_MPX_CONN = 1;
    static final int OVERLOADED = 2;
    static final int UNKNOWN_ROLE = 3;

    static final int HEADER_LENGTH = 8;
    static final int MAX_LENGTH = 65535;

    private static final List<String> TYPES = List.of("type 0", "BEGIN_REQUEST", "ABORT_REQUEST", "END_REQUEST",
            "PARAMS", "STDIN", "STDOUT", "STDERR", "DATA", "GET_VALUES", "GET_VALUES_RESULT", "UNKNOWN_TYPE");
    private static final List<String> STATUSES = List.of("REQUEST_COMPLETE", "CANT_MPX_CONN", "OVERLOADED",
            "UNKNOWN_ROLE");
    private static final List<String> ROLES = List.of("role 0", "responder", "authorizer", "filter");

    /** A well-formed record. Its padding is not zero, because its bytes have no meaning. */
    static FcgiRecord of(int type, int id, byte[] content, int padding) {
        byte[] pad = new byte[padding];
        Arrays.fill(pad, (byte) 0xAA);
        return new FcgiRecord(1, type, id, content, pad, 0);
    }

    static FcgiRecord of(int type, int id, byte[] content) {
        return of(type, id, content, 0);
    }

    static byte[] beginBody(int role, int flags) {
        return new byte[] {(byte) (role >> 8), (byte) role, (byte) flags, 0, 0, 0, 0, 0};
    }

    static byte[] endBody(int appStatus, int protocolStatus) {
        return ByteBuffer.allocate(8).putInt(appStatus).put((byte) protocolStatus).array();
    }

    byte[] bytes() {
        // version | type | requestId | contentLength | paddingLength | reserved
        return ByteBuffer.allocate(HEADER_LENGTH + content.length + padding.length)
                .put((byte) version).put((byte) type).putShort((short) id).putShort((short) content.length)
                .put((byte) padding.length).put((byte) reserved)
                .put(content).put(padding)
                .array();
    }

    /** {@return the first record of some bytes, or null when it is not complete} */
    static FcgiRecord first(byte[] bytes, int from, int to) {
        if (to - from < HEADER_LENGTH) {
            return null;
        }
        ByteBuffer header = ByteBuffer.wrap(bytes, from, HEADER_LENGTH);
        int version = header.get() & 0xFF;
        int type = header.get() & 0xFF;
        int id = header.getShort() & 0xFFFF;
        int content = from + HEADER_LENGTH;
        int padding = content + (header.getShort() & 0xFFFF);
        int end = padding + (header.get() & 0xFF);
        return end > to ? null : new FcgiRecord(version, type, id, Arrays.copyOfRange(bytes, content, padding),
                Arrays.copyOfRange(bytes, padding, end), header.get() & 0xFF);
    }

    int length() {
        return HEADER_LENGTH + content.length + padding.length;
    }

    boolean is(int ofType, int ofId) {
        return type == ofType && id == ofId;
    }

    static String typeName(int type) {
        return type < TYPES.size() ? TYPES.get(type) : "type " + type;
    }

    static String statusName(int status) {
        return status < STATUSES.size() ? STATUSES.get(status) : "protocol status " + status;
    }

    /** Name-value pairs, with lengths in their shortest form. */
    static byte[] pairs(String... namesAndValues) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            byte[] name = namesAndValues[i].getBytes(StandardCharsets.ISO_8859_1);
            byte[] value = namesAndValues[i + 1].getBytes(StandardCharsets.ISO_8859_1);
            out.writeBytes(pair(name, value, name.length > 127, value.length > 127));
        }
        return out.toByteArray();
    }

    /** A name-value pair with each length in one byte or in four. */
    static byte[] pair(byte[] name, byte[] value, boolean longName, boolean longValue) {
        ByteBuffer out = ByteBuffer.allocate(8 + name.length + value.length);
        length(out, name.length, longName);
        length(out, value.length, longValue);
        out.put(name).put(value);
        return Arrays.copyOf(out.array(), out.position());
    }

    private static void length(ByteBuffer out, int length, boolean isLong) {
        if (isLong) {
            out.putInt(length | 1 << 31);
        } else {
            out.put((byte) length);
        }
    }

    /** The form for transcripts. */
    @Override
    public String toString() {
        return "{" + id + " " + typeName(type) + (version == 1 ? "" : " of version " + version)
                + (reserved == 0 ? "" : " reserved " + reserved)
                + " " + content.length + (padding.length == 0 ? "" : "+" + padding.length) + describe() + "}";
    }

    private String describe() {
        if (type == BEGIN_REQUEST && content.length >= 3) {
            int role = ByteBuffer.wrap(content).getShort();
            return ": " + (role >= 0 && role < ROLES.size() ? ROLES.get(role) : "role " + role) + ", flags " + content[2];
        }
        if (type == END_REQUEST && content.length >= 5) {
            return ": " + Integer.toUnsignedString(ByteBuffer.wrap(content).getInt()) + ", " + statusName(content[4] & 0xFF);
        }
        return content.length == 0 ? "" : ": " + Transcript.text(content);
    }
}
