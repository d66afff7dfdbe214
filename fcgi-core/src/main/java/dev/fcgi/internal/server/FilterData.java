package dev.fcgi.internal.server;

import dev.fcgi.internal.conn.StreamInput;
import java.io.FilterInputStream;
import java.io.IOException;

/** DATA of a Filter. It arrives behind STDIN: reading it gives up what is left of that. */
final class FilterData extends FilterInputStream {
    private final StreamInput stdin;

    FilterData(StreamInput stdin, StreamInput data) {
        super(data);
        this.stdin = stdin;
    }

    @Override
    public int read() throws IOException {
        stdin.close();
        return super.read();
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        stdin.close();
        return super.read(target, offset, length);
    }

    @Override
    public long skip(long count) throws IOException {
        stdin.close();
        return super.skip(count);
    }
}
