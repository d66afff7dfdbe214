package dev.fcgi.soak;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;

/** A connection of a peer that reads and writes at the same time, in pieces of any size. Confined to one thread. */
final class Link implements AutoCloseable {
    private static final long DEADLINE = TimeUnit.SECONDS.toNanos(60);

    /** What is done with each record that arrives. */
    @FunctionalInterface
    interface Sink {
        void record(int type, int id, byte[] content);
    }

    private final SocketChannel channel;
    private final Selector selector;
    private final Sink sink;
    private final boolean tcp;
    /** What has arrived of the next record; as large as a record can be. */
    private final ByteBuffer arrived = ByteBuffer.allocate(8 + 65_535 + 255);
    private int readLimit = Integer.MAX_VALUE;
    private boolean ended;
    private IOException reset;

    Link(SocketAddress address, Sink sink) throws IOException {
        this.sink = sink;
        this.tcp = address instanceof InetSocketAddress;
        this.channel = SocketChannel.open(address);
        this.selector = Selector.open();
        channel.configureBlocking(false);
        channel.register(selector, 0);
        if (tcp) {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true); // a piece is a segment
        }
    }

    /** Takes so many bytes at once at most: a slow reader. */
    void readLimit(int bytes) {
        readLimit = bytes;
    }

    boolean hasEnded() {
        return ended;
    }

    /** {@return the exception that ended the connection, null when it was closed in order} */
    IOException reset() {
        return reset;
    }

    /** Sends, and receives as soon as the server accepts no more; bytes that the server does not want are lost. */
    void send(byte[] bytes, int from, int to) {
        ByteBuffer piece = ByteBuffer.wrap(bytes, from, to - from);
        try {
            for (long since = System.nanoTime(); piece.hasRemaining(); ) {
                if (channel.write(piece) > 0) {
                    since = System.nanoTime();
                    continue;
                }
                int interest = ended ? SelectionKey.OP_WRITE : SelectionKey.OP_WRITE | SelectionKey.OP_READ;
                if ((await(interest, since) & SelectionKey.OP_READ) != 0) {
                    receive();
                    since = System.nanoTime();
                }
            }
        } catch (IOException e) {
            while (!ended) { // a reset says nothing about what arrived before
                receive();
            }
        }
    }

    /** Waits for something to arrive and takes it. */
    void awaitSome() throws IOException {
        await(SelectionKey.OP_READ, System.nanoTime());
        receive();
    }

    private int await(int interest, long since) throws IOException {
        SelectionKey key = channel.keyFor(selector).interestOps(interest);
        long left = DEADLINE - (System.nanoTime() - since);
        if (left <= 0 || selector.select(TimeUnit.NANOSECONDS.toMillis(left) + 1) == 0 && left < DEADLINE / 2) {
            throw new IllegalStateException("nothing happened in time");
        }
        selector.selectedKeys().clear();
        return key.readyOps();
    }

    private void receive() {
        try {
            arrived.limit((int) Math.min(arrived.capacity(), (long) arrived.position() + readLimit));
            int count = channel.read(arrived);
            ended |= count < 0;
        } catch (IOException e) {
            ended = true;
            reset = e;
        }
        takeRecords();
    }

    private void takeRecords() {
        arrived.flip();
        while (arrived.remaining() >= 8) {
            int at = arrived.position();
            int length = arrived.getShort(at + 4) & 0xFFFF;
            int padding = arrived.get(at + 6) & 0xFF;
            if (arrived.remaining() < 8 + length + padding) {
                break;
            }
            if (arrived.get(at) != 1 || arrived.get(at + 7) != 0) {
                throw new IllegalStateException("not a record: version " + arrived.get(at));
            }
            byte[] content = new byte[length];
            arrived.get(at + 8, content);
            arrived.position(at + 8 + length + padding);
            sink.record(arrived.get(at + 1) & 0xFF, arrived.getShort(at + 2) & 0xFFFF, content);
        }
        if (ended && reset == null && arrived.hasRemaining()) {
            reset = new IOException(arrived.remaining() + " bytes of a broken record before the end");
        }
        arrived.compact();
    }

    void halfClose() {
        try {
            channel.shutdownOutput();
        } catch (IOException ignored) {
            // the server was first
        }
    }

    /** Closes with RST, on TCP; on a Unix socket, unread input makes one. */
    void abort() throws IOException {
        if (tcp) {
            channel.setOption(StandardSocketOptions.SO_LINGER, 0);
        }
        close();
    }

    @Override
    public void close() throws IOException {
        ended = true;
        channel.close();
        selector.close();
    }
}
