package dev.fcgi.internal.client;

import dev.fcgi.client.ClientConnectionEvent;
import dev.fcgi.client.CloseReason;
import java.io.IOException;
import java.net.SocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** A connection as listeners see it. Thread-safe. */
final class ConnectionObservation implements ClientConnectionEvent {
    private final long number;
    private final SocketAddress peer;
    private final long connectNanos;
    private final IOException failure;
    private final Instant opened = Instant.now();
    private final AtomicLong calls = new AtomicLong();
    private final AtomicBoolean over = new AtomicBoolean();
    private final Consumer<ConnectionObservation> whenOver;
    private volatile CloseReason reason;
    /** Used by {@link Observers}: the next one that waits to be reported. */
    ConnectionObservation next;

    /**
     * Creates one.
     *
     * @param number the number; 0 for a failed attempt
     * @param failure why the attempt failed, or null
     * @param whenOver called once at the end of the connection
     */
    ConnectionObservation(long number, SocketAddress peer, long connectNanos, IOException failure,
            Consumer<ConnectionObservation> whenOver) {
        this.number = number;
        this.peer = peer;
        this.connectNanos = connectNanos;
        this.failure = failure;
        this.whenOver = whenOver;
    }

    void called() {
        calls.incrementAndGet();
    }

    /**
     * The connection is about to be closed. Only the first reason counts. Called under the lock of the connection, or
     * before other threads see it.
     */
    void closing(CloseReason why) {
        if (reason == null) {
            reason = why;
        }
    }

    /** The connection has ended. May be called by any thread, under any lock, any number of times. */
    void over() {
        closing(CloseReason.FAILED);
        if (over.compareAndSet(false, true)) {
            whenOver.accept(this);
        }
    }

    @Override
    public long number() {
        return number;
    }

    @Override
    public SocketAddress peer() {
        return peer;
    }

    @Override
    public Instant opened() {
        return opened;
    }

    @Override
    public Duration connectTime() {
        return Duration.ofNanos(connectNanos);
    }

    @Override
    public long calls() {
        return calls.get();
    }

    @Override
    public CloseReason reason() {
        return reason;
    }

    @Override
    public IOException failure() {
        return failure;
    }
}
