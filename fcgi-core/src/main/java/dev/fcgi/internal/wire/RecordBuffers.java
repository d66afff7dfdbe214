package dev.fcgi.internal.wire;

/** The record buffers of a server or a client, of which some are kept for another request. Any thread. */
public final class RecordBuffers {
    /** One that a large message made larger is not kept. */
    private static final int MAX_SPARE_LENGTH = 4096;

    private final SpareBuffers<RecordBuffer> spare = new SpareBuffers<>();
    private final int length;

    /** @param length how many bytes one holds before it is full */
    public RecordBuffers(int length) {
        this.length = length;
    }

    /** {@return an empty buffer, the caller's until it is {@linkplain #recycle given back}} */
    public RecordBuffer take() {
        RecordBuffer buffer = spare.take();
        return buffer == null ? new RecordBuffer(length, true) : buffer;
    }

    /** Takes back a buffer that nobody uses any more. */
    public void recycle(RecordBuffer buffer) {
        buffer.release();
        if (buffer.memory() <= MAX_SPARE_LENGTH) {
            spare.keep(buffer);
        }
    }
}
