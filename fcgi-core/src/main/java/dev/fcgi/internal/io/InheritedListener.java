package dev.fcgi.internal.io;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The listening socket on fd 0, which other processes may share.
 *
 * <p>It stays in blocking mode: O_NONBLOCK would be seen by all of them, and libfcgi leaves its accept loop over it. It
 * is never closed: that would turn fd 0, 1 and 2 into the null device. So at a stop, a thread of ours may be blocked in
 * the kernel, where only a connection wakes it: one of our own. When that has been taken, by whatever process, all that
 * came before it has been taken, too; what came after belongs to the processes that share the socket.
 *
 * <p>Where we cannot connect (no permission, another network namespace, the file is gone), a thread that waits says as
 * well that nothing is left. One that was busy takes the rest without waiting, with O_NONBLOCK for the moment of a call.
 */
final class InheritedListener extends Listener {
    /** After that time in accept, the thread waits there. */
    private static final long BLOCKED_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
    /** A socket that does not listen fails at once. */
    private static final long START_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final long START_LIMIT_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private final ServerSocketChannel channel;
    /** Since when the accepting thread is in accept; 0 while it is not. */
    private volatile long blockedSince;
    private volatile boolean hasAccepted;
    private volatile IOException failure;
    private volatile boolean stopping;
    /** All that came before the stop has been taken. */
    private volatile boolean passed;
    /** There is nothing that could wake the accepting thread. */
    private volatile boolean unreachable;
    /** Where our own connection comes from; null for a Unix socket, which has no name then. */
    private volatile SocketAddress own;

    InheritedListener(ServerSocketChannel channel, SocketAddress address) {
        super(address);
        this.channel = channel;
    }

    @Override
    public boolean isInherited() {
        return true;
    }

    @Override
    SocketChannel next() throws IOException {
        while (!passed) {
            SocketChannel accepted = unreachable ? acceptWithoutWaiting() : acceptBlocking();
            if (accepted == null || !accepted.getRemoteAddress().equals(own)) {
                return accepted;
            }
            accepted.close();
            passed = true;
        }
        return null;
    }

    private SocketChannel acceptBlocking() throws IOException {
        blockedSince = System.nanoTime() | 1;
        try {
            SocketChannel accepted = channel.accept();
            hasAccepted = true;
            return accepted;
        } catch (IOException e) {
            failure = e;
            throw e;
        } finally {
            blockedSince = 0;
        }
    }

    private SocketChannel acceptWithoutWaiting() throws IOException {
        channel.configureBlocking(false);
        try {
            return channel.accept();
        } finally {
            channel.configureBlocking(true);
        }
    }

    private boolean isBlockedFor(long nanos) {
        long since = blockedSince;
        return since != 0 && System.nanoTime() - since > nanos;
    }

    @Override
    boolean isStopping() {
        return stopping;
    }

    @Override
    public boolean hasEnded() {
        return super.hasEnded() || unreachable && isBlockedFor(BLOCKED_NANOS);
    }

    @Override
    public void awaitAccepting() throws IOException {
        long begin = System.nanoTime();
        while (!hasAccepted && !isBlockedFor(START_NANOS) && System.nanoTime() - begin < START_LIMIT_NANOS) {
            if (super.hasEnded() && failure != null) {
                throw new IOException("file descriptor 0 is a socket that does not listen: " + failure.getMessage(),
                        failure);
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    @Override
    public void stopAccepting() {
        if (stopping) {
            return;
        }
        stopping = true;
        try {
            // connecting may wait for room in the backlog: for a Unix socket only a platform thread can
            Thread.ofPlatform().name("fcgi-stop-accepting").daemon().start(this::wakeAcceptingThread);
        } catch (OutOfMemoryError e) {
            unreachable = true;
        }
    }

    /** Another process may take our connections: until the accepting thread has got one, ours or another. */
    private void wakeAcceptingThread() {
        try {
            while (!super.hasEnded()) {
                connectAndAwaitClose();
                if (passed) {
                    LockSupport.parkNanos(PAUSE_NANOS);
                }
                passed = true;
            }
        } catch (Throwable e) { // whatever it is, nobody wakes that thread
            unreachable = true;
        }
    }

    private void connectAndAwaitClose() throws IOException {
        try (SocketChannel connection = open()) {
            connection.connect(target());
            try {
                connection.shutdownOutput(); // a process that serves one connection at a time must not wait for us
                connection.read(ByteBuffer.allocate(1));
            } catch (IOException reset) {
                // closed as well
            }
        }
    }

    private SocketChannel open() throws IOException {
        if (!(target() instanceof InetSocketAddress internet)) {
            return SocketChannel.open(StandardProtocolFamily.UNIX);
        }
        SocketChannel connection = SocketChannel.open();
        connection.bind(new InetSocketAddress(internet.getAddress(), 0));
        own = connection.getLocalAddress();
        return connection;
    }

    private SocketAddress target() {
        return address() instanceof InetSocketAddress internet && internet.getAddress().isAnyLocalAddress()
                ? new InetSocketAddress(InetAddress.getLoopbackAddress(), internet.getPort())
                : address();
    }

    @Override
    public void close() {
        stopping = true;
        passed = true;
        end();
    }
}
