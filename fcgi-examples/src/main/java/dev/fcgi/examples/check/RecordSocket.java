package dev.fcgi.examples.check;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A socket that sends bytes and receives records, without waiting unless stated otherwise. Confined to one thread. */
final class RecordSocket {
    static final int WRITABLE = SelectionKey.OP_WRITE;
    static final int READABLE = SelectionKey.OP_READ;

    /** The limit on all records of a connection, because an answer may be endless. */
    private static final int MOST = 1 << 26;

    private final SocketChannel channel;
    private final Selector selector;
    private byte[] partial = new byte[1 << 16];
    private int partialLength;
    private long total;
    private String ended;
    private boolean broken;
    private boolean closed;

    RecordSocket(SocketChannel channel) throws IOException {
        this.channel = channel;
        if (channel.supportedOptions().contains(StandardSocketOptions.TCP_NODELAY)) {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true); // each piece is a segment
        }
        channel.configureBlocking(false);
        this.selector = Selector.open();
        channel.register(selector, 0);
    }

    /** {@return how the other side has ended the connection, closed or reset, or null} */
    String ended() {
        return ended;
    }

    boolean isOpen() {
        return ended == null && !closed;
    }

    /** {@return how many bytes of an incomplete record were received} */
    int partialLength() {
        return partialLength;
    }

    /** {@return how many bytes could be sent} An error is a reset, found by {@link #receive}. */
    int write(ByteBuffer bytes) {
        try {
            return channel.write(bytes);
        } catch (IOException e) {
            broken = true; // data received before the end must still be read
            return 0;
        }
    }

    void endOutput() {
        try {
            channel.shutdownOutput();
        } catch (IOException e) {
            ended = ended == null ? "reset" : ended;
        }
    }

    /** Waits for an operation up to a moment of System.nanoTime; {@return whether it is possible} */
    boolean await(int operations, long deadline) {
        try {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            channel.keyFor(selector).interestOps(operations);
            boolean ready = selector.select(left / 1_000_000 + 1) > 0;
            selector.selectedKeys().clear();
            return ready;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@return the available records, or those that a limited number of reads finds} */
    List<FcgiRecord> receive(int reads) {
        List<FcgiRecord> records = new ArrayList<>();
        for (int i = 0; i < reads && isOpen() && total < MOST; i++) {
            if (partialLength == partial.length) {
                partial = Arrays.copyOf(partial, 2 * partial.length);
            }
            try {
                int count = channel.read(ByteBuffer.wrap(partial, partialLength, partial.length - partialLength));
                if (count <= 0) {
                    ended = count < 0 ? "closed" : broken ? "reset" : null;
                    return records;
                }
                partialLength += count;
                total += count;
            } catch (IOException e) {
                ended = "reset";
            }
            cut(records);
        }
        return records;
    }

    /** {@return whether the limit was reached, so that no more is received} */
    boolean isFull() {
        return total >= MOST;
    }

    private void cut(List<FcgiRecord> records) {
        int from = 0;
        for (FcgiRecord next; (next = FcgiRecord.first(partial, from, partialLength)) != null; from += next.length()) {
            records.add(next);
        }
        System.arraycopy(partial, from, partial, 0, partialLength - from);
        partialLength -= from;
    }

    /** Closes it, optionally with a reset, which the other side sees at least on TCP. */
    void close(boolean reset) {
        closed = true;
        try {
            if (reset && channel.supportedOptions().contains(StandardSocketOptions.SO_LINGER)) {
                channel.setOption(StandardSocketOptions.SO_LINGER, 0);
            }
            channel.close();
            selector.close();
        } catch (IOException e) {
            ended = ended == null ? "reset" : ended;
        }
    }
}
