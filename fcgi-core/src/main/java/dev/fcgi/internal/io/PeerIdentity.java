package dev.fcgi.internal.io;

import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.UserPrincipal;

/** The effective user and group that the peer on a Unix socket had when it connected. */
public record PeerIdentity(UserPrincipal user, GroupPrincipal group) {
    /** {@return the name of the peer's user, or its number if it has no name; null when it is not known} */
    public static String userOf(Transport transport) {
        PeerIdentity identity = transport.identity();
        return identity == null ? null : identity.user.getName();
    }

    /** {@return the name of the peer's group, likewise} */
    public static String groupOf(Transport transport) {
        PeerIdentity identity = transport.identity();
        return identity == null ? null : identity.group.getName();
    }
}
