package dev.fcgi.internal.client;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** STDOUT of a call, for the thread of the caller. */
final class CallOutput extends FilterInputStream {
    private final ClientCall call;

    CallOutput(ClientCall call, InputStream stdout) {
        super(stdout);
        this.call = call;
    }

    @Override
    public int read() throws IOException {
        call.deliverStderr();
        int b = super.read();
        if (b < 0) {
            call.deliverStderr();
        }
        return b;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        call.deliverStderr();
        int count = super.read(target, offset, length);
        if (count < 0) {
            call.deliverStderr();
        }
        return count;
    }
}
