package dev.fcgi.internal.io;

import java.io.IOException;
import java.net.BindException;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channel;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * One listening socket and its end. Stopping loses no connection that the kernel has taken in, and needs neither a file
 * nor a permission.
 *
 * <p>One thread calls {@link #accept()}, a platform thread; any thread may call the other methods.
 */
public abstract sealed class Listener permits OwnListener, InheritedListener {
    private static final long ADOPTED_LOOK_MILLIS = 500;
    private static final int TRIES = 10;
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    /** How the file of a Unix socket is made; null fields leave the default of the system. */
    public record UnixOptions(Set<PosixFilePermission> mode, String group) {}

    private final SocketAddress address;
    private volatile boolean ended;

    Listener(SocketAddress address) {
        this.address = address;
    }

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

    /** Adopts a socket that the caller has bound; it is closed at the end, a socket file is left alone. */
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
     * The listening socket on fd 0 (FastCGI 2.2).
     *
     * @return null when fd 0 is not a socket, or a connected one as with plain CGI
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
        throw new IOException("file descriptor 0 is a socket, but none that accepts connections");
    }

    public final SocketAddress address() {
        return address;
    }

    /**
     * Takes the next connection. Blocks until there is one.
     *
     * @return null when the listener was stopped and nothing is left
     * @throws ListenerLostException when no connection can come any more
     * @throws IOException when there was no descriptor or memory for a connection, which may pass
     */
    public final SocketChannel accept() throws IOException {
        for (int tries = 1; ; tries++) {
            try {
                SocketChannel accepted = next();
                ended |= accepted == null;
                return accepted;
            } catch (ClosedChannelException | ClosedSelectorException e) {
                return lost("it was closed", e);
            } catch (IOException e) {
                if (!isSocketToBeHad()) {
                    throw e;
                }
                if (tries == TRIES) {
                    return lost(e.getMessage(), e);
                }
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
    }

    private SocketChannel lost(String why, Exception cause) throws ListenerLostException {
        ended = true;
        if (isStopping()) {
            return null;
        }
        throw new ListenerLostException(address, why, cause);
    }

    /**
     * The JDK does not tell one failure from another, but by a text in the language of the user. Where a new socket is to
     * be had, and accepting fails all the same, again and again, it is not for want of descriptors or memory.
     */
    private boolean isSocketToBeHad() {
        StandardProtocolFamily family =
                address instanceof UnixDomainSocketAddress ? StandardProtocolFamily.UNIX : StandardProtocolFamily.INET;
        try {
            SocketChannel.open(family).close();
            return true;
        } catch (IOException | UnsupportedOperationException none) {
            return false;
        }
    }

    /** {@return the next connection, null at the end} */
    abstract SocketChannel next() throws IOException;

    abstract boolean isStopping();

    /** {@return whether this is the socket on fd 0: it blocks the thread that accepts, which must not be virtual} */
    public final boolean isInherited() {
        return this instanceof InheritedListener;
    }

    /** {@return whether no connection comes any more} */
    public boolean hasEnded() {
        return ended;
    }

    final void end() {
        ended = true;
    }

    /**
     * Waits a moment for the accepting thread, if only that can find out whether this is a listening socket.
     *
     * @throws IOException when it is not
     */
    public void awaitAccepting() throws IOException {}

    /** Stops listening: what the kernel has taken in still comes out of {@link #accept()}, then null. */
    public abstract void stopAccepting();

    /** Ends at once. */
    public abstract void close();
}
