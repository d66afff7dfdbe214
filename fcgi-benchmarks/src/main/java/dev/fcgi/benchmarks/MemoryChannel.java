package dev.fcgi.benchmarks;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.Set;
import java.util.concurrent.Semaphore;

/**
 * A connection without a kernel: each read returns a prepared request, up to a given number; written bytes are dropped.
 * So only the server is measured, without system calls and with one wake-up for many requests.
 */
final class MemoryChannel extends SocketChannel {
    private final byte[] request;
    private final SocketAddress address = UnixDomainSocketAddress.of("memory");
    private final Semaphore wanted = new Semaphore(0);
    private final Semaphore done = new Semaphore(0);
    private int left;
    private boolean first = true;

    MemoryChannel(byte[] request) {
        super(SelectorProvider.provider());
        this.request = request;
    }

    /** Lets the server handle a number of requests, and waits for them. */
    void serve(int requests) {
        wanted.release(requests);
        done.acquireUninterruptibly();
    }

    @Override
    public int read(ByteBuffer target) {
        if (left == 0) {
            if (!first) {
                done.release();
            }
            first = false;
            wanted.acquireUninterruptibly();
            left = 1 + wanted.drainPermits();
        }
        if (!isOpen()) {
            return -1;
        }
        left--;
        target.put(request);
        return request.length;
    }

    @Override
    public int write(ByteBuffer source) {
        int count = source.remaining();
        source.position(source.limit());
        return count;
    }

    @Override
    protected void implCloseSelectableChannel() {
        wanted.release();
    }

    @Override
    public SocketAddress getRemoteAddress() {
        return address;
    }

    @Override
    public SocketAddress getLocalAddress() {
        return address;
    }

    @Override
    public SocketChannel shutdownInput() {
        return this;
    }

    @Override
    public SocketChannel shutdownOutput() {
        return this;
    }

    @Override
    public boolean isConnected() {
        return true;
    }

    @Override
    public boolean isConnectionPending() {
        return false;
    }

    // never called

    @Override
    public <T> SocketChannel setOption(SocketOption<T> name, T value) {
        throw new UnsupportedOperationException();
    }

    @Override
    public <T> T getOption(SocketOption<T> name) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Set<SocketOption<?>> supportedOptions() {
        return Set.of();
    }

    @Override
    public SocketChannel bind(SocketAddress local) {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean connect(SocketAddress remote) {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean finishConnect() {
        throw new UnsupportedOperationException();
    }

    @Override
    public Socket socket() {
        throw new UnsupportedOperationException();
    }

    @Override
    public long read(ByteBuffer[] targets, int offset, int length) throws IOException {
        throw new UnsupportedOperationException();
    }

    @Override
    public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
        throw new UnsupportedOperationException();
    }

    @Override
    protected void implConfigureBlocking(boolean block) {}
}
