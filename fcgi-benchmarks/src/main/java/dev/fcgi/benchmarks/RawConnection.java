package dev.fcgi.benchmarks;

import dev.fcgi.internal.wire.Fcgi;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/**
 * A connection of a minimal client: it writes prepared bytes, and reads only the headers of records. It allocates
 * nothing after its creation, so that all allocation is the server's.
 */
final class RawConnection implements AutoCloseable {
    private final SocketChannel channel;
    private final ByteBuffer requests;
    private final ByteBuffer buffer;
    private final Headers headers = new Headers();

    /**
     * Connects.
     *
     * @param requests what {@link #send} writes
     * @param buffer to read into, direct; connections that take turns may share it
     */
    RawConnection(SocketAddress address, byte[] requests, ByteBuffer buffer) throws IOException {
        this(address, ByteBuffer.allocateDirect(requests.length).put(requests), buffer);
    }

    RawConnection(SocketAddress address, ByteBuffer requests, ByteBuffer buffer) throws IOException {
        this.channel = SocketChannel.open(address);
        this.requests = requests;
        this.buffer = buffer;
    }

    void send() throws IOException {
        requests.rewind();
        while (requests.hasRemaining()) {
            channel.write(requests);
        }
    }

    /** Reads until so many requests have ended and nothing is left over. */
    void receive(int responses) throws IOException {
        int ended = 0;
        buffer.clear();
        while (ended < responses || buffer.position() > 0 || !headers.isComplete()) {
            if (channel.read(buffer) < 0) {
                throw new EOFException("connection closed inside a response");
            }
            buffer.flip();
            while (headers.next(buffer)) {
                ended += headers.type() == Fcgi.END_REQUEST ? 1 : 0;
            }
            buffer.compact();
        }
    }

    /** Waits until the server has closed the connection, and closes it. */
    void receiveEnd() throws IOException {
        if (channel.read(buffer.clear()) >= 0) {
            throw new IOException("more than the response");
        }
        channel.close();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
