package dev.fcgi.httpserver;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Objects;

/**
 * The body of a response: no bytes before the head, exactly as many as were announced, and closing it ends the
 * exchange. Confined to one thread at a time.
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
     * Sends the head; from now on the body may be written.
     *
     * @param length the length of the body, or {@link #UNKNOWN}
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
            throw new IOException("the head of the response must be sent first");
        }
    }

    /** Sends what was written, including the end of the response if the announced length was reached. */
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
