package dev.fcgi.benchmarks;

import java.net.ServerSocket;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.Set;
import java.util.concurrent.CountDownLatch;

/** Gives a server one connection, and then no other. */
final class MemoryListener extends ServerSocketChannel {
    private final CountDownLatch closed = new CountDownLatch(1);
    private SocketChannel next;

    MemoryListener(SocketChannel connection) {
        super(SelectorProvider.provider());
        next = connection;
    }

    @Override
    public SocketChannel accept() throws AsynchronousCloseException {
        SocketChannel accepted = next;
        next = null;
        if (accepted == null) {
            try {
                closed.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt(); // ends as well
            }
            throw new AsynchronousCloseException();
        }
        return accepted;
    }

    @Override
    protected void implCloseSelectableChannel() {
        closed.countDown();
    }

    @Override
    public SocketAddress getLocalAddress() {
        return null;
    }

    @Override
    public Set<SocketOption<?>> supportedOptions() {
        return Set.of();
    }

    @Override
    public <T> ServerSocketChannel setOption(SocketOption<T> name, T value) {
        throw new UnsupportedOperationException();
    }

    @Override
    public <T> T getOption(SocketOption<T> name) {
        throw new UnsupportedOperationException();
    }

    @Override
    public ServerSocketChannel bind(SocketAddress local, int backlog) {
        throw new UnsupportedOperationException();
    }

    @Override
    public ServerSocket socket() {
        throw new UnsupportedOperationException();
    }

    @Override
    protected void implConfigureBlocking(boolean block) {}
}
