package dev.fcgi.httpserver;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;

/** The body of a request: exactly as many bytes as were announced, or an exception. */
final class ExchangeInput extends InputStream {
    private final InputStream stdin;
    /** Negative when the length is not known. */
    private long remaining;
    private volatile boolean closed;

    ExchangeInput(InputStream stdin, long length) {
        this.stdin = stdin;
        this.remaining = length;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, target.length);
        if (closed) {
            throw new IOException("the stream is closed");
        }
        if (remaining == 0) {
            return -1;
        }
        int count = stdin.read(target, offset, remaining < 0 ? length : (int) Math.min(length, remaining));
        if (count < 0 && remaining > 0) {
            throw new EOFException("the web server has sent " + remaining + " bytes less than announced");
        }
        if (count > 0 && remaining > 0) {
            remaining -= count;
        }
        return count;
    }

    @Override
    public int available() throws IOException {
        int received = closed ? 0 : stdin.available();
        return remaining < 0 ? received : (int) Math.min(received, remaining);
    }

    /** Leaves unread bytes to the FastCGI server; never blocks. */
    @Override
    public void close() throws IOException {
        closed = true;
        stdin.close();
    }
}
