package dev.fcgi.internal.io;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;

/**
 * One connection as a pair of byte streams. At most one thread reads and one writes at a time; the rest may be called
 * by any thread, also to wake up the two.
 */
public interface Transport {
    /** {@return what the peer sends} A channel of its own: each call on a waiting thread's stack costs memory. */
    ReadableByteChannel input();

    /**
     * Looks whether anything was received, or the end of the stream, and does not block. What is there is lost. For a
     * thread that may read while nobody writes.
     *
     * @return true also where that cannot be told
     */
    default boolean isQuiet() throws IOException {
        return true;
    }

    /**
     * Writes some of the bytes, at least one. Blocks until the kernel has taken them; the position of the source tells
     * which it has taken, also when this fails.
     */
    void write(ByteBuffer source) throws IOException;

    /** Makes a blocked or later read return the end of the stream; bytes the kernel holds may get lost. Never throws. */
    void shutdownInput();

    /** Tells the peer that nothing more comes. Does not block, never throws. */
    void shutdownOutput();

    /** Closes at once; blocked reads and writes fail. Never throws: there is nothing anyone could do. */
    void close();

    /** {@return the address of the peer} */
    SocketAddress peer();

    /**
     * {@return the user and group that the peer had when it connected; null when they are not known, as with TCP} The
     * first call asks the kernel and looks up their names, which may block.
     */
    default PeerIdentity identity() {
        return null;
    }
}
