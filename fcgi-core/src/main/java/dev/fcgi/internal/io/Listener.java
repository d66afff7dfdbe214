package dev.fcgi.internal.io;

import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * One listening socket and its end. Stopping loses no connection that the kernel has queued, and needs neither a file
 * nor a permission.
 *
 * <p>One thread calls {@link #accept()}, a platform thread; any thread may call the other methods.
 */
public abstract class Listener {
    private static final int TRIES = 10;
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private final SocketAddress address;
    private volatile boolean ended;

    Listener(SocketAddress address) {
        this.address = address;
    }

    public final SocketAddress address() {
        return address;
    }

    /**
     * Accepts the next connection. Blocks until there is one.
     *
     * @return null when the listener was stopped and nothing is left
     * @throws ListenerLostException when no more connections can be accepted
     * @throws IOException when there was no descriptor or memory for a connection, which may be temporary
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
     * The JDK distinguishes failures only by a text in the language of the user. If a new socket can be created but
     * accepting still fails, again and again, then the cause is not a lack of descriptors or memory.
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
    public boolean isInherited() {
        return false;
    }

    /** {@return whether no more connections will be returned} */
    public boolean hasEnded() {
        return ended;
    }

    final void end() {
        ended = true;
    }

    /**
     * Waits briefly for the accepting thread, if only that can find out whether this is a listening socket.
     *
     * @throws IOException when it is not listening
     */
    public void awaitAccepting() throws IOException {}

    /** Stops listening: {@link #accept()} still returns the connections that the kernel has queued, then null. */
    public abstract void stopAccepting();

    /** Closes immediately. */
    public abstract void close();
}
