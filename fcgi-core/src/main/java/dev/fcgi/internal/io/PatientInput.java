package dev.fcgi.internal.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SocketChannel;

/**
 * Reads a socket of either mode, and waits in both. It waits by changing to blocking mode. That does not block: a thread
 * that holds the channel for long does so in blocking mode already.
 */
final class PatientInput implements ReadableByteChannel {
    private final SocketChannel channel;

    PatientInput(SocketChannel channel) {
        this.channel = channel;
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        int count = channel.read(target);
        if (count == 0 && target.hasRemaining()) {
            channel.configureBlocking(true);
            count = channel.read(target);
        }
        return count;
    }

    @Override
    public boolean isOpen() {
        return channel.isOpen();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
