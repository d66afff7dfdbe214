package dev.fcgi.cgi;

import dev.fcgi.internal.cgi.FilePart;
import dev.fcgi.internal.cgi.UploadContent;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.CopyOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.Objects;

/**
 * A file that was sent in a form of the type multipart/form-data (RFC 7578).
 *
 * <p>The client chose its name, type and content, so none of them can be trusted. It is valid until the exchange ends;
 * after that, reading fails with an {@code IOException} "upload closed". To keep the content, {@link #save} it.
 *
 * <p>May be used by several threads concurrently. If the content is in a file, reading blocks for the disk, and an
 * interrupt of a reading thread closes all uploads of the form ({@link ClosedByInterruptException}).
 */
public final class Upload {
    private final FilePart file;

    Upload(FilePart file) {
        this.file = file;
    }

    /**
     * Creates an upload, for tests of code that takes one; {@link dev.fcgi.OfflineRequest.Builder#file} sends one to a
     * handler.
     *
     * @param name of the form's field
     * @param fileName as a client would send it
     * @param contentType null for none
     * @param content is copied
     * @return an upload in memory
     */
    public static Upload of(String name, String fileName, String contentType, byte[] content) {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(fileName, "fileName");
        Objects.requireNonNull(content, "content");
        return new Upload(new FilePart(name, fileName,
                contentType == null ? Map.of() : Map.of("Content-Type", contentType),
                UploadContent.inMemory(content.clone())));
    }

    /** {@return the name of the form field, which several uploads may share} */
    public String name() {
        return file.name();
    }

    /**
     * Returns the name of the file in a form that can be the last element of a path: what follows the last slash,
     * backslash or drive letter, without control characters, without characters that change the writing direction,
     * without surrounding white space, and never {@code .} or {@code ..}. A file of that name may still exist, and the
     * name may be too long for the file system or start with a dot or a hyphen, so a generated name is safer.
     *
     * <p>Browsers send a quotation mark as {@code %22}, which is not undone.
     *
     * @return the name; empty when nothing usable is left
     */
    public String fileName() {
        return file.fileName();
    }

    /**
     * Returns the name of the file as the client sent it, which may be a whole path or anything else. {@code
     * filename*}, which is not allowed in forms (RFC 7578 4.2), is used only if there is no plain name.
     *
     * @return the name; empty when there was none, as for a part that is an upload because of its type
     */
    public String rawFileName() {
        return file.rawFileName();
    }

    /** {@return the Content-Type that the client sent, or null without one} */
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
        return file.header(Objects.requireNonNull(headerName, "headerName"));
    }

    /** {@return the length of the content in bytes} */
    public long size() {
        return file.content().size();
    }

    /**
     * Opens the content. Several streams can be open at the same time; each is for one thread at a time and need not be
     * closed.
     *
     * @return a stream from the first byte; content that is not in memory is read without a buffer
     * @throws IOException "upload closed" when the exchange has ended; the stream's methods likewise
     */
    public InputStream open() throws IOException {
        return file.content().open();
    }

    /**
     * Copies the content into an array.
     *
     * @return all bytes
     * @throws IOException when the content is too long for an array, and like {@link #open}
     */
    public byte[] bytes() throws IOException {
        return bytes(Integer.MAX_VALUE - 8);
    }

    /**
     * Copies the content into an array if it is not too long.
     *
     * @param maxLength the largest number of bytes allowed
     * @return all bytes
     * @throws IOException when the content is longer, and like {@link #open}
     */
    public byte[] bytes(int maxLength) throws IOException {
        return file.content().bytes(maxLength);
    }

    /**
     * Writes the content to a stream, which is not closed.
     *
     * @param target the stream; this method blocks while it blocks
     * @throws IOException when the target throws it, and like {@link #open}
     */
    public void transferTo(OutputStream target) throws IOException {
        Objects.requireNonNull(target, "target");
        open().transferTo(target);
    }

    /**
     * Writes the content to a new file. If that fails, the partial file is deleted. A file to be replaced is left
     * unchanged until the whole content has been written to a file beside it and is on disk; so at any time there is
     * either the old file or the new one.
     *
     * @param target the file; see {@link #fileName} for the risks of names from clients
     * @param options {@link StandardCopyOption#REPLACE_EXISTING} or nothing
     * @throws java.nio.file.FileAlreadyExistsException when the target exists and is not to be replaced
     * @throws UnsupportedOperationException for another option
     * @throws IOException when writing fails, and like {@link #open}
     */
    public void save(Path target, CopyOption... options) throws IOException {
        Objects.requireNonNull(target, "target");
        Objects.requireNonNull(options, "options");
        file.content().save(target, options);
    }

    /** For logs: contains nothing that the client chose except the length. */
    @Override
    public String toString() {
        return "upload of " + size() + " bytes";
    }
}
