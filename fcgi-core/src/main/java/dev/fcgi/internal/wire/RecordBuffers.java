package dev.fcgi.internal.wire;

/** The record buffers of a server or a client, some of which are kept for reuse. Thread-safe. */
public final class RecordBuffers {
    /** A buffer that a large message has enlarged beyond this is not kept. */
    private static final int MAX_SPARE_LENGTH = 4096;

    private final SpareBuffers<RecordBuffer> spare = new SpareBuffers<>();
    private final int length;

    /** @param length how many bytes one holds before it is full */
    public RecordBuffers(int length) {
        this.length = length;
    }

    /** {@return an empty buffer, which belongs to the caller until it is {@linkplain #recycle given back}} */
    public RecordBuffer take() {
        RecordBuffer buffer = spare.take();
        return buffer == null ? new RecordBuffer(length, true) : buffer;
    }

    /** Takes back a buffer that is no longer used. */
    public void recycle(RecordBuffer buffer) {
        buffer.release();
        if (buffer.memory() <= MAX_SPARE_LENGTH) {
            spare.keep(buffer);
        }
    }
}
