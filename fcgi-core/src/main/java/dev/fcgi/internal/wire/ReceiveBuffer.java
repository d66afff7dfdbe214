package dev.fcgi.internal.wire;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;

/**
 * The receive buffer of one connection. It is small while the connection carries small requests, because there may be
 * many connections; it grows, up to a borrowed large buffer, while each read fills it.
 *
 * <p>Confined to the thread that reads the connection.
 */
final class ReceiveBuffer {
    /** The head of most requests fits. */
    private static final int FIRST_CAPACITY = 2048;
    /** Small, because an idle connection holds one. */
    private static final int LEAST_CAPACITY = 1024;
    /** The capacity once a connection carries more than small requests. */
    private static final int FULL_CAPACITY = LargeBuffers.WORTHWHILE;

    /** Buffers of the first capacity: most connections of most web servers carry one request. */
    private static final SpareBuffers<ByteBuffer> SPARE = new SpareBuffers<>();

    /** Allocated by the first read, because a connection may have to wait for its thread. */
    private ByteBuffer own;
    /** Either {@code own} or a borrowed large buffer. */
    private ByteBuffer bytes;
    /** Bytes that were read and not yet consumed: bytes[position .. limit). */
    private int position;
    private int limit;
    /** How many bytes the last read returned. */
    private int lastCount;
    private int reads;
    /** The largest number of bytes in the buffer since the last {@link #shrink}. */
    private int used;

    /** {@return how many bytes were read and not yet consumed} */
    int length() {
        return limit - position;
    }

    /** {@return how often something was read} */
    int reads() {
        return reads;
    }

    /** {@return the buffer that holds them, from {@link #position} on, until the next read} */
    ByteBuffer bytes() {
        return bytes;
    }

    int position() {
        return position;
    }

    /** {@return eight of them, starting at the n-th} */
    long getLong(int n) {
        return bytes.getLong(position + n);
    }

    /** Consumes some. */
    void skip(int count) {
        position += count;
    }

    /** Reads once, after the bytes that are still needed, fewer than 8, of a header; false at the end of the stream. */
    boolean receive(ReadableByteChannel channel) throws IOException {
        makeRoom();
        int count = channel.read(bytes);
        if (count < 0) {
            return false;
        }
        lastCount = count;
        reads++;
        limit += count;
        used = Math.max(used, limit);
        return true;
    }

    private void makeRoom() {
        if (bytes == null) {
            ByteBuffer spare = SPARE.take();
            own = spare == null ? Buffers.allocate(FIRST_CAPACITY) : spare;
            bytes = own;
        } else if (limit == bytes.capacity()) {
            grow(); // a read that fills the buffer suggests that more will come
        } else if (bytes != own && lastCount < FULL_CAPACITY) {
            moveTo(own);
        }
        if (position == limit) {
            position = 0;
            limit = 0;
        }
        bytes.limit(bytes.capacity()).position(limit);
    }

    private void grow() {
        if (own.capacity() < FULL_CAPACITY) {
            replaceOwn(FULL_CAPACITY);
            return;
        }
        ByteBuffer large = bytes == own ? LargeBuffers.borrow() : null;
        moveTo(large == null ? bytes : large);
    }

    void giveBackLarge() {
        if (bytes != own) {
            moveTo(own);
        }
    }

    /** Called when the buffer is empty: reduces it to what was needed since the last call. */
    void shrink() {
        if (bytes == null || position < limit) {
            return;
        }
        moveTo(own);
        int capacity = LEAST_CAPACITY;
        while (capacity <= used && capacity < FULL_CAPACITY) {
            capacity *= 2;
        }
        used = 0;
        if (capacity < own.capacity()) {
            replaceOwn(capacity);
        }
    }

    private void replaceOwn(int capacity) {
        ByteBuffer other = Buffers.allocate(capacity);
        moveTo(other);
        keepSpare();
        own = other;
    }

    /** Moves the bytes that are still needed to another buffer, or to the start of this one. */
    private void moveTo(ByteBuffer other) {
        ByteBuffer before = bytes;
        other.put(0, before, position, limit - position);
        limit -= position;
        position = 0;
        bytes = other;
        if (before != own && before != other) {
            LargeBuffers.giveBack(before);
        }
    }

    private void keepSpare() {
        if (own.capacity() == FIRST_CAPACITY) {
            SPARE.keep(own);
        }
    }

    /** Ends the use of the buffer and of everything read, so that another connection can have it. */
    void end() {
        if (bytes == null) {
            return;
        }
        position = limit;
        moveTo(own);
        keepSpare();
        own = null;
        bytes = null;
    }
}
