package dev.fcgi.internal.cgi;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.CopyOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.UUID;

/**
 * The content of an upload: bytes in memory, or a range of a file that several uploads share. Thread-safe; an interrupt
 * of a thread that reads the file closes it.
 */
public final class UploadContent implements AutoCloseable {
    private static final String CLOSED = "upload closed";

    private final long size;
    /** The content, null when it is in the file; immutable. */
    private volatile byte[] memory;
    /** Holds the content from {@code position} on; belongs to the form. */
    private final FileChannel file;
    private final long position;
    private volatile boolean closed;

    private UploadContent(long size, byte[] memory, FileChannel file, long position) {
        this.size = size;
        this.memory = memory;
        this.file = file;
        this.position = position;
    }

    /** Keeps an array without a copy; it must not be changed any more. */
    public static UploadContent inMemory(byte[] content) {
        return new UploadContent(content.length, content, null, 0);
    }

    /** Reads a file by position only, and does not close it. */
    public static UploadContent inFile(FileChannel file, long position, long size) {
        return new UploadContent(size, null, Objects.requireNonNull(file, "file"), position);
    }

    public long size() {
        return size;
    }

    /** Opens the content: a stream for one thread, which need not be closed. */
    public InputStream open() throws IOException {
        requireOpen();
        return new Content();
    }

    /** Copies the content into an array if it is not too long. */
    public byte[] bytes(int maxLength) throws IOException {
        requireOpen();
        if (size > maxLength) {
            throw new IOException("upload of " + size + " bytes, more than " + maxLength);
        }
        byte[] result = new byte[(int) size];
        open().readNBytes(result, 0, result.length);
        return result;
    }

    /** Writes the content to a new file, or atomically replaces an old one. */
    public void save(Path target, CopyOption... options) throws IOException {
        requireOpen();
        for (CopyOption option : options) {
            if (option != StandardCopyOption.REPLACE_EXISTING) {
                throw new UnsupportedOperationException(String.valueOf(option));
            }
        }
        boolean replace = options.length > 0;
        Path written = replace ? target.resolveSibling(".fcgi-" + UUID.randomUUID()) : target;
        FileChannel created = FileChannel.open(written, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        try {
            try (created) {
                writeTo(created);
                if (replace) {
                    created.force(false);
                }
            }
            if (replace) {
                Files.move(written, target, StandardCopyOption.ATOMIC_MOVE);
            }
        } catch (Throwable failure) {
            try {
                Files.deleteIfExists(written);
            } catch (IOException e) {
                failure.addSuppressed(e);
            }
            throw failure;
        }
    }

    private void writeTo(FileChannel target) throws IOException {
        if (file == null) {
            OutputStream out = Channels.newOutputStream(target);
            open().transferTo(out);
            return;
        }
        try {
            long done = 0;
            while (done < size) {
                long count = file.transferTo(position + done, size - done, target);
                if (count <= 0) {
                    throw cutOff(done);
                }
                done += count;
            }
        } catch (ClosedChannelException e) {
            throw explain(e);
        }
    }

    /** Releases the content. */
    @Override
    public void close() {
        closed = true;
        memory = null;
    }

    private void requireOpen() throws IOException {
        if (closed || file != null && !file.isOpen()) {
            throw new IOException(CLOSED);
        }
    }

    private IOException explain(ClosedChannelException e) {
        return e instanceof ClosedByInterruptException ? e : new IOException(CLOSED, e);
    }

    private IOException cutOff(long at) {
        return new IOException("the temporary file ends after " + at + " of " + size + " bytes of an upload");
    }

    /** A stream of the content with its own position. */
    private final class Content extends InputStream {
        private long at;

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            Objects.checkFromIndexSize(offset, length, target.length);
            byte[] bytes = memory;
            requireOpen();
            if (length == 0) {
                return 0;
            }
            if (at == size) {
                return -1;
            }
            int count = (int) Math.min(length, size - at);
            if (file == null) {
                System.arraycopy(bytes, (int) at, target, offset, count);
            } else {
                count = readFile(ByteBuffer.wrap(target, offset, count));
            }
            at += count;
            return count;
        }

        private int readFile(ByteBuffer target) throws IOException {
            try {
                int count = file.read(target, position + at);
                if (count < 0) {
                    throw cutOff(at);
                }
                return count;
            } catch (ClosedChannelException e) {
                throw explain(e);
            }
        }

        @Override
        public long skip(long length) {
            long count = Math.clamp(length, 0, size - at);
            at += count;
            return count;
        }

        @Override
        public int available() {
            return closed ? 0 : (int) Math.min(size - at, Integer.MAX_VALUE);
        }
    }
}
