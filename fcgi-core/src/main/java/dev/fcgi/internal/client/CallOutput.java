package dev.fcgi.internal.client;

import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;

/** STDOUT of a call, for the thread of the caller. */
final class CallOutput extends InputStream {
    /** The size of reads for the head, which is read byte by byte and usually fits. */
    private static final int PIECE = 256;

    /** Who is told when the caller comes to know the end. */
    interface Teller {
        /** The end, or with a failure what may be one. */
        void over(Throwable failure);
    }

    private final Teller teller;
    private final CallWatch watch;
    private final InputStream stdout;
    private final CallStderr stderr;
    /** What was read ahead for single bytes: piece[position .. limit). Created by the first. */
    private byte[] piece;
    private int position;
    private int limit;

    CallOutput(Teller teller, CallWatch watch, InputStream stdout, CallStderr stderr) {
        this.teller = teller;
        this.watch = watch;
        this.stdout = stdout;
        this.stderr = stderr;
    }

    @Override
    public int read() throws IOException {
        if (position == limit) {
            if (piece == null) {
                piece = new byte[PIECE];
            }
            int count = pull(piece, 0, PIECE);
            if (count < 0) {
                return -1;
            }
            position = 0;
            limit = count;
        }
        return piece[position++] & 0xFF;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, target.length);
        int ahead = Math.min(length, limit - position);
        if (ahead > 0) {
            System.arraycopy(piece, position, target, offset, ahead);
            position += ahead;
            return ahead;
        }
        return pull(target, offset, length);
    }

    private int pull(byte[] target, int offset, int length) throws IOException {
        stderr.deliver();
        int count;
        try {
            count = stdout.read(target, offset, length);
        } catch (IOException e) {
            teller.over(e);
            throw e;
        }
        if (count < 0) {
            stderr.deliver();
            teller.over(null);
        } else {
            watch.taken(count);
        }
        return count;
    }

    @Override
    public int available() throws IOException {
        return limit - position + stdout.available();
    }

    @Override
    public void close() throws IOException {
        position = limit;
        stdout.close();
    }
}
