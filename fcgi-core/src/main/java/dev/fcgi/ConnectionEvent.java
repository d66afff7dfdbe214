package dev.fcgi;

import java.net.SocketAddress;
import java.time.Instant;

/**
 * A connection of a web server, as listeners see it: one object for the whole life of the connection. Each method
 * returns the current state and may be called from any thread.
 *
 * <p>Implemented by the library only, which may add methods.
 */
public interface ConnectionEvent {
    /** {@return its number; each server counts from 1} */
    long number();

    /** {@return the address of the web server, like {@link Request#peer()}} */
    SocketAddress peer();

    /** {@return the web server's user, like {@link Request#peerUser()}; may block} */
    String peerUser();

    /** {@return the web server's group, like {@link Request#peerGroup()}; may block} */
    String peerGroup();

    /** {@return when it was accepted} */
    Instant opened();

    /** {@return how many requests have begun on it} */
    long requests();

    /** {@return why it was refused, for example by {@link FcgiServer.Builder#allowedPeers}; null when it was not} */
    String refusal();
}
