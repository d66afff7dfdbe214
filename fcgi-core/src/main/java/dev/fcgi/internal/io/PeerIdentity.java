package dev.fcgi.internal.io;

import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.UserPrincipal;

/** The effective user and group that the peer on a Unix socket had when it connected. */
public record PeerIdentity(UserPrincipal user, GroupPrincipal group) {
    /** {@return the name of the peer's user; its number where it has none; null where it is not known} */
    public static String userOf(Transport transport) {
        PeerIdentity identity = transport.identity();
        return identity == null ? null : identity.user.getName();
    }

    /** {@return the name of the peer's group, in the same way} */
    public static String groupOf(Transport transport) {
        PeerIdentity identity = transport.identity();
        return identity == null ? null : identity.group.getName();
    }
}
