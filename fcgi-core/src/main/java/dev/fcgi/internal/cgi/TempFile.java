package dev.fcgi.internal.cgi;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Set;

/**
 * A temporary file that is created when the first byte is written and deleted in every case: on Unix its name is
 * removed from the directory before a byte is written, so that the kernel frees it even when the process is killed.
 *
 * <p>Written by one thread. An interrupt of a thread that reads or writes closes it, like any {@link FileChannel}.
 */
public final class TempFile implements AutoCloseable {
    private static final int ATTEMPTS = 10;
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final Set<OpenOption> OPTIONS = Set.of(
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            StandardOpenOption.DELETE_ON_CLOSE,
            LinkOption.NOFOLLOW_LINKS);

    private final Path directory;
    private final String setting;
    private volatile FileChannel channel;
    private long length;

    /** @param setting the setting for another directory, for the message when no file can be created in this one */
    public TempFile(Path directory, String setting) {
        this.directory = directory;
        this.setting = setting;
    }

    public long length() {
        return length;
    }

    /** {@return the channel, null before the first byte} */
    public FileChannel channel() {
        return channel;
    }

    public void append(byte[] source, int offset, int count) throws IOException {
        if (channel == null) {
            channel = create();
        }
        ByteBuffer bytes = ByteBuffer.wrap(source, offset, count);
        while (bytes.hasRemaining()) {
            channel.write(bytes, length + bytes.position() - offset);
        }
        length += count;
    }

    private FileChannel create() throws IOException {
        byte[] random = new byte[16];
        for (int attempt = 1; true; attempt++) {
            RANDOM.nextBytes(random);
            Path path = directory.resolve("fcgi-" + HexFormat.of().formatHex(random));
            try {
                return FileChannel.open(path, OPTIONS, ownerOnly(directory));
            } catch (FileAlreadyExistsException e) {
                if (attempt == ATTEMPTS) {
                    throw e;
                }
            } catch (IOException e) { // for example in a container with a read-only root
                throw new IOException("cannot create a temporary file for an upload in " + directory + "; "
                        + setting + " sets another directory", e);
            }
        }
    }

    private static FileAttribute<?>[] ownerOnly(Path directory) {
        if (!directory.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            return new FileAttribute<?>[0]; // on Windows, the access list of the directory applies
        }
        return new FileAttribute<?>[] {
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
        };
    }

    @Override
    public void close() throws IOException {
        FileChannel opened = channel;
        if (opened != null) {
            opened.close();
        }
    }
}
