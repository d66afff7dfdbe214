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
    private final FilePart file;

    Upload(FilePart file) {
        this.file = file;
    }

    /**
     * Creates an upload for the test of code that takes one; {@link dev.fcgi.OfflineRequest.Builder#file} sends one to
     * a handler.
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

    /** {@return the name of the form's field, which several uploads may have in common} */
    public String name() {
        return file.name();
    }

    /**
     * Tells the name of the file in a form that can be the last element of a path: what follows the last slash,
     * backslash or drive letter, without control characters and those that change the direction of writing, without
     * white space around it, and never {@code .} or {@code ..}. It may still be one that exists, too long for the file
     * system, or start with a dot or a hyphen: better make up a name.
     *
     * <p>Browsers send a quotation mark as {@code %22}, which is not undone.
     *
     * @return the name; empty when nothing usable is left
     */
    public String fileName() {
        return file.fileName();
    }

    /**
     * Tells the name of the file as the client sent it, which may be a whole path or anything else. {@code filename*},
     * which a form must not have (RFC 7578 4.2), counts only where there is no plain name.
     *
     * @return the name; empty when there was none, as for a part that is an upload by its type
     */
    public String rawFileName() {
        return file.rawFileName();
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
        return file.header(Objects.requireNonNull(headerName, "headerName"));
    }

    /** {@return the length of the content in bytes} */
    public long size() {
        return file.content().size();
    }

    /**
     * Opens the content. Several streams can be open at once; each is for one thread at a time and need not be closed.
     *
     * @return a stream from the first byte on; what is not in memory is read without a buffer
     * @throws IOException "upload closed" when the exchange has ended; the stream's methods likewise
     */
    public InputStream open() throws IOException {
        return file.content().open();
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
        return file.content().bytes(maxLength);
    }

    /**
     * Writes the content to a stream, which is not closed.
     *
     * @param target blocks as it does
     * @throws IOException what the target throws, and like {@link #open}
     */
    public void transferTo(OutputStream target) throws IOException {
        Objects.requireNonNull(target, "target");
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
        Objects.requireNonNull(target, "target");
        Objects.requireNonNull(options, "options");
        file.content().save(target, options);
    }

    /** For logs: nothing that the client chose but the length. */
    @Override
    public String toString() {
        return "upload of " + size() + " bytes";
    }
}
