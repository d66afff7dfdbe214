package dev.fcgi.httpserver;

import dev.fcgi.AbortPolicy;
import dev.fcgi.FcgiServer;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * Determines where a server listens when its program knows only IP addresses: at the address that a system property
 * gives for its port, otherwise at that port itself, but never on all interfaces. Documented for users at {@link
 * FcgiHttpServerProvider}.
 */
final class ListenProperties {
    private static final String PREFIX = "dev.fcgi.httpserver.";

    /**
     * What the {@code FcgiServer} is built from; the address as the program sees it; the socket, if it is already
     * bound.
     */
    record Bound(FcgiServer.Builder builder, InetSocketAddress address, ServerSocketChannel channel) {}

    private ListenProperties() {}

    /**
     * Binds immediately, so that the program sees its port or the failure, unless the FastCGI server binds the address.
     *
     * @throws BindException when the address cannot be bound
     */
    static Bound bind(InetSocketAddress address, int backlog) throws IOException {
        // no handler of such a program expects an interrupt
        FcgiServer.Builder builder = FcgiServer.builder().abortPolicy(AbortPolicy.SIGNAL);
        if (backlog > 0) {
            builder.backlog(backlog);
        }
        String other = System.getProperty(PREFIX + "listen." + address.getPort());
        if (other == null) {
            ServerSocketChannel channel = bindHere(address, backlog);
            return new Bound(builder.listen(channel), (InetSocketAddress) channel.getLocalAddress(), channel);
        }
        try {
            builder.listen(other);
            String mode = System.getProperty(PREFIX + "unixMode");
            if (mode != null) {
                builder.unixMode(PosixFilePermissions.fromString(mode));
            }
        } catch (IllegalArgumentException e) {
            throw (IOException) new BindException(PREFIX + "*: " + e.getMessage()).initCause(e);
        }
        String group = System.getProperty(PREFIX + "unixGroup");
        if (group != null) {
            builder.unixGroup(group);
        }
        return new Bound(builder, address, null);
    }

    private static ServerSocketChannel bindHere(InetSocketAddress address, int backlog) throws IOException {
        boolean all = !address.isUnresolved() && address.getAddress().isAnyLocalAddress();
        InetSocketAddress one = all
                ? new InetSocketAddress(InetAddress.getLoopbackAddress(), address.getPort()) : address;
        ServerSocketChannel channel = ServerSocketChannel.open();
        try {
            channel.socket().bind(one, backlog > 0 ? backlog : 1024);
            return channel;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }
}
