package dev.fcgi.internal.io;

import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.FileSystems;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.UserPrincipal;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import jdk.net.ExtendedSocketOptions;

/**
 * A list of users and groups that may connect to Unix sockets: names or numbers separated by commas, those of groups
 * after an {@code @}. The kernel reports the effective user and group that a peer had when it connected (SO_PEERCRED);
 * supplementary groups do not count.
 *
 * <p>Resolved once, before the first peer is checked; after that thread-safe.
 */
public final class PeerUsers {
    private final String list;
    private final String source;
    private final Set<UserPrincipal> users = new HashSet<>();
    private final Set<GroupPrincipal> groups = new HashSet<>();

    /**
     * Parses a list without looking up users.
     *
     * @param source the name of the list in messages
     * @throws IllegalArgumentException when an entry is empty; the message has the list
     */
    public PeerUsers(String list, String source) {
        this.list = list;
        this.source = source;
        for (String entry : entries()) {
            if (entry.isEmpty() || entry.equals("@")) {
                throw new IllegalArgumentException(this + ": an entry is empty");
            }
        }
    }

    private List<String> entries() {
        return List.of(list.split(",", -1)).stream().map(String::strip).toList();
    }

    /**
     * Looks up the users and groups of the list, which may block.
     *
     * @param addresses where the server listens
     * @param addressesAreRuled whether another rule applies to peers on TCP, which have no user
     * @throws IOException when the list cannot be enforced for all peers, because a rule must never silently allow or
     *     refuse every peer
     */
    public void resolve(List<SocketAddress> addresses, boolean addressesAreRuled) throws IOException {
        for (SocketAddress address : addresses) {
            if (!(address instanceof UnixDomainSocketAddress) && !addressesAreRuled) {
                throw new IOException(this + " cannot be enforced at " + Address.text(address)
                        + ": peers on TCP have no user; also set which addresses may connect");
            }
        }
        if (!isSupported()) {
            throw new IOException(this + " cannot be enforced: this system does not report the user of a peer");
        }
        UserPrincipalLookupService lookup = FileSystems.getDefault().getUserPrincipalLookupService();
        for (String entry : entries()) {
            try {
                if (entry.startsWith("@")) {
                    groups.add(lookup.lookupPrincipalByGroupName(entry.substring(1)));
                } else {
                    users.add(lookup.lookupPrincipalByName(entry));
                }
            } catch (UserPrincipalNotFoundException e) {
                throw new IOException(this + ": there is no "
                        + (entry.startsWith("@") ? "group " + entry.substring(1) : "user " + entry), e);
            }
        }
    }

    private static boolean isSupported() {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            return channel.supportedOptions().contains(ExtendedSocketOptions.SO_PEERCRED);
        } catch (IOException | UnsupportedOperationException none) {
            return false;
        }
    }

    /** {@return whether a peer may connect; false for null, an unknown peer} */
    public boolean allow(PeerIdentity peer) {
        return peer != null && (users.contains(peer.user()) || groups.contains(peer.group()));
    }

    /** For messages. */
    @Override
    public String toString() {
        return source + "=" + list;
    }
}
