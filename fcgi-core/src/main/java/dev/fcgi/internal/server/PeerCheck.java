package dev.fcgi.internal.server;

import dev.fcgi.internal.io.AllowedPeers;
import dev.fcgi.internal.io.PeerIdentity;
import dev.fcgi.internal.io.Transport;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;

/** Decides whether a peer may connect, and why not. Calls foreign code, which may block and throw. */
final class PeerCheck {
    private PeerCheck() {}

    /** {@return why a peer may not connect; null when it may} */
    static String refusal(Options options, Transport transport) {
        SocketAddress peer = transport.peer();
        if (options.allowedUsers != null && peer instanceof UnixDomainSocketAddress) {
            PeerIdentity identity = transport.identity();
            return options.allowedUsers.allow(identity) ? null
                    : identity == null ? "its user is not known"
                    : "user " + PeerIdentity.userOf(transport) + ", group " + PeerIdentity.groupOf(transport)
                            + ", not in " + options.allowedUsers;
        }
        return options.allowedPeers.test(peer) ? null
                : options.allowedPeers instanceof AllowedPeers list ? list.why(peer)
                : "by allowedPeers";
    }

    /**
     * {@return how much a refusal matters} A stop wakes the thread that accepts on file descriptor 0 by a connection, which
     * sends nothing. It is ours, or that of a process before us on the same socket.
     */
    static Level level(ServerContext context, Transport transport) {
        return context.isDraining() || isOwn(transport) && transport.hasEnded() ? Level.DEBUG : Level.WARNING;
    }

    private static boolean isOwn(Transport transport) {
        PeerIdentity identity = transport.identity();
        try {
            return identity != null && identity.user().equals(Files.getOwner(Path.of("/proc/self")));
        } catch (IOException | UnsupportedOperationException unknown) {
            return false;
        }
    }
}
