package dev.fcgi.fault;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Set;

/** A socket whose operations fail by {@link Faults}. A failing close still closes it. */
public final class FaultyChannel extends SocketChannel {
    private final SocketChannel real;
    private final Faults faults;
    private volatile boolean reading;

    public FaultyChannel(SocketChannel real, Faults faults) {
        super(real.provider());
        this.real = real;
        this.faults = faults;
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        faults.operation("read");
        reading = true;
        try {
            return real.read(target);
        } finally {
            reading = false;
        }
    }

    /** {@return whether a thread is in a read, which will not fail any more} */
    public boolean isReading() {
        return reading;
    }

    @Override
    public long read(ByteBuffer[] targets, int offset, int length) throws IOException {
        faults.operation("read");
        return real.read(targets, offset, length);
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
        faults.operation("write");
        return real.write(source);
    }

    @Override
    public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
        faults.operation("write");
        return real.write(sources, offset, length);
    }

    @Override
    public SocketChannel shutdownInput() throws IOException {
        faults.operation("shutdownInput");
        real.shutdownInput();
        return this;
    }

    @Override
    public SocketChannel shutdownOutput() throws IOException {
        faults.operation("shutdownOutput");
        real.shutdownOutput();
        return this;
    }

    @Override
    protected void implCloseSelectableChannel() throws IOException {
        real.close();
        faults.operation("close");
    }

    @Override
    public SocketAddress getRemoteAddress() throws IOException {
        faults.operation("getRemoteAddress");
        return real.getRemoteAddress();
    }

    @Override
    public <T> SocketChannel setOption(SocketOption<T> name, T value) throws IOException {
        faults.operation("setOption");
        real.setOption(name, value);
        return this;
    }

    @Override
    public <T> T getOption(SocketOption<T> name) throws IOException {
        return real.getOption(name);
    }

    @Override
    public Set<SocketOption<?>> supportedOptions() {
        return real.supportedOptions();
    }

    @Override
    public SocketAddress getLocalAddress() throws IOException {
        return real.getLocalAddress();
    }

    @Override
    public SocketChannel bind(SocketAddress local) throws IOException {
        real.bind(local);
        return this;
    }

    @Override
    public boolean connect(SocketAddress remote) throws IOException {
        faults.operation("connect");
        return real.connect(remote);
    }

    @Override
    public boolean finishConnect() throws IOException {
        faults.operation("finishConnect");
        return real.finishConnect();
    }

    @Override
    public boolean isConnected() {
        return real.isConnected();
    }

    @Override
    public boolean isConnectionPending() {
        return real.isConnectionPending();
    }

    @Override
    public Socket socket() {
        return real.socket();
    }

    @Override
    protected void implConfigureBlocking(boolean block) throws IOException {
        real.configureBlocking(block);
    }
}
