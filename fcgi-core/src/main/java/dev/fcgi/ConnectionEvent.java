package dev.fcgi;

import java.net.SocketAddress;
import java.time.Instant;

/**
 * A connection of a web server, as observers see it: the same object from its begin to its end. Each method tells the
 * state of the moment, from any thread.
 *
 * <p>Implemented by the library only, which may add methods.
 */
public interface ConnectionEvent {
    /** {@return its number, from 1 on for each server} */
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

    /** {@return why it was closed at once, such as by {@link FcgiServer.Builder#allowedPeers}; null when it was not} */
    String refusal();
}
