package dev.fcgi.internal.io;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/**
 * A listening socket of this process alone. It is not blocking: the accepting thread waits in a selector, which can be
 * woken, and when it shall stop it takes what is there and closes.
 */
final class OwnListener extends Listener {
    private final ServerSocketChannel channel;
    private final Selector selector;
    /** The socket file that we made; null when there is none. */
    private final SocketFile file;
    /** 0 for never: the end of a channel that others may close wakes nobody. */
    private final long lookMillis;
    private volatile boolean stopping;

    OwnListener(ServerSocketChannel channel, SocketAddress address, SocketFile file, long lookMillis)
            throws IOException {
        super(address);
        this.channel = channel;
        this.file = file;
        this.lookMillis = lookMillis;
        this.selector = Selector.open();
        try {
            channel.configureBlocking(false);
            channel.register(selector, SelectionKey.OP_ACCEPT);
        } catch (IOException | RuntimeException e) {
            selector.close();
            throw e;
        }
    }

    @Override
    SocketChannel next() throws IOException {
        while (true) {
            boolean last = stopping;
            SocketChannel accepted = channel.accept();
            if (accepted != null) {
                return accepted;
            }
            if (last) {
                close();
                return null;
            }
            await();
        }
    }

    /** Lets other threads run first: under load the next connection is there by then, and nobody need be woken. */
    private void await() throws IOException {
        Thread.yield();
        if (selector.selectNow() == 0 && !stopping) { // it may have been woken already to stop
            selector.select(lookMillis);
        }
        selector.selectedKeys().clear();
    }

    @Override
    boolean isStopping() {
        return stopping;
    }

    /** Without its file, nobody finds a Unix socket any more: after that, an empty queue stays empty. */
    @Override
    public void stopAccepting() {
        removeFile();
        stopping = true;
        selector.wakeup();
    }

    @Override
    public void close() {
        stopping = true;
        removeFile();
        closeQuietly(channel);
        closeQuietly(selector); // which lets go of the descriptor
    }

    private void removeFile() {
        if (file != null) {
            file.remove();
        }
    }

    private static void closeQuietly(AutoCloseable closed) {
        try {
            closed.close();
        } catch (Exception ignored) {
            // the descriptor is gone either way
        }
    }
}
