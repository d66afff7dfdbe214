package dev.fcgi.internal.io;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;

/**
 * One connection as a pair of byte streams. At most one thread reads and one writes at a time; the other methods may be
 * called by any thread, also to wake these two.
 */
public interface Transport {
    /**
     * {@return what the peer sends} A separate channel, because each frame on the stack of a waiting thread costs
     * memory.
     */
    ReadableByteChannel input();

    /**
     * Returns whether neither data nor the end of the stream was received; does not block. Received data is lost. For a
     * thread that may read while nobody else reads or writes.
     *
     * @return true also when that cannot be determined
     */
    default boolean isQuiet() throws IOException {
        return true;
    }

    /**
     * Returns whether the end of the stream was received, with nothing before it; does not block. Received data is lost.
     * For a connection that is about to be closed.
     *
     * @return false also when that cannot be determined
     */
    default boolean hasEnded() {
        return false;
    }

    /**
     * Writes at least one of the bytes. Blocks until the kernel has accepted them; the position of the source shows how
     * many, even after a failure.
     */
    void write(ByteBuffer source) throws IOException;

    /** Makes a blocked or later read return the end of the stream; bytes the kernel holds may get lost. Never throws. */
    void shutdownInput();

    /** Tells the peer that no more will be sent. Does not block, never throws. */
    void shutdownOutput();

    /** Closes immediately; blocked reads and writes fail. Never throws, because callers could do nothing about it. */
    void close();

    /** {@return the address of the peer} */
    SocketAddress peer();

    /**
     * {@return the user and group that the peer had when it connected; null when they are not known, as with TCP} The
     * first call looks up their names, which may block.
     */
    default PeerIdentity identity() {
        return null;
    }
}
