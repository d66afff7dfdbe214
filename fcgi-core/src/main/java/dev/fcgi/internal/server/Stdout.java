package dev.fcgi.internal.server;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Objects;

/** STDOUT of one request. Any thread may write; each write is admitted or refused under the connection's lock. */
final class Stdout extends OutputStream {
    private final ServerRequest request;

    Stdout(ServerRequest request) {
        this.request = request;
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] source, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, source.length);
        request.writeStdout(source, offset, length);
    }

    @Override
    public void flush() throws IOException {
        request.flushStdout();
    }
}
