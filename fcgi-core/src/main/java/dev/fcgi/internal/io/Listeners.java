package dev.fcgi.internal.io;

import java.io.IOException;
import java.net.BindException;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/** Creates listeners. */
public final class Listeners {
    private static final long ADOPTED_LOOK_MILLIS = 500;

    private Listeners() {}

    /** Binds a TCP or Unix address. */
    public static Listener bind(SocketAddress address, int backlog, UnixOptions options) throws IOException {
        UnixDomainSocketAddress unix = address instanceof UnixDomainSocketAddress path ? path : null;
        ServerSocketChannel channel =
                unix == null ? ServerSocketChannel.open() : ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        SocketFile file = null;
        try {
            if (unix != null) {
                file = SocketFile.bind(channel, unix.getPath(), backlog, options);
                return new OwnListener(channel, address, file, 0);
            }
            channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            channel.bind(address, backlog);
            return new OwnListener(channel, channel.getLocalAddress(), null, 0);
        } catch (IOException | RuntimeException e) {
            if (file != null) {
                file.remove();
            }
            channel.close();
            BindException failed = new BindException("cannot listen on " + Address.text(address) + ": " + e.getMessage());
            failed.initCause(e);
            throw failed;
        }
    }

    /** Adopts a socket that the caller has bound; it is closed at the end, but a socket file is kept. */
    public static Listener adopt(ServerSocketChannel channel) throws IOException {
        SocketAddress address = channel.getLocalAddress();
        if (address == null) {
            throw new BindException("cannot listen on a channel that is not bound");
        }
        return channel == System.inheritedChannel()
                ? new InheritedListener(channel, address)
                : new OwnListener(channel, address, null, ADOPTED_LOOK_MILLIS);
    }

    /**
     * Takes the listening socket on fd 0 (FastCGI 2.2).
     *
     * @return the listener; null when fd 0 is not a socket, or is a connected one, as with plain CGI
     * @throws IOException when it is a socket of another kind
     */
    public static Listener inherited() throws IOException {
        Channel channel = System.inheritedChannel();
        if (channel instanceof ServerSocketChannel listening) {
            return new InheritedListener(listening, listening.getLocalAddress());
        }
        if (channel == null || channel instanceof SocketChannel) {
            return null;
        }
        throw new IOException("file descriptor 0 is a socket, but not one that accepts connections");
    }
}
