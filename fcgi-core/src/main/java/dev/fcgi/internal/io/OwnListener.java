package dev.fcgi.internal.io;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/**
 * A listening socket that is not shared with other processes. It is in non-blocking mode: the accepting thread waits in
 * a selector, which can be woken; at the stop it accepts what is queued and closes the socket.
 */
final class OwnListener extends Listener {
    private final ServerSocketChannel channel;
    private final Selector selector;
    /** The socket file that we have created, or null. */
    private final SocketFile file;
    /**
     * How often to check a channel that others may close, because closing it does not wake the selector; 0 for never.
     */
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

    /**
     * Lets other threads run first: under load the next connection has arrived by then, and the thread need not be
     * woken.
     */
    private void await() throws IOException {
        Thread.yield();
        if (selector.selectNow() == 0 && !stopping) { // it may already have been woken to stop
            selector.select(lookMillis);
        }
        selector.selectedKeys().clear();
    }

    @Override
    boolean isStopping() {
        return stopping;
    }

    /** Without its file, nobody can connect to a Unix socket any more, so an empty queue stays empty. */
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
        closeQuietly(selector); // releases the descriptor
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
