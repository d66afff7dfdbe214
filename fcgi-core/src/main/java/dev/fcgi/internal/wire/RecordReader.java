package dev.fcgi.internal.wire;

import dev.fcgi.FcgiProtocolException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.StandardCharsets;

/**
 * Splits the byte stream of one connection into FastCGI records.
 *
 * <p>Confined to the holder of the connection's reader role; holds no lock and allocates nothing per record. Content is
 * not copied: between {@link #next()} and the following call it is taken in place ({@link #fill}, {@link #buffer},
 * {@link #position}, {@link #skip}) or read into the caller's array; the rest is skipped.
 */
public final class RecordReader {
    private final ReadableByteChannel channel;
    /** What was received and not yet consumed. */
    private final ReceiveBuffer received = new ReceiveBuffer();

    private int type;
    private int requestId;
    private int contentLength;
    private int paddingLength;
    /** Content and padding of the current record that were not consumed yet. */
    private int contentLeft;
    private int paddingLeft;

    public RecordReader(ReadableByteChannel channel) {
        this.channel = channel;
    }

    /**
     * Blocks until something was received after the current record, if the whole record was taken.
     *
     * @return false at a clean end
     */
    public boolean await() throws IOException {
        if (!isAtRecordBoundary()) {
            return true;
        }
        skipRecord();
        received.giveBackLarge(); // waiting may take long
        return received.receive(channel);
    }

    /**
     * Advances to the next record, skipping the rest of this one. Blocks until its header has arrived.
     *
     * @return false at a clean end: the stream ended between two records
     * @throws FcgiProtocolException when the record has a version other than 1
     * @throws EOFException when the stream ended inside a record
     */
    public boolean next() throws IOException {
        skipRecord();
        while (received.length() < Fcgi.HEADER_LENGTH) {
            if (!received.receive(channel)) {
                if (received.length() == 0) {
                    return false;
                }
                throw new EOFException("connection ended inside a record header");
            }
        }
        //  byte  0         1      2..3        4..5            6               7
        //      | version | type | requestId | contentLength | paddingLength | reserved |
        long header = received.getLong(0);
        int version = (int) (header >>> 56);
        type = (int) (header >>> 48) & 0xFF;
        requestId = (int) (header >>> 32) & 0xFFFF;
        contentLength = contentLength(header);
        paddingLength = paddingLength(header);
        if (version != Fcgi.VERSION_1) {
            throw new FcgiProtocolException("record version " + version + " instead of 1" + hint(header));
        }
        received.skip(Fcgi.HEADER_LENGTH);
        contentLeft = contentLength;
        paddingLeft = paddingLength;
        return true;
    }

    /** The protocol that the peer seems to speak, in case of a wrong port. */
    private static String hint(long header) {
        String text = new String(ByteBuffer.allocate(Long.BYTES).putLong(header).array(), StandardCharsets.ISO_8859_1);
        if (text.startsWith("HTTP/") || text.matches("[A-Z]{3,7} .*|[A-Z]{8}")) {
            return ": this looks like HTTP, not FastCGI";
        }
        return text.matches("(?s)[\\x14-\\x17]\\x03.*") ? ": this looks like TLS, not FastCGI" : "";
    }

    /** {@return how often something was received} */
    public int reads() {
        return received.reads();
    }

    public int type() {
        return type;
    }

    public int requestId() {
        return requestId;
    }

    public int contentLength() {
        return contentLength;
    }

    public int paddingLength() {
        return paddingLength;
    }

    /** {@return how many bytes of the current record's content were not taken yet} */
    public int contentLeft() {
        return contentLeft;
    }

    /** {@return whether the content was taken and the padding was received, but nothing after it} */
    public boolean isAtRecordBoundary() {
        return contentLeft == 0 && received.length() == paddingLeft;
    }

    /** {@return whether something was received after this record and its padding} */
    public boolean hasMoreBuffered() {
        return received.length() > contentLeft + paddingLeft;
    }

    /** {@return whether the whole next record was already received, so that reading it will not block} */
    public boolean hasNextBuffered() {
        int next = contentLeft + paddingLeft;
        int length = received.length() - next - Fcgi.HEADER_LENGTH;
        if (length < 0) {
            return false;
        }
        long header = received.getLong(next);
        return length >= contentLength(header) + paddingLength(header);
    }

    /** {@return whether the whole next record was already received and ends the stream of a type and id} */
    public boolean isEndNext(int wantedType, int wantedId) {
        int next = contentLeft + paddingLeft;
        int length = received.length() - next - Fcgi.HEADER_LENGTH;
        if (length < 0) {
            return false;
        }
        long header = received.getLong(next);
        return isOf(header, wantedType, wantedId) && contentLength(header) == 0 && length >= paddingLength(header);
    }

