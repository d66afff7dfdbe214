package dev.fcgi.internal.cgi;

import dev.fcgi.cgi.CgiException;
import dev.fcgi.cgi.Upload;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.util.List;
import java.util.Locale;

/** The form in the body of a request, of either encoding; empty when the body is something else. */
public final class Form {
    public static final Form EMPTY = new Form(new Fields(), null);

    private final Fields fields;
    /** Null when there are no uploads. */
    private final MultipartForm multipart;

    private Form(Fields fields, MultipartForm multipart) {
        this.fields = fields;
        this.multipart = multipart;
    }

    /**
     * Reads a form; a body of another type is left alone.
     *
     * @param contentType of the body, or null
     * @throws CgiException 400 for a malformed body, 413 for one that exceeds a limit
     */
    public static Form read(String contentType, InputStream body, Charset charset, FormLimits limits)
            throws IOException {
        String type = contentType == null ? "" : contentType.toLowerCase(Locale.ROOT);
        if (type.startsWith("application/x-www-form-urlencoded")) {
            byte[] text = body.readNBytes(limits.maxFieldLength());
            if (text.length == limits.maxFieldLength() && body.read() >= 0) {
                throw new CgiException(413, "form of more than " + limits.maxFieldLength() + " bytes");
            }
            return new Form(Fields.urlencoded(new String(text, charset), charset, limits.maxParts()), null);
        }
        return type.startsWith("multipart/form-data") ? readMultipart(contentType, body, charset, limits) : EMPTY;
    }

    private static Form readMultipart(String contentType, InputStream body, Charset charset, FormLimits limits)
            throws IOException {
        MultipartForm multipart;
        try {
            multipart = MultipartForm.read(body, contentType, charset, limits);
        } catch (EOFException cut) {
            throw new CgiException(400, "the form ends before its closing delimiter");
        }
        return new Form(multipart.all(), multipart);
    }

    /** {@return the fields; an upload is there with the name of its file} */
    public Fields fields() {
        return fields;
    }

    public List<Upload> uploads() {
        return multipart == null ? List.of() : multipart.uploads();
    }

    /** {@return whether the form shows by itself where it ends} */
    public boolean isDelimited() {
        return multipart != null;
    }

    /** Deletes what the uploads have on disk. */
    public void close() throws IOException {
        if (multipart != null) {
            multipart.close();
        }
    }
}
