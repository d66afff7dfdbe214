package dev.fcgi;

import dev.fcgi.internal.io.AllowedPeers;
import dev.fcgi.internal.io.PeerUsers;
import java.net.SocketAddress;
import java.util.Objects;
import java.util.function.Predicate;

/**
 * Decides which peers may connect, by the user or the group that a web server runs as. Used with {@link
 * FcgiServer.Builder#allowedPeers} and {@link FcgiAcceptor.Builder#allowedPeers}; the environment variable {@code
 * FCGI_WEB_SERVER_USERS} has the same effect.
 *
 * {@snippet :
 * FcgiServer.builder().listen("unix:/run/app.sock").allowedPeers(PeerRule.users("www-data, @web"));
 * }
 *
 * <p>On a Unix socket the kernel reports the effective user and group that a peer had when it connected; supplementary
 * groups do not count. If a rule cannot be enforced, the server fails to start instead of admitting every peer: when
 * the system does not report users (Linux and macOS do), when there is no such user or group, or when the server also
 * listens on TCP, where peers have no user, and {@link #addresses} was not called.
 *
 * <p>Immutable.
 */
public final class PeerRule implements Predicate<SocketAddress> {
    private final String users;
    private final AllowedPeers addresses;

    private PeerRule(String users, AllowedPeers addresses) {
        this.users = users;
        this.addresses = addresses;
    }

    /**
     * Creates a rule for peers on Unix sockets.
     *
     * @param list names or numbers of users, and of groups after an {@code @}, separated by commas: {@code www-data,
     *     @web, 33}
     * @return the rule
     * @throws IllegalArgumentException when an entry is empty
     */
    public static PeerRule users(String list) {
        Objects.requireNonNull(list, "list");
        resolvable(list); // reports a malformed list early
        return new PeerRule(list, null);
    }

    /**
     * Adds a rule for peers on TCP sockets.
     *
     * @param list IPv4 and IPv6 addresses, each with an optional prefix length, separated by commas, as in {@code
     *     FCGI_WEB_SERVER_ADDRS}
     * @return a rule with both parts, each for its kind of socket
     * @throws IllegalArgumentException when an entry is not an address
     */
    public PeerRule addresses(String list) {
        return new PeerRule(users, new AllowedPeers(Objects.requireNonNull(list, "list")));
    }

    private static PeerUsers resolvable(String list) {
        return new PeerUsers(list, "PeerRule.users");
    }

    /** {@return the users, to be looked up by the server that starts} */
    PeerUsers users() {
        return resolvable(users);
    }

    /** {@return the rule for TCP, or null without one} */
    AllowedPeers addresses() {
        return addresses;
    }

    /**
     * Decides by the address alone.
     *
     * @param peer the address of a peer
     * @return whether it is one of the {@linkplain #addresses addresses}; always false for a Unix socket, because the
     * user is known only to a server that was given the rule itself, not a predicate derived from it
     */
    @Override
    public boolean test(SocketAddress peer) {
        Objects.requireNonNull(peer, "peer");
        return addresses != null && addresses.test(peer);
    }
}
