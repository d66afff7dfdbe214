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
 * A file to which lines are appended, each by one write, so that several processes may share it. After it was moved or
 * removed, as logrotate does, it is created again within a second.
 *
 * <p>Thread-safe; blocks while the disk does. It uses a stream instead of a channel, because the interrupt of one
 * handler would close a channel for all.
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

    /** Opens a file, and creates it if it does not exist. */
    public LogFile(Path path) throws IOException {
        this.path = path.toAbsolutePath();
        open();
    }

    private void open() throws IOException {
        out = new FileOutputStream(path.toFile(), true);
        key = key();
        looked = System.nanoTime();
    }

    /**
     * {@return what distinguishes this file from another one at its path; null when there is no file, or the system has
     * no such key}
     */
    private Object key() {
        try {
            return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
        } catch (IOException gone) {
            return null;
        }
    }

    /**
     * Appends a line; does nothing after {@link #close}.
     *
     * @throws IOException also when the file was moved and cannot be created again: the line is in the old one
     */
    public void add(String line) throws IOException {
        byte[] bytes = (line + '\n').getBytes(StandardCharsets.UTF_8);
        lock.lock();
        try {
            if (closed) {
                return;
            }
            try {
                look();
            } finally {
                out.write(bytes); // to the old file if there is no new one
            }
        } finally {
            lock.unlock();
        }
    }

    /** Locked. Continues in another file if this one is no longer at the path. */
    private void look() throws IOException {
        assert lock.isHeldByCurrentThread();
        if (System.nanoTime() - looked > LOOK) {
            looked = System.nanoTime();
            if (!Objects.equals(key, key())) {
                reopen();
            }
        }
    }

    /** Continues in the file that is now at the path, or in a new one. If that fails, the old one stays in use. */
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
