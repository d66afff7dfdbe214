package dev.fcgi.client;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * A publisher as a stream: asks for one buffer at a time, when the one before was read. Subscribes at the first read.
 */
final class PublishedBody extends InputStream implements Flow.Subscriber<ByteBuffer> {
    /** What the publisher said: a buffer, or its end. */
    private record Signal(ByteBuffer bytes, Throwable failure) {}

    private final Flow.Publisher<ByteBuffer> publisher;
    private final BlockingQueue<Signal> signals = new LinkedBlockingQueue<>();
    private volatile Flow.Subscription subscription;

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
        if (!subscribed) {
            subscribed = true;
            publisher.subscribe(this); // which asks for the first buffer
        } else {
            subscription.request(1);
        }
        try {
            return signals.take();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for the body");
        }
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
        if (subscription != null) {
            given.cancel();
            return;
        }
        subscription = given;
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

    /** Lets the publisher know that nobody reads on. */
    @Override
    public void close() {
        Flow.Subscription given = subscription;
        if (given != null) {
            given.cancel();
        }
    }
}
