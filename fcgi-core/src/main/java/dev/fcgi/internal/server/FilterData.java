package dev.fcgi.internal.server;

import dev.fcgi.Params;
import dev.fcgi.internal.conn.StreamInput;
import dev.fcgi.internal.text.Ascii;
import java.io.FilterInputStream;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;

/** DATA of a Filter. It arrives after STDIN, so reading it discards the rest of STDIN. */
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

    /** {@return FCGI_DATA_LENGTH, or -1 when that is not a valid number} */
    static long length(Params params) {
        return number(params, "FCGI_DATA_LENGTH");
    }

    /** {@return FCGI_DATA_LAST_MOD, seconds since 1970, or null when that is not a valid time} */
    static Instant lastModified(Params params) {
        long seconds = number(params, "FCGI_DATA_LAST_MOD");
        try {
            return seconds < 0 ? null : Instant.ofEpochSecond(seconds);
        } catch (DateTimeException tooFar) {
            return null;
        }
    }

    private static long number(Params params, String name) {
        return Ascii.number(params.get(name), -1);
    }
}
