package dev.fcgi.httpserver;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Objects;

/**
 * The body of a response: nothing before the head, as many bytes as were announced, and at the close the end of the
 * exchange. Of one thread at a time.
 */
final class ExchangeOutput extends OutputStream {
    static final long UNKNOWN = -1;

    private final Exchange exchange;
    private final OutputStream stdout;
    private boolean begun;
    private long remaining;
    private boolean closed;

    ExchangeOutput(Exchange exchange, OutputStream stdout) {
        this.exchange = exchange;
        this.stdout = stdout;
    }

    /**
     * Sends the head; now the body may be written.
     *
     * @param length of the body, or {@link #UNKNOWN}
     */
    void begin(byte[] head, long length) throws IOException {
        stdout.write(head);
        begun = true;
        remaining = length;
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] source, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, source.length);
        requireHead();
        if (length == 0) {
            return;
        }
        if (closed) {
            throw new IOException("the stream is closed");
        }
        if (remaining != UNKNOWN && length > remaining) {
            throw new IOException(length + " bytes written where " + remaining + " were announced");
        }
        stdout.write(source, offset, length);
        if (remaining != UNKNOWN) {
            remaining -= length;
            if (remaining == 0) {
                exchange.complete();
            }
        }
    }

    private void requireHead() throws IOException {
        if (!begun) {
            throw new IOException("the head of the response was not sent yet");
        }
    }

    /** Sends what was written; with the last byte that was announced, the end of the response. */
    @Override
    public void flush() throws IOException {
        requireHead();
        if (remaining == 0) {
            exchange.finish();
        } else {
            stdout.flush();
        }
    }

    @Override
    public void close() throws IOException {
        requireHead();
        if (closed) {
            return;
        }
        closed = true;
        if (remaining > 0) {
            IOException failure = new IOException("the response has " + remaining + " bytes less than announced");
            exchange.fail(failure);
            throw failure;
        }
        exchange.finish();
    }
}