    /** {@return how much content of the next record was received, if it has a type and id; reads nothing} */
    public int bufferedNext(int wantedType, int wantedId) {
        int next = contentLeft + paddingLeft;
        int length = received.length() - next - Fcgi.HEADER_LENGTH;
        if (length <= 0) {
            return 0;
        }
        long header = received.getLong(next);
        return isOf(header, wantedType, wantedId) ? Math.min(length, contentLength(header)) : 0;
    }

    private static boolean isOf(long header, int type, int id) {
        return header >>> 32 == ((long) Fcgi.VERSION_1 << 24 | type << 16 | id);
    }

    /** {@return how many bytes of content are at {@link #position()} of {@link #buffer()}; reads nothing} */
    public int buffered() {
        return Math.min(contentLeft, received.length());
    }

    /**
     * Makes content available in place. Blocks until at least one byte of it has arrived.
     *
     * @return how many bytes are at {@link #position()} of {@link #buffer()}, 0 at the end of the content
     */
    public int fill() throws IOException {
        if (contentLeft > 0 && received.length() == 0) {
            require();
        }
        return buffered();
    }

    public ByteBuffer buffer() {
        return received.bytes();
    }

    public int position() {
        return received.position();
    }

    /** Marks bytes of content as taken; at most {@link #buffered()} bytes. */
    public void skip(int length) {
        received.skip(length);
        contentLeft -= length;
    }

    /** Leaves the rest of the content to be skipped by {@link #next()}. */
    public void ignoreContent() {
        paddingLeft += contentLeft;
        contentLeft = 0;
    }

    /**
     * Reads content of the current record. Blocks until at least one byte has arrived.
     *
     * @return the number of bytes, -1 at the end of the content
     */
    public int read(byte[] target, int offset, int length) throws IOException {
        if (contentLeft == 0) {
            return -1;
        }
        int count = Math.min(length, fill());
        received.bytes().get(received.position(), target, offset, count);
        skip(count);
        return count;
    }

    /**
     * Returns a copy of the whole content, which must not exceed the limit.
     *
     * @throws FcgiProtocolException when it does
     */
    public byte[] readContent(int maxLength) throws IOException {
        if (contentLength > maxLength) {
            throw new FcgiProtocolException(
                    Fcgi.typeName(type) + " record of " + contentLength + " bytes, more than " + maxLength);
        }
        return read(contentLength);
    }

    private byte[] read(int length) throws IOException {
        byte[] content = new byte[length];
        for (int filled = 0; filled < length; ) {
            filled += read(content, filled, length - filled);
        }
        return content;
    }

    /**
     * Reads the content of BEGIN_REQUEST or END_REQUEST for their decoders; blocks until it has arrived. The rest of
     * longer content is skipped.
     *
     * @throws FcgiProtocolException when it is shorter
     */
    public long readBody() throws IOException {
        if (contentLength < Fcgi.BODY_LENGTH) {
            throw new FcgiProtocolException(
                    Fcgi.typeName(type) + " of " + contentLength + " bytes instead of " + Fcgi.BODY_LENGTH);
        }
        long body;
        if (fill() < Fcgi.BODY_LENGTH) {
            body = ByteBuffer.wrap(read(Fcgi.BODY_LENGTH)).getLong();
        } else {
            body = received.getLong(0);
            skip(Fcgi.BODY_LENGTH);
        }
        ignoreContent();
        return body;
    }

    /** Reads and drops what arrives, records or not. Returns the number of bytes, -1 at the end of the stream. */
    public int discard() throws IOException {
        contentLeft = 0;
        paddingLeft = 0;
        if (received.length() == 0 && !received.receive(channel)) {
            return -1;
        }
        int count = received.length();
        received.skip(count);
        return count;
    }

    private void skipRecord() throws IOException {
        int left = contentLeft + paddingLeft;
        for (int length; left > (length = received.length()); left -= length) {
            received.skip(length);
            require();
        }
        received.skip(left);
        contentLeft = 0;
        paddingLeft = 0;
    }

    private void require() throws IOException {
        if (!received.receive(channel)) {
            throw endInside();
        }
    }

    private EOFException endInside() {
        return new EOFException("connection ended inside a " + Fcgi.typeName(type) + " record");
    }

    /**
     * Called between two requests, with nothing buffered: keeps only as much memory as the last request needed. The
     * next one is likely to be of the same size, and an idle connection should be small.
     */
    public void shrink() {
        if (contentLeft + paddingLeft == 0) {
            received.shrink();
        }
    }

    /** Ends the use of this reader and of everything read, so that another reader can have its buffer. */
    public void end() {
        received.end();
    }

    private static int contentLength(long header) {
        return (int) (header >>> 16) & 0xFFFF;
    }

    private static int paddingLength(long header) {
        return (int) (header >>> 8) & 0xFF;
    }

    /** The current record in one line for logs, such as {@code 1 PARAMS 812+4}. */
    @Override
    public String toString() {
        return requestId + " " + Fcgi.typeName(type) + " " + contentLength + "+" + paddingLength;
    }
}
