package dev.fcgi.internal.server;

import dev.fcgi.internal.io.AllowedPeers;
import dev.fcgi.internal.io.PeerIdentity;
import dev.fcgi.internal.io.Transport;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;

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
}
