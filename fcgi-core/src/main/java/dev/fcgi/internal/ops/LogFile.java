package dev.fcgi.internal.ops;

import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A file that lines are added to, each by one write, so that several processes may share it. When somebody has moved or
 * removed it, as logrotate does, it is made anew within a second.
 *
 * <p>May be used by any thread; blocks as the disk does. Streams, not channels: an interrupt of a handler would close a
 * channel for all.
 */
public final class LogFile implements AutoCloseable {
    private static final long LOOK = TimeUnit.SECONDS.toNanos(1);

    private final Path path;
    private final ReentrantLock lock = new ReentrantLock();
    // guarded by the lock
    private FileOutputStream out;
    private Object key;
    private long looked;
    private boolean closed;

    /** Opens a file, and makes it if it is missing. */
    public LogFile(Path path) throws IOException {
        this.path = path.toAbsolutePath();
        open();
    }

    private void open() throws IOException {
        out = new FileOutputStream(path.toFile(), true);
        key = key();
        looked = System.nanoTime();
    }

    /** {@return what tells this file from another one at its path; null when there is none, or the system has no such} */
    private Object key() {
        try {
            return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
        } catch (IOException gone) {
            return null;
        }
    }

    /** Adds a line. After the end nothing happens. */
    public void add(String line) throws IOException {
        byte[] bytes = (line + '\n').getBytes(StandardCharsets.UTF_8);
        lock.lock();
        try {
            if (closed) {
                return;
            }
            if (System.nanoTime() - looked > LOOK) {
                looked = System.nanoTime();
                if (!Objects.equals(key, key())) {
                    reopen();
                }
            }
            out.write(bytes);
        } finally {
            lock.unlock();
        }
    }

    /** Goes on in the file that is at the path now, or in a new one. The old one stays in use when that fails. */
    public void reopen() throws IOException {
        lock.lock();
        try {
            if (!closed) {
                FileOutputStream old = out;
                open();
                old.close();
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() throws IOException {
        lock.lock();
        try {
            closed = true;
            out.close();
        } finally {
            lock.unlock();
        }
    }
}
