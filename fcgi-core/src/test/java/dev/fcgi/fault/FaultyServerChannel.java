package dev.fcgi.fault;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

/** A listening socket that accepts {@link FaultyChannel}s, unless that fails. */
public final class FaultyServerChannel extends ServerSocketChannel {
    private final ServerSocketChannel real;
    private final Faults faults;
    private final List<SocketChannel> accepted = new CopyOnWriteArrayList<>();

    public FaultyServerChannel(ServerSocketChannel real, Faults faults) {
        super(real.provider());
        this.real = real;
        this.faults = faults;
    }

    /** {@return how many of the sockets that it has accepted are open} */
    public int openChannels() {
        accepted.removeIf(channel -> !channel.isOpen());
        return accepted.size();
    }

    @Override
    public SocketChannel accept() throws IOException {
        faults.operation("accept");
        SocketChannel channel = real.accept();
        if (channel == null) {
            return null;
        }
        accepted.add(channel);
        return new FaultyChannel(channel, faults);
    }

    @Override
    protected void implCloseSelectableChannel() throws IOException {
        real.close();
    }

    @Override
    protected void implConfigureBlocking(boolean block) throws IOException {
        real.configureBlocking(block);
    }

    @Override
    public ServerSocketChannel bind(SocketAddress local, int backlog) throws IOException {
        real.bind(local, backlog);
        return this;
    }

    @Override
    public <T> ServerSocketChannel setOption(SocketOption<T> name, T value) throws IOException {
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
    public ServerSocket socket() {
        return real.socket();
    }

    @Override
    public SocketAddress getLocalAddress() throws IOException {
        return real.getLocalAddress();
    }
}
