package dev.fcgi.internal.cgi;

import dev.fcgi.cgi.CgiException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * A form of the type multipart/form-data (RFC 7578), read as a whole: text fields in memory, uploads in memory or in
 * one temporary file.
 *
 * <p>Read by one thread; after that immutable, except for {@link #close}, which any thread may call.
 */
public final class MultipartForm implements AutoCloseable {
    /** A field of this name sets the charset of the text fields after it (RFC 7578 4.6). */
    private static final String CHARSET_FIELD = "_charset_";

    private final FormLimits limits;
    private final List<Map.Entry<String, String>> fields = new ArrayList<>();
    private final List<FilePart> uploads = new ArrayList<>();
    /** Fields and uploads together. */
    private final Fields all = new Fields();
    private final TempFile file;
    private Charset charset;
    private int fieldLengthLeft;

    private MultipartForm(Charset charset, FormLimits limits) {
        this.charset = charset;
        this.limits = limits;
        fieldLengthLeft = limits.maxFieldsLength();
        file = new TempFile(limits.tempDirectory(), "CgiOptions.temporaryDirectory");
    }

    /**
     * Reads a form. Blocks for the body and for the temporary file.
     *
     * <p>A part is an upload if it has a file name, or, with an empty name, if its type is not text. A part with an
     * empty file name and no content is a file field that was left empty; it becomes a text field with an empty value.
     * Malformed bytes of text become U+FFFD.
     *
     * @param body read to its end, although data after the closing delimiter is ignored; not closed
     * @param contentType the content type, with the boundary
     * @param charset the charset of names and of text that does not declare another: UTF-8, except for forms in pages
     * with another charset
     * @throws CgiException 400 for a form that is malformed or ambiguous, 413 for one that exceeds a limit; after any
     *     exception, all temporary files were deleted
     * @throws java.io.EOFException when the body ended before its closing delimiter
     * @throws IOException when reading the body or writing the temporary file fails
     */
    public static MultipartForm read(InputStream body, String contentType, Charset charset, FormLimits limits)
            throws IOException {
        String boundary = Boundary.of(contentType);
        MultipartForm form = new MultipartForm(charset, limits);
        try {
            form.read(new MultipartParser(body, boundary, MultipartParser.DEFAULT_MAX_HEADER_LENGTH));
            body.transferTo(OutputStream.nullOutputStream());
            return form;
        } catch (Throwable failure) {
            try {
                form.close();
            } catch (IOException e) {
                failure.addSuppressed(e);
            }
            throw failure;
        }
    }

    private void read(MultipartParser parser) throws IOException {
        parser.headerCharset(charset);
        int count = 0;
        for (Part part = parser.next(); part != null; part = parser.next()) {
            if (++count > limits.maxParts()) {
                throw new CgiException(413, "form has more than " + limits.maxParts() + " parts");
            }
            if (part.name() == null) {
                throw new CgiException(400, "part " + count + " of the form has no name");
            }
            if (part.filename() == null) {
                readField(part);
            } else {
                readUpload(part);
            }
        }
    }

    private void readField(Part part) throws IOException {
        takeFieldLength(part.name().length());
        // Reading one byte more than allowed shows whether there is more.
        byte[] bytes = part.content().readNBytes((int) Math.min(fieldLengthLeft + 1L, Integer.MAX_VALUE));
        takeFieldLength(bytes.length);
        String value = new String(bytes, part.charset(charset));
        addField(part.name(), value);
        if (part.name().equals(CHARSET_FIELD)) {
            charset = Part.charset(value, charset);
        }
    }

    private void addField(String name, String value) {
        fields.add(Map.entry(name, value));
        all.add(name, value);
    }

    private void takeFieldLength(int length) {
        if (length > fieldLengthLeft) {
            throw new CgiException(413, "text fields of the form exceed " + limits.maxFieldsLength() + " bytes");
        }
        fieldLengthLeft -= length;
    }

    private void readUpload(Part part) throws IOException {
        Spool spool = new Spool();
        part.content().transferTo(spool);
        if (spool.size == 0 && part.filename().isEmpty()) {
            takeFieldLength(part.name().length());
            addField(part.name(), "");
        } else {
            uploads.add(new FilePart(part.name(), part.filename(), part.headers(), spool.content()));
            all.add(part.name(), part.filename());
        }
    }

    /** {@return the text fields in the order of the form; a name may occur more than once; unmodifiable} */
    public List<Map.Entry<String, String>> fields() {
        return Collections.unmodifiableList(fields);
    }

    /** {@return the uploads in the order of the form; a name may occur more than once; unmodifiable} */
    public List<FilePart> uploads() {
        return Collections.unmodifiableList(uploads);
    }

    /** {@return the names of fields and uploads, each once, in the order of the form; unmodifiable} */
    public List<String> names() {
        return all.names();
    }

    /** {@return text fields and uploads in the order of the form; the value of an upload is its file name} */
    public Fields all() {
        return all;
    }

    /** Closes all uploads, which deletes the temporary file. Closing again has no effect. */
    @Override
    public void close() throws IOException {
        uploads.forEach(upload -> upload.content().close());
        file.close();
    }

    /** Stores one upload: in memory up to the threshold, then in the file. */
    private final class Spool extends OutputStream {
        private static final int FIRST_CAPACITY = 512;

        private byte[] memory = new byte[0];
        private long size;
        /** Where the content starts in the file, -1 while it is in memory. */
        private long start = -1;

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] source, int offset, int length) throws IOException {
            if (start < 0 && size + length <= limits.memoryThreshold()) {
                int used = (int) size;
                if (used + length > memory.length) {
                    int doubled = (int) Math.min(limits.memoryThreshold(), memory.length * 2L);
                    memory = Arrays.copyOf(memory, Math.max(used + length, Math.max(FIRST_CAPACITY, doubled)));
                }
                System.arraycopy(source, offset, memory, used, length);
            } else {
                if (start < 0) {
                    start = file.length();
                    file.append(memory, 0, (int) size);
                    memory = null;
                }
                file.append(source, offset, length);
            }
            size += length;
        }

        UploadContent content() throws IOException {
            if (start < 0) {
                return UploadContent.inMemory(size == memory.length ? memory : Arrays.copyOf(memory, (int) size));
            }
            return UploadContent.inFile(file.channel(), start, size);
        }
    }
}
