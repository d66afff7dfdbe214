package dev.fcgi;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.function.IntFunction;

/** A peer that sends as much as it can, and may not read responses. */
final class FloodPeer implements AutoCloseable {
    private final SocketChannel channel;
    private final IntFunction<byte[]> pieces;
    private final boolean reads;
    private final ByteBuffer received = ByteBuffer.allocate(64 * 1024);
    private ByteBuffer current = ByteBuffer.allocate(0);
    private int next;
    private long sent;
    private boolean over;

    /** The n-th piece; null after the last one. */
    FloodPeer(SocketAddress address, boolean reads, IntFunction<byte[]> pieces) throws IOException {
        this.pieces = pieces;
        this.reads = reads;
        channel = SocketChannel.open(address);
        channel.configureBlocking(false);
    }

    /** Sends as much as fits. Returns whether any did. */
    boolean push() {
        if (over) {
            return false;
        }
        try {
            if (reads) {
                received.clear();
                over = channel.read(received) < 0;
            }
            if (!current.hasRemaining()) {
                byte[] piece = piece();
                if (piece.length == 0) {
                    return false;
                }
                current = ByteBuffer.wrap(piece);
            }
            int count = channel.write(current);
            sent += count;
            return count > 0;
        } catch (IOException closed) {
            over = true;
            return false;
        }
    }

    /** Several pieces together, because a write for each small record would take forever. */
    private byte[] piece() {
        ByteArrayOutputStream many = new ByteArrayOutputStream();
        while (many.size() < 16 * 1024) {
            byte[] piece = pieces.apply(next);
            if (piece == null) {
                break;
            }
            next++;
            many.writeBytes(piece);
        }
        return many.toByteArray();
    }

    long sent() {
        return sent;
    }

    /** Whether the server has closed the connection. */
    boolean isOver() {
        return over;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
