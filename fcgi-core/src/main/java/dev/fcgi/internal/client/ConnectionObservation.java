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

/** A connection as it is told to observers, from any thread. */
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
    /** Of {@link Observers}: the next one that waits to be told. */
    ConnectionObservation next;

    /**
     * Creates one.
     *
     * @param number 0 when it was not made
     * @param failure null when it was
     * @param whenOver is told once when it is over
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

    /** It is about to be closed. The first reason is the one. Under the lock of the connection, or before others have it. */
    void closing(CloseReason why) {
        if (reason == null) {
            reason = why;
        }
    }

    /** It is over, for good. Any thread, with whatever locks; any number of times. */
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
