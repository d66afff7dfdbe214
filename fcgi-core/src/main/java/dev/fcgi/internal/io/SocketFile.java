package dev.fcgi.internal.io;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.BindException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The file of a Unix socket that we listen on. It appears complete: the socket is bound in a directory that nobody else
 * can enter, gets its mode and group there, and is then linked to its path. Nobody can connect before that, and a
 * socket file that refuses connections is known to be dead. The link fails if another process was faster.
 */
final class SocketFile {
    private static final Logger LOG = System.getLogger("dev.fcgi.server");
    /** The limit of Java; the kernel allows one byte more. */
    private static final int MAX_LENGTH = 106;
    private static final int NAMES = 36 * 36 * 36 * 36;
    private static final Set<PosixFilePermission> ALL_FOR_ME = PosixFilePermissions.fromString("rwx------");
    private static final Set<PosixFilePermission> MINE = PosixFilePermissions.fromString("rw-------");
    private static final long LOCK_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long LOCK_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    /** File locks work only between processes, and closing such a file releases the locks of the whole process. */
    private static final ReentrantLock IN_THIS_PROCESS = new ReentrantLock();
    private static final int FILE_TYPE = 0170000;
    private static final int SOCKET_TYPE = 0140000;

    private enum State { ABSENT, DEAD, LIVE }

    private final Path path;
    /** Identifies the file; null where files have no key. */
    private final Object key;
    private final AtomicBoolean removed = new AtomicBoolean();

    private SocketFile(Path path, Object key) {
        this.path = path;
        this.key = key;
    }

    static SocketFile bind(ServerSocketChannel channel, Path path, int backlog, UnixOptions options)
            throws IOException {
        checkLength(path, "the path");
        Path directory = makePrivateDirectory(path);
        Path made = directory.resolve("s");
        try {
            checkLength(made, "with the directory in which it is made, the path");
            channel.bind(UnixDomainSocketAddress.of(made), backlog);
            setPermissions(made, options);
            Object key = key(made);
            publish(made, path);
            return new SocketFile(path, key);
        } finally {
            deleteQuietly(made);
            deleteQuietly(directory);
        }
    }

    private static void checkLength(Path path, String what) throws BindException {
        int length = path.toString().getBytes().length;
        if (length > MAX_LENGTH) {
            throw new BindException(what + " is too long for a socket: " + length + " bytes instead of at most "
                    + MAX_LENGTH);
        }
    }

