package dev.fcgi.internal.client;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * STDERR of a call: the thread that reads the connection appends to it, and the caller's thread passes the lines to
 * their sink, which is the caller's code. Guarded by the connection's lock.
 */
final class CallStderr {
    private final ReentrantLock lock;
    private final int limit;
    private final Consumer<String> sink;
    /** Created by the first record. */
    private StderrLines lines;
    private boolean ended;
    /** Whether there may be something for the sink. Written under the lock. */
    private volatile boolean undelivered;

    /** @param sink takes the lines, or null */
    CallStderr(ReentrantLock lock, int limit, Consumer<String> sink) {
        this.lock = lock;
        this.limit = limit;
        this.sink = sink;
    }

    /** Locked. */
    void add(ByteBuffer bytes, int offset, int length) {
        assert lock.isHeldByCurrentThread();
        if (lines == null) {
            lines = new StderrLines(limit);
        }
        lines.add(bytes, offset, length);
        undelivered = true;
    }

    /** Locked. No more will be received. */
    void end() {
        assert lock.isHeldByCurrentThread();
        ended = true;
        undelivered = lines != null;
    }

    /** For the caller, with the lock or if it is the reader. */
    boolean hasLines() {
        return lines != null && lines.hasLines();
    }

    /** Passes received lines to the sink; called by the caller, without a lock. */
    void deliver() {
        if (!undelivered) {
            return;
        }
        List<String> taken = new ArrayList<>();
        lock.lock();
        try {
            undelivered = false;
            lines.take(taken, ended);
        } finally {
            lock.unlock();
        }
        if (sink != null) {
            taken.forEach(sink);
        }
    }

    /** {@return what was kept, as UTF-8 text} */
    String text() {
        lock.lock();
        try {
            return lines == null ? "" : new String(lines.kept(), StandardCharsets.UTF_8);
        } finally {
            lock.unlock();
        }
    }
}
