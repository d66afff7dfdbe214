package dev.fcgi.internal.wire;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Builds a run of outbound records in one array, so that one write sends them all. Consecutive content of one stream
 * goes into one record for as long as it fits.
 *
 * <p>Not thread-safe: confined to whoever writes the request, or guarded by the connection's lock.
 */
public final class RecordBuffer {
    private static final int FIRST_CAPACITY = 1024;
    private static final int NONE = -1;
    /** HAProxy 2.6 dies of a STDERR record that does not fit into its buffer (16 KB unless told otherwise). */
    private static final int MAX_STDERR_LENGTH = 8192;

    private final int capacity;
    private final boolean padding;
    private byte[] bytes = new byte[FIRST_CAPACITY];
    private int length;
    /** Of the array, made when first asked for. */
    private ByteBuffer view;
    /** Start of the record that still takes content, or NONE. */
    private int open = NONE;

    /**
     * Creates an empty buffer.
     *
     * @param capacity how many bytes it may hold before {@link #room} says 0
     * @param padding whether records with content are padded to a multiple of 8 bytes (recommended in FastCGI 3.3);
     *     records without are never padded, since libfcgi and PHP-FPM stumble over that
     */
    public RecordBuffer(int capacity, boolean padding) {
        this.capacity = Math.max(capacity, 4 * Fcgi.HEADER_LENGTH);
        this.padding = padding;
    }

    public byte[] array() {
        return bytes;
    }

    /** {@return how many bytes are there; call {@link #close} before sending them} */
    public int length() {
        return length;
    }

    /** {@return all that is there, for one write; good until the next change} */
    public ByteBuffer view() {
        if (view == null || view.array() != bytes) {
            view = ByteBuffer.wrap(bytes);
        }
        return view.clear().limit(length);
    }

    public void clear() {
        length = 0;
        open = NONE;
    }

    /** {@return how many bytes of content {@link #append} takes now} */
    public int room(int type, int requestId) {
        if (continues(type, requestId)) {
            return Math.max(0, Math.min(capacity - length, Fcgi.MAX_ALIGNED_LENGTH - openContent()));
        }
        return Math.max(0, Math.min(capacity - length - 2 * Fcgi.HEADER_LENGTH, Fcgi.MAX_ALIGNED_LENGTH));
    }

    /** Appends content of a stream, at most as many bytes as {@link #room} says. */
    public void append(int type, int requestId, byte[] source, int offset, int count) {
        if (!continues(type, requestId)) {
            startRecord(type, requestId);
        }
        ensure(count);
        System.arraycopy(source, offset, bytes, length, count);
        length += count;
    }

    /** Appends content as records of its own, whatever the capacity. */
    public void appendAll(int type, int requestId, byte[] source, int count) {
        int most = type == Fcgi.STDERR ? MAX_STDERR_LENGTH : Fcgi.MAX_ALIGNED_LENGTH;
        for (int sent = 0; sent < count; sent += most) {
            startRecord(type, requestId);
            append(type, requestId, source, sent, Math.min(most, count - sent));
        }
    }

    /** Appends the empty record that ends a stream. */
    public void endStream(int type, int requestId) {
        startRecord(type, requestId);
        close();
    }

    /** Appends BEGIN_REQUEST (FastCGI 5.1). */
    public void beginRequest(int requestId, int role, int flags) {
        startRecord(Fcgi.BEGIN_REQUEST, requestId);
        ensure(Fcgi.BODY_LENGTH);
        putInt(role << 16 | flags << 8);
        putInt(0);
        close();
    }

    /** Appends END_REQUEST (FastCGI 5.5). */
    public void endRequest(int requestId, int appStatus, int protocolStatus) {
        //  byte  0..3        4                5..7
        //      | appStatus | protocolStatus | reserved |
        startRecord(Fcgi.END_REQUEST, requestId);
        ensure(Fcgi.BODY_LENGTH);
        putInt(appStatus);
        putInt(protocolStatus << 24);
        close();
    }

    /** Appends ABORT_REQUEST, a header only. */
    public void abortRequest(int requestId) {
        startRecord(Fcgi.ABORT_REQUEST, requestId);
        close();
    }

    /** Appends UNKNOWN_TYPE (FastCGI 4.2). */
    public void unknownType(int type) {
        startRecord(Fcgi.UNKNOWN_TYPE, Fcgi.NULL_REQUEST_ID);
        ensure(Fcgi.BODY_LENGTH);
        putInt(type << 24);
        putInt(0);
        close();
    }

    /** Completes the record that still takes content, if there is one. */
    public void close() {
        if (open == NONE) {
            return;
        }
        int content = openContent();
        if (content > Fcgi.MAX_LENGTH) {
            throw new IllegalStateException("record of " + content + " bytes");
        }
        bytes[open + 4] = (byte) (content >>> 8);
        bytes[open + 5] = (byte) content;
        int pad = padding ? -content & 7 : 0;
        if (pad > 0) {
            ensure(pad);
            Arrays.fill(bytes, length, length + pad, (byte) 0); // never what the array held before
            bytes[open + 6] = (byte) pad;
            length += pad;
        }
        open = NONE;
    }

    private int openContent() {
        return length - open - Fcgi.HEADER_LENGTH;
    }

    private boolean continues(int type, int requestId) {
        return open != NONE
                && openContent() < Fcgi.MAX_ALIGNED_LENGTH
                && bytes[open + 1] == type
                && bytes[open + 2] == (byte) (requestId >>> 8)
                && bytes[open + 3] == (byte) requestId;
    }

    private void startRecord(int type, int requestId) {
        close();
        ensure(Fcgi.HEADER_LENGTH);
        open = length;
        putInt(Fcgi.VERSION_1 << 24 | type << 16 | requestId);
        putInt(0);
    }

    private void putInt(int value) {
        bytes[length] = (byte) (value >>> 24);
        bytes[length + 1] = (byte) (value >>> 16);
        bytes[length + 2] = (byte) (value >>> 8);
        bytes[length + 3] = (byte) value;
        length += 4;
    }

    private void ensure(int more) {
        if (length + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(length + more, Math.min(4 * bytes.length, capacity + 64)));
        }
    }
}
