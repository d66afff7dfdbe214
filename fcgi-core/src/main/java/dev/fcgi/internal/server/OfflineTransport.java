package dev.fcgi.internal.server;

import dev.fcgi.internal.io.Transport;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ReadableByteChannel;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** A connection without a socket: the peer's bytes are provided, and its output is collected. */
final class OfflineTransport implements Transport, ReadableByteChannel {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    // guarded by the lock
    private ByteBuffer input = ByteBuffer.allocate(0);
    private final ByteArrayOutputStream output = new ByteArrayOutputStream();
    private boolean inputEnded;
    private boolean peerGone;
    private boolean closed;

    /** Appends bytes that the peer sends. */
    void send(ByteBuffer bytes) {
        lock.lock();
        try {
            input = ByteBuffer.allocate(input.remaining() + bytes.remaining()).put(input).put(bytes).flip();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until the server has closed the connection; returns everything that it has written. */
    byte[] awaitClose() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (!closed) {
                changed.await();
            }
            return output.toByteArray();
        } finally {
            lock.unlock();
        }
    }

    /** The peer closes the connection. */
    void disconnect() {
        lock.lock();
        try {
            peerGone = true;
            inputEnded = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public ReadableByteChannel input() {
        return this;
    }

    /**
     * An interrupt does not end a wait here, where a socket would close; the library keeps interrupts away from both.
     */
    @Override
    public int read(ByteBuffer target) throws IOException {
        lock.lock();
        try {
            while (!input.hasRemaining() && !inputEnded && !closed) {
                changed.awaitUninterruptibly();
            }
            if (closed) {
                throw new ClosedChannelException();
            }
            if (!input.hasRemaining()) {
                return -1;
            }
            int count = Math.min(input.remaining(), target.remaining());
            target.put(input.slice().limit(count));
            input.position(input.position() + count);
            return count;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void write(ByteBuffer source) throws IOException {
        lock.lock();
        try {
            if (closed) {
                throw new ClosedChannelException();
            }
            if (peerGone) {
                throw new IOException("Broken pipe");
            }
            byte[] bytes = new byte[source.remaining()];
            source.get(bytes);
            output.writeBytes(bytes);
        } finally {
            lock.unlock();
        }
    }

    /** Ends the input: the peer closes the connection when the output is shut down. */
    private void endInput() {
        lock.lock();
        try {
            inputEnded = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void shutdownInput() {
        endInput();
    }

    @Override
    public void shutdownOutput() {
        endInput();
    }

    @Override
    public boolean isOpen() {
        lock.lock();
        try {
            return !closed;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** {@return null, as for plain CGI: there is no peer} */
    @Override
    public SocketAddress peer() {
        return null;
    }

    @Override
    public String toString() {
        return "offline request";
    }
}
