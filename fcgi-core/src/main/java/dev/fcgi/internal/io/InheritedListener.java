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
 * <p>It stays in blocking mode, because O_NONBLOCK would affect all these processes, and libfcgi then leaves its accept
 * loop. It is never closed, because that would turn fd 0, 1 and 2 into the null device. So at a stop, our accepting
 * thread may be blocked in the kernel, where only a connection wakes it: we make one. When any process has accepted it,
 * all earlier connections have been accepted too; later ones belong to the processes that share the socket.
 *
 * <p>Where we cannot connect (no permission, another network namespace, the file was removed), a thread that waits also
 * shows that nothing is left. A thread that was busy accepts the rest without waiting, by setting O_NONBLOCK for the
 * duration of a call.
 */
final class InheritedListener extends Listener {
    /** After this time in accept, the thread counts as waiting. */
    private static final long BLOCKED_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
    /** A socket that does not listen fails immediately. */
    private static final long START_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final long START_LIMIT_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private final ServerSocketChannel channel;
    /** Since when the accepting thread is in accept; 0 while it is not. */
    private volatile long blockedSince;
    private volatile boolean hasAccepted;
    private volatile IOException failure;
    private volatile boolean stopping;
    /** Whether all connections from before the stop were accepted. */
    private volatile boolean passed;
    /** Whether nothing can wake the accepting thread. */
    private volatile boolean unreachable;
    /** The local address of our own connection; null for a Unix socket, which has none. */
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
            // connecting may wait for room in the backlog, which for a Unix socket only a platform thread can do
            Thread.ofPlatform().name("fcgi-stop-accepting").daemon().start(this::wakeAcceptingThread);
        } catch (OutOfMemoryError e) {
            unreachable = true;
        }
    }

    /** Connects until the accepting thread has accepted a connection, because other processes may accept ours. */
    private void wakeAcceptingThread() {
        try {
            while (!super.hasEnded()) {
                connectAndAwaitClose();
                if (passed) {
                    LockSupport.parkNanos(PAUSE_NANOS);
                }
                passed = true;
            }
        } catch (Throwable e) { // whatever the reason, that thread cannot be woken
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
                // already closed
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
