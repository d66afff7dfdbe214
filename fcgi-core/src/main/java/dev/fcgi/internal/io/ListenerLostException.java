package dev.fcgi.internal.io;

import java.io.IOException;
import java.net.SocketAddress;

/** A listening socket on which no more connections can be accepted. */
public final class ListenerLostException extends IOException {
    private static final long serialVersionUID = 1;

    ListenerLostException(SocketAddress address, String why, Throwable cause) {
        super("no connections can be accepted at " + Address.text(address) + ": " + why, cause);
    }
}
