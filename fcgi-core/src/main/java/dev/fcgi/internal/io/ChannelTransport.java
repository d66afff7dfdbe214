package dev.fcgi.internal.io;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SocketChannel;
import java.util.Set;
import jdk.net.ExtendedSocketOptions;
import jdk.net.UnixDomainPrincipal;

/**
 * A TCP or Unix socket. It is in blocking mode; on a virtual thread, it parks instead of blocking. {@link #isQuiet} turns
 * that off, and the first read or write that has to wait turns it on again: a client whose responses arrive while it
 * does something else never waits, and changing the mode for each call would cost it as much as a read.
 */
public final class ChannelTransport implements Transport {
    private static final int KEEP_IDLE_SECONDS = 30;
    private static final int KEEP_INTERVAL_SECONDS = 10;
    private static final int KEEP_COUNT = 3;

    private final SocketChannel channel;
    private final SocketAddress peer;
    private final SocketAddress listener;
    private final ReadableByteChannel input;
    /** The identity of the peer; null before it was looked up and when it is unknown. */
    private volatile PeerIdentity identity;
    /** The buffer of {@link #isQuiet}. Created by the first check. */
    private ByteBuffer one;

    /**
     * Wraps a connected channel.
     *
     * @param listener the address at which it was accepted, or to which it was connected; used as the name of a peer on
     * a Unix socket
     */
    private ChannelTransport(SocketChannel channel, SocketAddress listener, ReadableByteChannel input)
            throws IOException {
        this.channel = channel;
        this.input = input;
        this.peer = channel.getRemoteAddress();
        this.listener = listener;
        if (peer instanceof InetSocketAddress) {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true); // each write is a complete message
            keepAlive(channel);
        }
    }

    /** {@return the transport of a connection that was accepted at an address; it is always in blocking mode} */
    public static ChannelTransport accepted(SocketChannel channel, SocketAddress listener) throws IOException {
        return new ChannelTransport(channel, listener, channel);
    }

    /** {@return the transport of a connection that was made to an address} */
    public static ChannelTransport connected(SocketChannel channel, SocketAddress listener) throws IOException {
        return new ChannelTransport(channel, listener, new PatientInput(channel));
    }

    /**
     * Makes the kernel probe whether the peer is still there. A host that has lost its power or network does not close
     * its connections, and a handler that waits, with nothing to read or write, would wait forever. With this, reading
     * fails after about a minute.
     */
    private static void keepAlive(SocketChannel channel) throws IOException {
        Set<SocketOption<?>> supported = channel.supportedOptions();
        channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
        if (supported.contains(ExtendedSocketOptions.TCP_KEEPIDLE)) { // the default is two hours
            channel.setOption(ExtendedSocketOptions.TCP_KEEPIDLE, KEEP_IDLE_SECONDS);
            channel.setOption(ExtendedSocketOptions.TCP_KEEPINTERVAL, KEEP_INTERVAL_SECONDS);
            channel.setOption(ExtendedSocketOptions.TCP_KEEPCOUNT, KEEP_COUNT);
        }
    }

    @Override
    public ReadableByteChannel input() {
        return input;
    }

    @Override
    public boolean isQuiet() throws IOException {
        channel.configureBlocking(false);
        return channel.read(one()) == 0;
    }

    @Override
    public boolean hasEnded() {
        try {
            channel.configureBlocking(false);
            return channel.read(one()) < 0;
        } catch (IOException lost) {
            return true;
        }
    }

    private ByteBuffer one() {
        if (one == null) {
            one = ByteBuffer.allocate(1);
        }
        return one.clear();
    }

    @Override
    public void write(ByteBuffer source) throws IOException {
        if (channel.write(source) == 0) {
            channel.configureBlocking(true);
            channel.write(source);
        }
    }

    @Override
    public void shutdownInput() {
        try {
            channel.shutdownInput();
        } catch (Throwable ignored) { // including OutOfMemoryError
            // no longer connected: a read will fail
        }
    }

    @Override
    public void shutdownOutput() {
        try {
            channel.shutdownOutput();
        } catch (Throwable ignored) { // including OutOfMemoryError
            // no longer connected: the peer already knows
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (Throwable ignored) { // including OutOfMemoryError
            // the descriptor is closed in any case
        }
    }

    @Override
    public SocketAddress peer() {
        return peer;
    }

    @Override
    public PeerIdentity identity() {
        if (identity == null && peer instanceof UnixDomainSocketAddress) {
            try {
                UnixDomainPrincipal principal = channel.getOption(ExtendedSocketOptions.SO_PEERCRED);
                identity = new PeerIdentity(principal.user(), principal.group());
            } catch (IOException | UnsupportedOperationException ignored) {
                // closed meanwhile, or not supported by the system
            }
        }
        return identity;
    }

    /** For logs. */
    @Override
    public String toString() {
        return peer instanceof InetSocketAddress ? Address.text(peer) : "peer of " + Address.text(listener);
    }
}
