package dev.fcgi.examples.check;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** The socket that web servers connect to. Never blocks. */
final class Listener implements AutoCloseable {
    private static final int BACKLOG = 128;

    private final ServerSocketChannel channel;
    /** The file of a Unix socket, or null. */
    private final Path file;

    private Listener(ServerSocketChannel channel, Path file) {
        this.channel = channel;
        this.file = file;
    }

    static Listener bind(String address) throws IOException {
        boolean unix = address.startsWith("unix:");
        Path file = unix ? Path.of(address.substring(5)) : null;
        ServerSocketChannel channel =
                unix ? ServerSocketChannel.open(StandardProtocolFamily.UNIX) : ServerSocketChannel.open();
        try {
            if (unix) {
                channel.bind(UnixDomainSocketAddress.of(file), BACKLOG);
                // web servers usually run as another user
                Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rw-"));
            } else {
                int colon = address.lastIndexOf(':');
                channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
                channel.bind(new InetSocketAddress(address.substring(0, colon),
                        Integer.parseInt(address.substring(colon + 1))), BACKLOG);
            }
            channel.configureBlocking(false);
            return new Listener(channel, file);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw new IOException("cannot listen on " + address + ": " + e.getMessage(), e);
        }
    }

    /** {@return a connection, or null when none is waiting} */
    SocketChannel accept() throws IOException {
        return channel.accept();
    }

    /** {@return where it listens, with the port that was chosen for port 0} */
    String address() {
        try {
            return file != null ? "unix:" + file
                    : channel.getLocalAddress() instanceof InetSocketAddress local
                            ? local.getAddress().getHostAddress() + ":" + local.getPort() : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
            if (file != null) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            // the file is useless now, whether or not it was removed
        }
    }
}
