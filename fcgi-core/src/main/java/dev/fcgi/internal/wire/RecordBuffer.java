package dev.fcgi.internal.wire;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;

/**
 * Builds a run of outbound records in one buffer, so that one write sends them all. Consecutive content of one stream
 * goes into one record while it fits.
 *
 * <p>Not thread-safe: confined to the thread that writes the request, or guarded by the connection's lock.
 */
public final class RecordBuffer {
    private static final int FIRST_CAPACITY = 1024;
    /** Space for the records after the content that fills a buffer. */
    private static final int TAIL = 64;
    private static final int NONE = -1;
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);
    /** HAProxy 2.6 crashes on a STDERR record that does not fit into its buffer (16 KB by default). */
    private static final int MAX_STDERR_LENGTH = 8192;

    private final int capacity;
    private final boolean padding;
    /** A heap buffer of its own, or a borrowed large one outside the heap. */
    private ByteBuffer bytes = NOTHING;
    private int length;
    /** Start of the record that still accepts content, or NONE; its header is written when it is complete. */
    private int open = NONE;
    private int openType;
    private int openId;

    /**
     * Creates an empty buffer.
     *
     * @param capacity how many bytes it may hold before {@link #room} returns 0
     * @param padding whether records with content are padded to a multiple of 8 bytes (recommended in FastCGI 3.3);
     *     empty records are never padded, because libfcgi and PHP-FPM cannot handle that
     */
    public RecordBuffer(int capacity, boolean padding) {
        this.capacity = Math.max(capacity, 4 * Fcgi.HEADER_LENGTH);
        this.padding = padding;
    }

    /** {@return the length in bytes; call {@link #close} before sending them} */
    public int length() {
        return length;
    }

    /** Copies the whole content. */
    public void copyTo(byte[] target, int at) {
        bytes.get(0, target, at, length);
    }

    /** {@return the whole content, for one write; nothing may be added before {@link #clear}} */
    public ByteBuffer view() {
        return bytes.clear().limit(length);
    }

    public void clear() {
        bytes.clear();
        length = 0;
        open = NONE;
    }

    /** {@return how much heap memory it holds} */
    public int memory() {
        return isLarge() ? 0 : bytes.capacity();
    }

    private boolean isLarge() {
        return bytes.isDirect();
    }

    /**
     * Empties it for more content of the same message. If it was full, it continues in a large buffer, if one can be
     * borrowed, until less is sent at a time. It must be released in the end.
     */
    public void clearForMore() {
        boolean full = left() <= 2 * Fcgi.HEADER_LENGTH;
        boolean little = length < LargeBuffers.WORTHWHILE;
        clear();
        if (isLarge()) {
            if (little) {
                replace(NOTHING);
            }
        } else if (full && capacity >= LargeBuffers.WORTHWHILE && capacity < LargeBuffers.CAPACITY) {
            ByteBuffer borrowed = LargeBuffers.borrow();
            if (borrowed != null) {
                replace(borrowed);
            }
        }
    }

    /** Empties it, and gives back a borrowed buffer. It may be used again. */
    public void release() {
        clear();
        if (isLarge()) {
            replace(NOTHING);
        }
    }

    /** {@return how many bytes of content {@link #append} accepts now} */
    public int room(int type, int requestId) {
        if (continues(type, requestId)) {
            return Math.max(0, Math.min(left(), Fcgi.MAX_ALIGNED_LENGTH - openContent()));
        }
        return Math.max(0, Math.min(left() - 2 * Fcgi.HEADER_LENGTH, Fcgi.MAX_ALIGNED_LENGTH));
    }

    private int left() {
        return (isLarge() ? LargeBuffers.CAPACITY - TAIL : capacity) - length;
    }

    /** Appends content of a stream, at most {@link #room} bytes. */
    public void append(int type, int requestId, byte[] source, int offset, int count) {
        if (continues(type, requestId)) {
            ensure(count);
        } else {
            startRecord(type, requestId, count);
        }
        bytes.put(length, source, offset, count);
        length += count;
    }

    /** Appends content in separate records, whatever the capacity. */
    public void appendAll(int type, int requestId, byte[] source, int count) {
        int most = type == Fcgi.STDERR ? MAX_STDERR_LENGTH : Fcgi.MAX_ALIGNED_LENGTH;
        for (int sent = 0; sent < count; sent += most) {
            startRecord(type, requestId, Math.min(most, count - sent));
            append(type, requestId, source, sent, Math.min(most, count - sent));
        }
    }

    /**
     * Appends a name-value pair (FastCGI 3.4), in one record if it fits, because PHP-FPM cannot read one that spans
     * two.
     */
    public void appendPair(int type, int requestId, byte[] name, byte[] value) {
        int most = 2 * Integer.BYTES + name.length + value.length;
        if (most > Fcgi.MAX_ALIGNED_LENGTH) {
            ByteArrayOutputStream pair = new ByteArrayOutputStream(most);
            NameValuePairs.append(pair, name, value);
            appendAll(type, requestId, pair.toByteArray(), pair.size());
            return;
        }
        startPair(type, requestId, most);
        putPairLength(name.length);
        putPairLength(value.length);
        append(type, requestId, name, 0, name.length);
        append(type, requestId, value, 0, value.length);
    }

    /** Does the same with text. ASCII text, the usual case, is written directly to the buffer that is sent. */
    public void appendPair(int type, int requestId, String name, String value, Charset charset) {
        int most = 2 * Integer.BYTES + name.length() + value.length();
        if (most > Fcgi.MAX_ALIGNED_LENGTH || isLarge() || !isAscii(name, charset) || !isAscii(value, charset)) {
            appendPair(type, requestId, name.getBytes(charset), value.getBytes(charset));
            return;
        }
        startPair(type, requestId, most);
        putPairLength(name.length());
        putPairLength(value.length());
        putAscii(name);
        putAscii(value);
    }

    /** Whether text is ASCII, in a charset that encodes ASCII as one byte per character. */
    private static boolean isAscii(String text, Charset charset) {
        if (charset != StandardCharsets.UTF_8 && charset != StandardCharsets.ISO_8859_1) {
            return false;
        }
        int all = 0;
        for (int i = 0; i < text.length(); i++) {
            all |= text.charAt(i);
        }
        return all <= 0x7F;
    }

    @SuppressWarnings("deprecation") // drops the high half of each character, which is 0
    private void putAscii(String text) {
        text.getBytes(0, text.length(), bytes.array(), bytes.arrayOffset() + length);
        length += text.length();
    }

    private void startPair(int type, int requestId, int most) {
        if (!continues(type, requestId) || openContent() + most > Fcgi.MAX_ALIGNED_LENGTH) {
            startRecord(type, requestId, most);
        } else {
            ensure(most);
        }
    }

    private void putPairLength(int count) {
        if (count > 0x7F) {
            bytes.putInt(length, count | 1 << 31);
            length += Integer.BYTES;
        } else {
            bytes.put(length++, (byte) count);
        }
    }

    /** Appends the empty record that ends a stream. */
    public void endStream(int type, int requestId) {
        startRecord(type, requestId, 0);
        close();
    }

    /** Appends BEGIN_REQUEST (FastCGI 5.1). */
    public void beginRequest(int requestId, int role, int flags) {
        record(Fcgi.BEGIN_REQUEST, requestId, new BeginRequestBody(role, flags).encode());
    }

    /** Appends END_REQUEST (FastCGI 5.5). */
    public void endRequest(int requestId, int appStatus, int protocolStatus) {
        record(Fcgi.END_REQUEST, requestId, new EndRequestBody(appStatus, protocolStatus).encode());
    }

    /** Appends ABORT_REQUEST, which is only a header. */
    public void abortRequest(int requestId) {
        startRecord(Fcgi.ABORT_REQUEST, requestId, 0);
        close();
    }

    /** Appends UNKNOWN_TYPE (FastCGI 4.2). */
    public void unknownType(int type) {
        record(Fcgi.UNKNOWN_TYPE, Fcgi.NULL_REQUEST_ID, (long) type << 56);
    }

    private void record(int type, int requestId, long body) {
        startRecord(type, requestId, Fcgi.BODY_LENGTH);
        bytes.putLong(length, body);
        length += Fcgi.BODY_LENGTH;
        close();
    }

    /** Completes the record that still accepts content, if there is one. */
    public void close() {
        if (open == NONE) {
            return;
        }
        int content = openContent();
        if (content > Fcgi.MAX_LENGTH) {
            throw new IllegalStateException("record of " + content + " bytes");
        }
        int pad = padding ? -content & 7 : 0;
        if (pad > 0) {
            ensure(Long.BYTES);
            bytes.putLong(length, 0); // never old content of the buffer
            length += pad;
        }
        //  byte  0         1      2..3        4..5            6               7
        //      | version | type | requestId | contentLength | paddingLength | reserved |
        bytes.putLong(open, (long) Fcgi.VERSION_1 << 56 | (long) openType << 48 | (long) openId << 32
                | (long) content << 16 | (long) pad << 8);
        open = NONE;
    }

    private int openContent() {
        return length - open - Fcgi.HEADER_LENGTH;
    }

    private boolean continues(int type, int requestId) {
        return open != NONE
                && openContent() < Fcgi.MAX_ALIGNED_LENGTH
                && openType == type
                && openId == requestId;
    }

    /** Begins a record, with room for content: out of memory must leave no empty record, which ends a stream. */
    private void startRecord(int type, int requestId, int content) {
        close();
        ensure(Fcgi.HEADER_LENGTH + content);
        open = length;
        openType = type;
        openId = requestId;
        length += Fcgi.HEADER_LENGTH;
    }

    private void ensure(int more) {
        if (length + more > bytes.capacity()) {
            int larger = Math.max(FIRST_CAPACITY, Math.min(4 * bytes.capacity(), capacity + TAIL));
            replace(Buffers.allocate(Math.max(length + more, larger)).put(0, bytes, 0, length));
        }
    }

    private void replace(ByteBuffer other) {
        if (isLarge()) {
            LargeBuffers.giveBack(bytes);
        }
        bytes = other;
    }
}
