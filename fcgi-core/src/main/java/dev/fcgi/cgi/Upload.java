package dev.fcgi.cgi;

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
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.UUID;

/**
 * A file that came with a form of the type multipart/form-data (RFC 7578).
 *
 * <p>Everything about it was made up by the client: name, type and content. It is valid until the exchange ends;
 * afterwards its content is gone, and reading fails with an {@code IOException} "upload closed". To keep it,
 * {@link #save} it.
 *
 * <p>May be used by several threads at once. The content may lie in a file: then reading blocks for the disk, and an
 * interrupt of a reading thread closes all uploads of the form ({@link ClosedByInterruptException}).
 */
public final class Upload {
    private static final String CLOSED = "upload closed";

    private final String name;
    private final String rawFileName;
    private final Map<String, String> headers;
    private final long size;
    /** The content, null when it is in the file; immutable. */
    private volatile byte[] memory;
    /** Holds the content from position on; belongs to the form. */
    private final FileChannel file;
    private final long position;
    private volatile boolean closed;

    private Upload(
            String name,
            String fileName,
            Map<String, String> headers,
            long size,
            byte[] memory,
            FileChannel file,
            long position) {
        this.name = Objects.requireNonNull(name);
        this.rawFileName = Objects.requireNonNull(fileName);
        Map<String, String> copy = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        copy.putAll(headers);
        this.headers = Collections.unmodifiableMap(copy);
        this.size = size;
        this.memory = memory;
        this.file = file;
        this.position = position;
    }

    /**
     * Creates an upload for the test of a handler.
     *
     * @param name of the form's field
     * @param fileName as a client would send it
     * @param contentType null for none
     * @param content is copied
     * @return an upload in memory
     */
    public static Upload of(String name, String fileName, String contentType, byte[] content) {
        return inMemory(
                name, fileName, contentType == null ? Map.of() : Map.of("Content-Type", contentType), content.clone());
    }

    /**
     * Creates an upload with all of its headers.
     *
     * @param name of the form's field
     * @param fileName as sent
     * @param headers of the part of the form; names in any case
     * @param content is not copied and must not change any more
     * @return an upload in memory
     */
    public static Upload inMemory(String name, String fileName, Map<String, String> headers, byte[] content) {
        return new Upload(name, fileName, headers, content.length, content, null, 0);
    }

    /**
     * Creates an upload that lies in a file, perhaps with others.
     *
     * @param name of the form's field
     * @param fileName as sent
     * @param headers of the part of the form; names in any case
     * @param file readable; it is read by position only, and not closed by {@link #close()}
     * @param position where the content starts in the file
     * @param size the length of the content
     * @return an upload that reads the file
     */
    public static Upload inFile(
            String name, String fileName, Map<String, String> headers, FileChannel file, long position, long size) {
        return new Upload(name, fileName, headers, size, null, Objects.requireNonNull(file), position);
    }

    /** {@return the name of the form's field, which several uploads may have in common} */
    public String name() {
        return name;
    }

    /**
     * Tells the name of the file in a form that can be the last element of a path: what stands behind the last slash,
     * backslash or drive letter, without control characters and those that change the direction of writing, without
     * white space around it, and never {@code .} or {@code ..}. It may still be one that exists, too long for the file
     * system, or start with a dot or a hyphen: better make up a name.
     *
     * <p>Browsers send a quotation mark as {@code %22}, which is not undone.
     *
     * @return the name; empty when nothing usable is left
     */
    public String fileName() {
        StringBuilder last = new StringBuilder();
        rawFileName.codePoints().forEach(c -> {
            if (c == '/' || c == '\\') {
                last.setLength(0);
            } else if (!isControl(c)) {
                last.appendCodePoint(c);
            }
        });
        String result = last.toString().strip();
        if (result.length() >= 2 && result.charAt(1) == ':' && isLetter(result.charAt(0))) {
            result = result.substring(2).strip();
        }
        // Windows drops dots and spaces at the end, so that "..." or ". ." might be a directory.
        boolean onlyDots = result.chars().allMatch(c -> c == '.' || c == ' ');
        return onlyDots ? "" : result;
    }

    private static boolean isLetter(char c) {
        return c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z';
    }

    private static boolean isControl(int c) {
        return Character.isISOControl(c)
                || c >= 0x2028 && c <= 0x202E // line and paragraph separator, embeddings, overrides
                || c >= 0x2066 && c <= 0x2069 // isolates
                || c >= 0xD800 && c <= 0xDFFF; // half a surrogate pair, which no path can hold
    }

    /**
     * Tells the name of the file as the client sent it, which may be a whole path or anything else. {@code filename*},
     * which a form must not have (RFC 7578 4.2), counts only where there is no plain name.
     *
     * @return the name; empty when there was none, as for a part that is an upload by its type
     */
    public String rawFileName() {
        return rawFileName;
    }

    /** {@return the Content-Type that the client claims, null when it does not} */
    public String contentType() {
        return header("Content-Type");
    }

    /**
     * Looks up a header of the part.
     *
     * @param headerName in any case
     * @return the value of the first header of this name, null when there is none
     */
    public String header(String headerName) {
        return headers.get(headerName);
    }

    /** {@return the length of the content in bytes} */
    public long size() {
        return size;
    }

    /**
     * Opens the content. Several streams can be open at once; each is for one thread at a time and need not be closed.
     *
     * @return a stream from the first byte on; what is not in memory is read without a buffer
     * @throws IOException "upload closed" when the exchange has ended; the stream's methods likewise
     */
    public InputStream open() throws IOException {
        requireOpen();
        return new Content();
    }

    /**
     * Copies the content into an array.
     *
     * @return all bytes
     * @throws IOException when they are too many for an array, and like {@link #open}
     */
    public byte[] bytes() throws IOException {
        return bytes(Integer.MAX_VALUE - 8);
    }

    /**
     * Copies the content into an array if it is not too long.
     *
     * @param maxLength how many bytes are allowed
     * @return all bytes
     * @throws IOException when they are more than that, and like {@link #open}
     */
    public byte[] bytes(int maxLength) throws IOException {
        requireOpen();
        if (size > maxLength) {
            throw new IOException("upload of " + size + " bytes, more than " + maxLength);
        }
        byte[] result = new byte[(int) size];
        open().readNBytes(result, 0, result.length);
        return result;
    }

    /**
     * Writes the content to a stream, which is not closed.
     *
     * @param target blocks as it does
     * @throws IOException what the target throws, and like {@link #open}
     */
    public void transferTo(OutputStream target) throws IOException {
        open().transferTo(target);
    }

    /**
     * Writes the content to a new file. When that fails, the part that was written is deleted. A file that shall be
     * replaced stays as it is until all is written, to a file beside it, and on disk: there is the old one or the new
     * one at any time, and nothing else.
     *
     * @param target where; see {@link #fileName} for what not to take as its name
     * @param options {@link StandardCopyOption#REPLACE_EXISTING} or nothing
     * @throws java.nio.file.FileAlreadyExistsException when the target exists and shall not be replaced
     * @throws UnsupportedOperationException for another option
     * @throws IOException when writing fails, and like {@link #open}
     */
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
            transferTo(out);
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

    /**
     * Gives the content up. The library does so at the end of the exchange; before that it makes sense only for an
     * upload that the caller created.
     */
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
        return new IOException("temporary file ends at " + at + " of " + size + " bytes of an upload");
    }

    /** Reads the content from a position of its own. */
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

    /** For logs: nothing that the client chose but the length. */
    @Override
    public String toString() {
        return "upload of " + size + " bytes";
    }
}
