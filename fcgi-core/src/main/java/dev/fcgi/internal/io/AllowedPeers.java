package dev.fcgi.internal.io;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * The list of {@code FCGI_WEB_SERVER_ADDRS} (FastCGI 3.2): comma-separated IPv4 and IPv6 addresses, each with an
 * optional prefix length ({@code 10.0.0.0/8}). A peer on a Unix socket has no such address and is refused, unless the
 * list has the word {@code unix}.
 */
public final class AllowedPeers implements Predicate<SocketAddress> {
    private record Network(byte[] address, int prefixLength) {
        boolean contains(byte[] other) {
            if (other.length != address.length) {
                return false;
            }
            for (int bit = 0; bit < prefixLength; bit += 8) {
                int mask = 0xFF00 >> Math.min(8, prefixLength - bit);
                if (((address[bit / 8] ^ other[bit / 8]) & mask & 0xFF) != 0) {
                    return false;
                }
            }
            return true;
        }
    }

    private static final String OCTET = "(25[0-5]|2[0-4]\\d|1?\\d?\\d)";
    private static final Pattern IPV4 = Pattern.compile(OCTET + "(\\." + OCTET + "){3}");
    private static final Pattern IPV6 = Pattern.compile("[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*");

    private final List<Network> networks = new ArrayList<>();
    private boolean unix;

    /**
     * Parses a list.
     *
     * @throws IllegalArgumentException when an entry is malformed, naming it; a list must never silently allow a peer
     */
    public AllowedPeers(String list) {
        for (String entry : list.split(",", -1)) {
            add(entry.strip(), list);
        }
    }

    private void add(String entry, String list) {
        if (entry.equals("unix")) {
            unix = true;
            return;
        }
        int slash = entry.indexOf('/');
        String host = slash < 0 ? entry : entry.substring(0, slash);
        try {
            // numeric only: a name would need the name service, whose answers may change
            if (!IPV4.matcher(host).matches() && !IPV6.matcher(host).matches()) {
                throw new UnknownHostException(host);
            }
            byte[] address = InetAddress.getByName(host).getAddress(); // an IPv4-mapped address becomes IPv4
            int bits = 8 * address.length;
            int prefixLength = slash < 0 ? bits : Integer.parseInt(entry.substring(slash + 1));
            if (prefixLength < 0 || prefixLength > bits) {
                throw new NumberFormatException("prefix length " + prefixLength);
            }
            networks.add(new Network(address, prefixLength));
        } catch (UnknownHostException | NumberFormatException e) {
            throw new IllegalArgumentException("FCGI_WEB_SERVER_ADDRS=" + list + ": \"" + entry
                    + "\" is not an IPv4 or IPv6 address, optionally with /prefix", e);
        }
    }

    /** {@return why a peer failed the {@link #test}, for a log} */
    public String why(SocketAddress peer) {
        return peer instanceof UnixDomainSocketAddress
                ? "FCGI_WEB_SERVER_ADDRS has no entry unix" : "not in FCGI_WEB_SERVER_ADDRS";
    }

    @Override
    public boolean test(SocketAddress peer) {
        if (!(peer instanceof InetSocketAddress internet)) {
            return unix && peer instanceof UnixDomainSocketAddress;
        }
        byte[] address = internet.getAddress().getAddress();
        return networks.stream().anyMatch(network -> network.contains(address));
    }
}
