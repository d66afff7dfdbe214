package dev.fcgi.client;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A publisher as a stream: asks for one buffer at a time, when the one before was read. Subscribes at the first read.
 */
final class PublishedBody extends InputStream implements Flow.Subscriber<ByteBuffer> {
    /** What the publisher said: a buffer, or its end. */
    private record Signal(ByteBuffer bytes, Throwable failure) {}

    /** In place of a subscription that nobody wants any more. */
    private static final Flow.Subscription CLOSED = new Flow.Subscription() {
        @Override
        public void request(long count) {
            // of nobody
        }

        @Override
        public void cancel() {
            // is cancelled
        }
    };
    private static final Signal STOPPED = new Signal(null, null);

    private final Flow.Publisher<ByteBuffer> publisher;
    private final BlockingQueue<Signal> signals = new LinkedBlockingQueue<>();
    private final AtomicReference<Flow.Subscription> subscription = new AtomicReference<>();
    private volatile boolean stopped;

    // confined to the thread that reads
    private boolean subscribed;
    private Signal current;

    PublishedBody(Flow.Publisher<ByteBuffer> publisher) {
        this.publisher = Objects.requireNonNull(publisher, "publisher");
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, target.length);
        if (length == 0) {
            return 0;
        }
        while (current == null || current.bytes() != null && !current.bytes().hasRemaining()) {
            current = next();
        }
        if (current == STOPPED) {
            throw new IOException("nobody needs the body any more");
        }
        if (current.failure() != null) {
            throw new IOException("the publisher of the body failed", current.failure());
        }
        if (current.bytes() == null) {
            return -1;
        }
        int count = Math.min(length, current.bytes().remaining());
        current.bytes().get(target, offset, count);
        return count;
    }

    private Signal next() throws IOException {
        if (stopped) {
            return STOPPED;
        }
        if (!subscribed) {
            subscribed = true;
            publisher.subscribe(this); // which asks for the first buffer
        } else {
            subscription.get().request(1);
        }
        try {
            return signals.take();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for the body");
        }
    }

    /** Makes reads fail, also one that waits. Runs nothing of the publisher's; {@link #close} follows. */
    void stop() {
        stopped = true;
        signals.add(STOPPED);
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
        if (!subscription.compareAndSet(null, given)) {
            given.cancel(); // it is closed, or has one already
            return;
        }
        given.request(1);
    }

    @Override
    public void onNext(ByteBuffer bytes) {
        signals.add(new Signal(bytes, null));
    }

    @Override
    public void onError(Throwable failure) {
        signals.add(new Signal(null, failure));
    }

    @Override
    public void onComplete() {
        signals.add(new Signal(null, null));
    }

    /** Lets the publisher know that nobody reads on, also one that has not got round to giving a subscription. */
    @Override
    public void close() {
        stopped = true;
        Flow.Subscription given = subscription.getAndSet(CLOSED);
        if (given != null) {
            given.cancel();
        }
    }
}
