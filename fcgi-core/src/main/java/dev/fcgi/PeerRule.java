package dev.fcgi;

import dev.fcgi.internal.io.AllowedPeers;
import dev.fcgi.internal.io.PeerUsers;
import java.net.SocketAddress;
import java.util.Objects;
import java.util.function.Predicate;

/**
 * Who may connect, by the user or the group that a web server runs as. For {@link FcgiServer.Builder#allowedPeers} and
 * {@link FcgiAcceptor.Builder#allowedPeers}; in the environment it is {@code FCGI_WEB_SERVER_USERS}.
 *
 * {@snippet :
 * FcgiServer.builder().listen("unix:/run/app.sock").allowedPeers(PeerRule.users("www-data, @web"));
 * }
 *
 * <p>On a Unix socket the kernel tells which user and group a peer had when it connected, the effective ones; further
 * groups of that user do not count. A rule that cannot be enforced is an error at the start of the server, not one that
 * lets everybody in: when the system does not tell (it does on Linux and macOS), when there is no such user or group,
 * or when the server also listens on TCP, where peers have no user, and {@link #addresses} says nothing about those.
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
     * Makes a rule for peers on Unix sockets.
     *
     * @param list names or numbers of users, and of groups after an {@code @}, separated by commas: {@code www-data,
     *     @web, 33}
     * @return the rule
     * @throws IllegalArgumentException when an entry is empty
     */
    public static PeerRule users(String list) {
        Objects.requireNonNull(list, "list");
        resolvable(list); // says at once what is wrong
        return new PeerRule(list, null);
    }

    /**
     * Adds a rule for peers on TCP.
     *
     * @param list IPv4 and IPv6 addresses, each with an optional prefix length, separated by commas, as in {@code
     *     FCGI_WEB_SERVER_ADDRS}
     * @return a rule with both: each is for its kind of socket
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

    /** {@return what decides about TCP; null when nothing was said} */
    AllowedPeers addresses() {
        return addresses;
    }

    /**
     * Tells what an address alone can tell.
     *
     * @param peer the address of a peer
     * @return whether it is one of the {@linkplain #addresses addresses}; never for a Unix socket: only a server that
     *     has the rule itself, not one made of it, knows the user
     */
    @Override
    public boolean test(SocketAddress peer) {
        Objects.requireNonNull(peer, "peer");
        return addresses != null && addresses.test(peer);
    }
}
