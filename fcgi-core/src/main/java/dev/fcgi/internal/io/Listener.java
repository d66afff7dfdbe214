package dev.fcgi.internal.io;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channel;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One listening socket and its end.
 *
 * <p>One thread calls {@link #accept()}; any thread may call {@link #lastCall()}. Stopping loses no connection that the
 * kernel has taken in: a connection of our own, made behind all others, wakes up the accepting thread and marks where
 * the queue ended. That works in blocking mode too, which the inherited socket must keep: O_NONBLOCK would be seen by
 * all processes that share it, and libfcgi leaves its accept loop over it.
 */
public final class Listener {
    private static final Logger LOG = System.getLogger("dev.fcgi.server");
    private static final long MARKER_PAUSE_MILLIS = 10;
    private static final long QUIET_MILLIS = 250;
    private static final int FILE_TYPE = 0170000;
    private static final int SOCKET_TYPE = 0140000;

    /** How the file of a Unix socket is made; null fields leave the default of the system. */
    public record UnixOptions(Set<PosixFilePermission> mode, String group) {}

    private final ServerSocketChannel channel;
    private final SocketAddress address;
    /** Whether the socket came as fd 0: closing it would turn fd 0, 1 and 2 into the null device. */
    private final boolean inherited;
    /** The socket file that we made, and which file it was; null when there is none. */
    private final Path file;
    private final Object fileKey;
    private final AtomicBoolean fileRemoved = new AtomicBoolean();

    private volatile boolean stopping;
    private volatile Marker marker;
    /** Of the inherited socket: the marker was taken out of the queue, by us or by a process that shares the socket. */
    private volatile boolean passed;
    private volatile boolean ended;
    /** How many connections were accepted; written by the accepting thread only. */
    private volatile int accepts;

    /** A connection of our own; its address is known also when it is closed. */
    private record Marker(SocketChannel channel, SocketAddress address) {}

    private Listener(ServerSocketChannel channel, SocketAddress address, boolean inherited, Path file)
            throws IOException {
        this.channel = channel;
        this.address = address;
        this.inherited = inherited;
        this.file = file;
        this.fileKey = file == null ? null : key(file);
    }

    /** Binds a TCP or Unix address. */
    public static Listener bind(SocketAddress address, int backlog, UnixOptions options) throws IOException {
        if (address instanceof UnixDomainSocketAddress unix) {
            return bindUnix(unix, backlog, options);
        }
        ServerSocketChannel channel = ServerSocketChannel.open();
        try {
            channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            channel.bind(address, backlog);
            return new Listener(channel, channel.getLocalAddress(), false, null);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw bindFailed(address, e);
        }
    }

    private static Listener bindUnix(UnixDomainSocketAddress address, int backlog, UnixOptions options)
            throws IOException {
        Path file = address.getPath();
        removeStale(address);
        // a mode is set before the socket has its name: nobody shall come in between
        boolean hidden = options.mode() != null || options.group() != null;
        Path made = hidden ? hiddenName(file) : file;
        ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        boolean bound = false;
        try {
            channel.bind(UnixDomainSocketAddress.of(made), backlog);
            bound = true;
            setPermissions(made, options);
            if (hidden) {
                Files.createLink(file, made); // unlike a rename, it fails where another process was quicker
            }
            return new Listener(channel, address, false, file);
        } catch (IOException | RuntimeException e) {
            channel.close();
            if (bound && !hidden) {
                Files.deleteIfExists(file);
            }
            throw bindFailed(address, e);
        } finally {
            if (bound && hidden) {
                Files.deleteIfExists(made);
            }
        }
    }

    /** Beside the file, and as a rule not longer than its name: the length of such paths is limited. */
    private static Path hiddenName(Path file) {
        return file.resolveSibling("." + Integer.toHexString(ThreadLocalRandom.current().nextInt(1 << 24)));
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

    private static IOException bindFailed(SocketAddress address, Exception cause) {
        BindException failed = new BindException("cannot listen on " + address + ": " + cause.getMessage());
        failed.initCause(cause);
        return failed;
    }

    /** Removes a socket file that nobody listens on; never a file of another kind, never a live socket. */
    private static void removeStale(UnixDomainSocketAddress address) throws IOException {
        Path file = address.getPath();
        if (!Files.exists(file)) {
            return;
        }
        if (!isSocket(file)) {
            throw new BindException("cannot listen on " + address + ": the file exists and is not a socket");
        }
        try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            probe.configureBlocking(false); // a live process with a full backlog must not hold us up
            probe.connect(address);
        } catch (ConnectException refused) {
            Files.deleteIfExists(file);
            return;
        } catch (IOException e) { // its backlog is full, or it is not for us
            throw bindFailed(address, e);
        }
        throw new BindException("cannot listen on " + address + ": a live process listens there");
    }

    /** Connecting is no test: a FIFO or a device refuses like a dead socket, and must not be deleted. */
    private static boolean isSocket(Path file) throws IOException {
        if (!file.getFileSystem().supportedFileAttributeViews().contains("unix")) {
            return Files.readAttributes(file, BasicFileAttributes.class).isOther();
        }
        return ((int) Files.getAttribute(file, "unix:mode") & FILE_TYPE) == SOCKET_TYPE;
    }

    /** Adopts a socket that the caller has bound; it is closed at the end, a socket file is left alone. */
    public static Listener adopt(ServerSocketChannel channel) throws IOException {
        return new Listener(channel, channel.getLocalAddress(), false, null);
    }

    /**
     * The listening socket on fd 0 (FastCGI 2.2).
     *
     * @return null when fd 0 is something else
     */
    public static Listener inherited() throws IOException {
        Channel channel = System.inheritedChannel();
        return channel instanceof ServerSocketChannel listening
                ? new Listener(listening, listening.getLocalAddress(), true, null)
                : null;
    }

    public SocketAddress address() {
        return address;
    }

    /** {@return whether {@link #accept()} must be called by a platform thread} */
    public boolean isInherited() {
        return inherited;
    }

    /**
     * Takes the next connection. Blocks until there is one.
     *
     * @return null when the listener was stopped and nothing is left
     */
    public SocketChannel accept() throws IOException {
        while (!passed) {
            SocketChannel accepted;
            try {
                accepted = acceptNext();
            } catch (ClosedChannelException closed) {
                break;
            }
            if (accepted == null) {
                continue;
            }
            if (!isMarker(accepted)) {
                accepts = accepts + 1;
                return accepted;
            }
            accepted.close();
            if (inherited) {
                passed = true; // what came later belongs to the processes that share the socket
            } else {
                marker = null;
                removeFile(); // who came in between is accepted behind the marker
            }
        }
        ended = true;
        return null;
    }

    /** Blocks, until the marker has passed; then takes what came in behind it, and closes. */
    private SocketChannel acceptNext() throws IOException {
        boolean drain = stopping && !inherited && marker == null;
        if (drain && channel.isBlocking()) {
            channel.configureBlocking(false);
        }
        SocketChannel accepted = channel.accept();
        if (drain && accepted == null) {
            channel.close();
        }
        return accepted;
    }

    private boolean isMarker(SocketChannel accepted) throws IOException {
        Marker mark = marker;
        return mark != null && mark.address().equals(accepted.getRemoteAddress());
    }

    /** {@return whether no connection comes any more; for any thread} */
    public boolean hasEnded() {
        return ended;
    }

    /** Stops listening: what the kernel has taken in still comes out of {@link #accept()}, then null. */
    public void lastCall() {
        if (stopping) {
            return;
        }
        if (address == null) {
            close();
            return;
        }
        try {
            Marker mark = openMarker();
            marker = mark;
            stopping = true;
            // connecting may wait for room in the backlog: for a Unix socket only a platform thread can
            Thread.ofPlatform().name("fcgi-last-call").daemon().start(() -> connect(mark));
        } catch (IOException | OutOfMemoryError e) {
            close();
            LOG.log(Level.WARNING, "connections waiting at " + address + " may be lost", e);
        }
    }

    /** A socket whose own address the accepting thread will recognize. */
    private Marker openMarker() throws IOException {
        if (target() instanceof InetSocketAddress internet) {
            SocketChannel mark = SocketChannel.open();
            mark.bind(new InetSocketAddress(internet.getAddress(), 0));
            return new Marker(mark, mark.getLocalAddress());
        }
        SocketChannel mark = SocketChannel.open(StandardProtocolFamily.UNIX);
        String name = "fcgi-" + Long.toHexString(ThreadLocalRandom.current().nextLong());
        Path own = Path.of(System.getProperty("java.io.tmpdir"), name);
        mark.bind(UnixDomainSocketAddress.of(own));
        Files.deleteIfExists(own); // the name stays with the socket
        return new Marker(mark, mark.getLocalAddress());
    }

    private SocketAddress target() {
        return address instanceof InetSocketAddress internet && internet.getAddress().isAnyLocalAddress()
                ? new InetSocketAddress(InetAddress.getLoopbackAddress(), internet.getPort())
                : address;
    }

    private void connect(Marker mark) {
        try (SocketChannel connecting = mark.channel()) {
            if (file != null && !isOurs()) {
                awaitQuiet();
                close();
                return;
            }
            connecting.connect(target());
            if (inherited) {
                awaitAcceptingThread(mark);
            } // else it keeps its place in the queue when it is closed
        } catch (IOException e) { // lighttpd removes its socket file before it ends the program
            close();
            LOG.log(Level.INFO, "stopped at {0} without a last call: {1}", address, e.getMessage());
        } catch (Throwable e) { // whatever it is, the stop must not wait for a marker
            close();
            LOG.log(Level.WARNING, "connections waiting at " + address + " may be lost", e);
        }
    }

    /** A successor has put its socket in the place of ours: no marker gets to us, but nobody else does either. */
    private void awaitQuiet() throws InterruptedException {
        int before;
        do {
            before = accepts;
            Thread.sleep(QUIET_MILLIS);
        } while (accepts != before);
    }

    /**
     * Another process that shares the inherited socket may take the marker. The end of the queue is passed then, too,
     * but our accepting thread may still be blocked: more markers, until it has got one or a connection.
     */
    private void awaitAcceptingThread(Marker first) throws IOException, InterruptedException {
        awaitClose(first);
        while (true) {
            passed = true;
            Thread.sleep(MARKER_PAUSE_MILLIS);
            if (ended) {
                return;
            }
            Marker next = openMarker();
            marker = next;
            next.channel().connect(target());
            awaitClose(next);
        }
    }

    private static void awaitClose(Marker mark) {
        try (SocketChannel channel = mark.channel()) {
            channel.shutdownOutput(); // a process that serves one connection at a time must not wait for us
            channel.read(ByteBuffer.allocate(1));
        } catch (IOException reset) {
            // closed as well
        }
    }

    /**
     * Removes our socket file, unless a successor has put its own in that place. Only once: when our socket is closed,
     * the file of a successor may get the number by which we know our own.
     */
    private void removeFile() {
        if (file == null || !fileRemoved.compareAndSet(false, true)) {
            return;
        }
        try {
            if (isOurs()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "socket file not removed", e);
        }
    }

    private boolean isOurs() throws IOException {
        return fileKey == null || Files.exists(file) && fileKey.equals(key(file));
    }

    private static Object key(Path file) throws IOException {
        return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
    }

    /** Ends without a last call. The inherited socket stays open: only the end of the process closes it. */
    public void close() {
        stopping = true;
        if (inherited) {
            passed = true;
            ended = true;
            return;
        }
        removeFile();
        try {
            channel.close();
        } catch (IOException ignored) {
            // the descriptor is gone either way
        }
    }
}
