package dev.fcgi.internal.cgi;

import dev.fcgi.cgi.CgiException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.util.List;

/** The form in the body of a request, of either encoding. */
public final class Form {
    /** For a body that is not a form. */
    public static final Form NONE = new Form(new Fields(), null);

    private static final String URLENCODED = "application/x-www-form-urlencoded";
    private static final String MULTIPART = "multipart/form-data";

    private final Fields fields;
    /** Null when there are no uploads. */
    private final MultipartForm multipart;

    private Form(Fields fields, MultipartForm multipart) {
        this.fields = fields;
        this.multipart = multipart;
    }

    /** Whether a body of this Content-Type, which may be null, is a form. */
    public static boolean isForm(String contentType) {
        HeaderValue type = HeaderValue.parse(contentType);
        return type.is(URLENCODED) || type.is(MULTIPART);
    }

    /**
     * Reads a form to the end of the body.
     *
     * @param contentType the content type of a form
     * @param semicolons whether {@code ;} separates fields, as {@code &} does
     * @throws CgiException 400 for a malformed body, 413 for one that exceeds a limit
     */
    public static Form read(String contentType, InputStream body, Charset charset, boolean semicolons,
            FormLimits limits) throws IOException {
        if (HeaderValue.parse(contentType).is(MULTIPART)) {
            return readMultipart(contentType, body, charset, limits);
        }
        byte[] text = body.readNBytes(limits.maxFieldsLength());
        if (text.length == limits.maxFieldsLength() && body.read() >= 0) {
            throw new CgiException(413, "form of more than " + limits.maxFieldsLength() + " bytes");
        }
        return new Form(Fields.urlencoded(text, charset, semicolons, limits.maxParts()), null);
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

    /** {@return the fields; the value of an upload is its file name} */
    public Fields fields() {
        return fields;
    }

    public List<FilePart> uploads() {
        return multipart == null ? List.of() : multipart.uploads();
    }

    /** {@return whether the form itself marks its end} */
    public boolean isDelimited() {
        return multipart != null;
    }

    /** Deletes the temporary files of uploads. */
    public void close() throws IOException {
        if (multipart != null) {
            multipart.close();
        }
    }
}