    /**
     * Created beside the file, because a link cannot leave its file system. The name is short, because the length is
     * limited.
     */
    private static Path makePrivateDirectory(Path path) throws IOException {
        FileAttribute<?>[] attributes = isPosix(path)
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(ALL_FOR_ME)}
                : new FileAttribute<?>[0];
        while (true) {
            String name = "." + Integer.toString(ThreadLocalRandom.current().nextInt(NAMES), 36);
            try {
                return Files.createDirectory(path.resolveSibling(name), attributes);
            } catch (FileAlreadyExistsException taken) {
                // try another name
            } catch (NoSuchFileException e) {
                throw failed("there is no directory " + path.toAbsolutePath().getParent(), e);
            } catch (AccessDeniedException e) {
                throw failed("no permission to write to " + path.toAbsolutePath().getParent(), e);
            }
        }
    }

    private static boolean isPosix(Path path) {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix");
    }

    private static void setPermissions(Path file, UnixOptions options) throws IOException {
        if (options.mode() != null) {
            Files.setPosixFilePermissions(file, options.mode());
        }
        if (options.group() != null) {
            Files.getFileAttributeView(file, PosixFileAttributeView.class)
                    .setGroup(file.getFileSystem().getUserPrincipalLookupService()
                            .lookupPrincipalByGroupName(options.group()));
        }
    }

    private static void publish(Path made, Path path) throws IOException {
        while (true) {
            try {
                Files.createLink(path, made);
                return;
            } catch (FileAlreadyExistsException taken) {
                if (state(path) == State.LIVE) {
                    throw new BindException("a process already listens there");
                }
                removeDead(path);
            }
        }
    }

    /**
     * Removes a socket file on which nobody listens. Only one process at a time checks and removes, because otherwise
     * it might remove the new socket of another. The system releases the lock when its holder dies. The lock file is
     * removed only when no dead socket is left, so a process that still waits for it has nothing to remove.
     */
    private static void removeDead(Path path) throws IOException {
        Path lockFile = path.resolveSibling("." + path.getFileName() + ".lock");
        IN_THIS_PROCESS.lock();
        try (FileChannel channel = openLockFile(lockFile)) {
            lock(channel, lockFile); // held until it is closed
            if (state(path) == State.DEAD) {
                Files.deleteIfExists(path);
            }
            Files.deleteIfExists(lockFile);
        } finally {
            IN_THIS_PROCESS.unlock();
        }
    }

    private static FileChannel openLockFile(Path file) throws IOException {
        Set<OpenOption> options =
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
        try {
            return isPosix(file)
                    ? FileChannel.open(file, options, PosixFilePermissions.asFileAttribute(MINE))
                    : FileChannel.open(file, options);
        } catch (AccessDeniedException e) {
            throw failed("no permission to write to " + file, e);
        }
    }

    private static void lock(FileChannel channel, Path file) throws IOException {
        long begin = System.nanoTime();
        do {
            try {
                if (channel.tryLock() != null) {
                    return;
                }
            } catch (OverlappingFileLockException ours) {
                // held by a second copy of this library in this process
            }
            LockSupport.parkNanos(LOCK_PAUSE_NANOS);
        } while (System.nanoTime() - begin < LOCK_NANOS);
        throw new BindException("another process is starting there and holds " + file);
    }

    private static State state(Path path) throws IOException {
        Object found;
        try {
            found = key(path);
            if (!isSocket(path)) {
                throw new BindException("the file exists and is not a socket");
            }
        } catch (NoSuchFileException gone) {
            return State.ABSENT;
        }
        try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            probe.configureBlocking(false); // a process with a full backlog must not block us
            probe.connect(UnixDomainSocketAddress.of(path));
            return State.LIVE;
        } catch (ConnectException refused) {
            return State.DEAD;
        } catch (IOException e) { // it was removed meanwhile, its backlog is full, or we lack permission
            if (isStill(path, found)) {
                throw e;
            }
            return state(path);
        }
    }

    private static boolean isStill(Path path, Object key) throws IOException {
        try {
            return Objects.equals(key(path), key);
        } catch (NoSuchFileException gone) {
            return false;
        }
    }

    /** Connecting is not a sufficient test: a FIFO or a device refuses like a dead socket and must not be deleted. */
    private static boolean isSocket(Path file) throws IOException {
        if (!file.getFileSystem().supportedFileAttributeViews().contains("unix")) {
            return Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS).isOther();
        }
        int mode = (int) Files.getAttribute(file, "unix:mode", LinkOption.NOFOLLOW_LINKS);
        return (mode & FILE_TYPE) == SOCKET_TYPE;
    }

    /**
     * Removes the file, unless a successor has replaced it. Does so only once: after our socket is closed, the file of
     * a successor may get the inode number of ours.
     */
    void remove() {
        if (!removed.compareAndSet(false, true)) {
            return;
        }
        try {
            if (key == null || key.equals(key(path))) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "could not remove the socket file", e);
        }
    }

    private static Object key(Path file) throws IOException {
        return Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS).fileKey();
    }

    private static void deleteQuietly(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            LOG.log(Level.WARNING, "could not remove " + file, e);
        }
    }

    private static BindException failed(String message, IOException cause) {
        BindException failed = new BindException(message);
        failed.initCause(cause);
        return failed;
    }
}
