package dev.fcgi.internal.server;

import dev.fcgi.ConnectionEvent;
import dev.fcgi.internal.io.PeerIdentity;
import dev.fcgi.internal.io.Transport;
import java.net.SocketAddress;
import java.time.Instant;

/**
 * A connection as listeners see it. It exists without observers, too, because a flight recording may begin in the middle
 * of its life. Written by the holder of its reader role.
 */
final class ConnectionObservation implements ConnectionEvent {
    private final long number;
    private final Transport transport;
    private final long opened = System.currentTimeMillis();
    /** Other threads may see slightly old values. */
    private long requests;
    private volatile String refusal;

    ConnectionObservation(long number, Transport transport) {
        this.number = number;
        this.transport = transport;
    }

    void requestBegun() {
        requests++;
    }

    void refused(String why) {
        refusal = why;
    }

    @Override
    public long number() {
        return number;
    }

    @Override
    public SocketAddress peer() {
        return transport.peer();
    }

    @Override
    public String peerUser() {
        return PeerIdentity.userOf(transport);
    }

    @Override
    public String peerGroup() {
        return PeerIdentity.groupOf(transport);
    }

    @Override
    public Instant opened() {
        return Instant.ofEpochMilli(opened);
    }

    @Override
    public long requests() {
        return requests;
    }

    @Override
    public String refusal() {
        return refusal;
    }
}
