package dev.fcgi.client;

import java.io.IOException;
import java.net.SocketAddress;
import java.time.Duration;
import java.time.Instant;

/**
 * A connection of a client, as listeners see it: one object for the whole life of the connection. Each method returns
 * the current state, may be called from any thread, and does not block.
 *
 * <p>Implemented by the library only, which may add methods.
 */
public interface ClientConnectionEvent {
    /** {@return its number; each client counts from 1, and a failed attempt has 0} */
    long number();

    /** {@return the address of the server; unresolved when its host name could not be looked up} */
    SocketAddress peer();

    /** {@return when it was made, or the attempt failed} */
    Instant opened();

    /** {@return the time that connecting took} */
    Duration connectTime();

    /** {@return how many calls it has carried} */
    long calls();

    /** {@return why it was closed, or is about to be; null before that, and for a failed attempt} */
    CloseReason reason();

    /** {@return why the attempt failed; null when it did not} */
    IOException failure();
}
