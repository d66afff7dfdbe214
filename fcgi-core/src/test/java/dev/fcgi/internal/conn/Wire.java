package dev.fcgi.internal.conn;

import dev.fcgi.internal.io.Transport;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;

/** A connection that accepts everything, and records misuse. */
final class Wire implements Transport {
    volatile String violation;
    volatile int written;
    volatile boolean ended;
    private volatile boolean writing;
    private volatile boolean reading;

    @Override
    public void write(ByteBuffer source) {
        if (writing || ended) {
            violation = ended ? "written after the end" : "two threads write";
        }
        writing = true;
        written += source.remaining();
        source.position(source.limit());
        writing = false;
    }

    void read() {
        if (reading) {
            violation = "two threads read";
        }
        reading = true;
        reading = false;
    }

    @Override
    public void shutdownOutput() {
        ended = true;
    }

    @Override
    public void shutdownInput() {}

    @Override
    public void close() {}

    @Override
    public ReadableByteChannel input() {
        throw new AssertionError("nobody reads");
    }

    @Override
    public SocketAddress peer() {
        return null;
    }
}
