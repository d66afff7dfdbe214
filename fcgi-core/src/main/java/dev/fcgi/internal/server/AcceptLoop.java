package dev.fcgi.internal.server;

import dev.fcgi.internal.conn.Log;
import dev.fcgi.internal.io.Address;
import dev.fcgi.internal.io.Listener;
import dev.fcgi.internal.io.ListenerLostException;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.SocketAddress;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Accepts the connections of one listener, on its own thread, which is virtual if a selector does not pin it. */
final class AcceptLoop implements Runnable {
    /** Serves a new connection; if it throws, the caller keeps the channel. */
    interface Serving {
        void open(SocketChannel channel, SocketAddress address) throws IOException;
    }

    /** Whether a virtual thread that waits in a selector releases its carrier, as it does since JDK 24. */
    private static final boolean SELECT_PARKS = Runtime.version().feature() >= 24;
    private static final long PAUSE_MILLIS = 100;
    /** A server at its limit of descriptors fails again and again; after so long without it, it is said again. */
    private static final long QUIET = TimeUnit.SECONDS.toNanos(10);
    private static final long FIRST_REQUEST_TIME = TimeUnit.MILLISECONDS.toNanos(20);

    private final Options options;
    private final Log log;
    private final Listener listener;
    private final Connections connections;
    private final Serving serving;
    private final Consumer<ListenerLostException> whenLost;

    AcceptLoop(Options options, Log log, Listener listener, Connections connections, Serving serving,
            Consumer<ListenerLostException> whenLost) {
        this.options = options;
        this.log = log;
        this.listener = listener;
        this.connections = connections;
        this.serving = serving;
        this.whenLost = whenLost;
    }

    void start() {
        if (listener.isInherited() || !SELECT_PARKS) {
            Thread.ofPlatform().name("fcgi-accept").daemon().start(this);
        } else {
            Thread.ofVirtual().name("fcgi-accept").start(this); // connections stay on the same carrier
        }
    }

    @Override
    public void run() {
        try {
            boolean ended = false;
            long quietSince = options.clock.nanoTime() - QUIET;
            while (!ended) {
                try {
                    ended = !acceptNext();
                } catch (ListenerLostException e) {
                    try {
                        log.log(Level.ERROR, "no more connections can be accepted: {0}", e.getMessage());
                    } finally {
                        whenLost.accept(e);
                    }
                    return;
                } catch (Throwable e) { // out of descriptors, memory or threads: may be temporary
                    pause(e, options.clock.nanoTime() - quietSince < QUIET);
                    quietSince = options.clock.nanoTime();
                }
            }
        } finally {
            connections.changed();
        }
    }

    /** {@return false when no more connections will come} */
    private boolean acceptNext() throws IOException {
        connections.awaitPermit(() ->
                log.log(Level.WARNING, "maxConnections {0} reached, further ones wait in the kernel", options.maxConnections));
        SocketChannel channel = listener.accept();
        if (channel == null) {
            return false;
        }
        long before = connections.changeCount();
        serving.open(channel, listener.address());
        if (options.oneAtATime) {
            // waits briefly for its request before accepting another, which a process that shares the socket could serve
            connections.awaitChange(before, FIRST_REQUEST_TIME);
        }
        return true;
    }

    /** Throws nothing, so that accepting continues. */
    private void pause(Throwable cause, boolean known) {
        try {
            if (!known) {
                log.log(Level.WARNING, cause, "cannot accept connections at {0} for now",
                        Address.text(listener.address()));
            }
            Thread.sleep(PAUSE_MILLIS);
        } catch (Throwable ignored) {
            // an unexpected interrupt, which would close the listener, or out of memory again
        }
    }
}
