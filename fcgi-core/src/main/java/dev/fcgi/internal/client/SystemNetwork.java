package dev.fcgi.internal.client;

import dev.fcgi.internal.conn.TimeLimit;
import dev.fcgi.internal.io.ChannelTransport;
import dev.fcgi.internal.io.Transport;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.util.concurrent.TimeUnit;

/** The resolver and the sockets of the JDK. */
final class SystemNetwork implements Network {
    private static final long BACKLOG_PAUSE_MILLIS = 10;

    @Override
    public InetAddress[] resolve(String host) throws UnknownHostException {
        return InetAddress.getAllByName(host);
    }

    @Override
    public Transport connect(SocketAddress address, long nanos) throws IOException {
        boolean internet = address instanceof InetSocketAddress;
        long start = System.nanoTime();
        while (true) {
            SocketChannel channel = internet ? SocketChannel.open() : SocketChannel.open(StandardProtocolFamily.UNIX);
            boolean connected = false;
            try {
                if (internet) {
                    long millis = TimeUnit.NANOSECONDS.toMillis(nanos);
                    channel.socket().connect(address, Math.clamp(millis, 1, Integer.MAX_VALUE));
                } else {
                    channel.configureBlocking(false); // a platform thread would wait for the backlog, without a limit
                    channel.connect(address);
                    channel.configureBlocking(true);
                }
                Transport transport = ChannelTransport.connected(channel, address);
                connected = true;
                return transport;
            } catch (SocketException e) {
                if (!isBacklogFull(address, e)) {
                    throw e;
                }
            } finally {
                if (!connected) {
                    channel.close();
                }
            }
            pause(TimeLimit.isOver(nanos, start, System.nanoTime()));
        }
    }

    /** Whether it is EAGAIN, which has no class of its own; nor has ENOENT. */
    private static boolean isBacklogFull(SocketAddress address, SocketException e) {
        return address instanceof UnixDomainSocketAddress unix
                && e.getClass() == SocketException.class
                && Files.exists(unix.getPath());
    }

    private static void pause(boolean tooLate) throws IOException {
        if (tooLate) {
            throw new SocketTimeoutException("no room in the backlog");
        }
        try {
            Thread.sleep(BACKLOG_PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while connecting");
        }
    }
}
