package dev.fcgi.cgi;

import dev.fcgi.internal.cgi.Form;
import dev.fcgi.internal.cgi.LimitedBody;
import dev.fcgi.internal.server.RequestLog;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * The body of a request. It can be read once as a stream or as a form, or as bytes, which are kept and may then be read
 * in any other way. Reading a form or bytes too late throws an exception and never returns only the rest of the body.
 *
 * <p>Belongs to the thread that handles the request.
 */
final class RequestBody {
    private final CgiRequest request;
    private final CgiOptions options;
    private final LimitedBody arriving;
    /** The whole body, once it was read as bytes; and a stream of them. */
    private byte[] bytes;
    private InputStream kept;
    private Form form;
    /** Why reading the body as bytes or as a form failed; thrown again at the next attempt. */
    private Exception failure;
    private boolean readAsForm;

    RequestBody(CgiRequest request, CgiOptions options) {
        this.request = request;
        this.options = options;
        arriving = new LimitedBody(request.request().stdin(), options.maxBodyLength(), request::unreadable);
    }

    InputStream stream() {
        arriving.announce(request.contentLength());
        return kept != null ? kept : arriving;
    }

    byte[] bytes() throws IOException {
        arriving.announce(request.contentLength());
        if (bytes != null) {
            return bytes;
        }
        requireUnread();
        try {
            byte[] read = arriving.readNBytes(options.maxFieldsLength());
            if (read.length == options.maxFieldsLength() && arriving.read() >= 0) {
                throw new CgiException(413, "request body of more than " + options.maxFieldsLength() + " bytes");
            }
            bytes = read;
            kept = new ByteArrayInputStream(read);
            return read;
        } catch (IOException | CgiException e) {
            failure = e;
            throw e;
        }
    }

    Form form() throws IOException {
        if (form == null) {
            form = Form.isForm(request.contentType()) ? readForm() : Form.NONE;
        }
        return form;
    }

    private Form readForm() throws IOException {
        arriving.announce(request.contentLength());
        if (bytes == null) {
            requireUnread();
            readAsForm = true;
        }
        try {
            Form read = Form.read(request.contentType(), bytes == null ? arriving : new ByteArrayInputStream(bytes),
                    options.charset(), options.semicolonSeparates(), options.formLimits());
            if (!read.isDelimited() && arriving.received() < request.contentLength()) {
                throw new CgiException(400, "the form ends before its " + request.contentLength() + " bytes");
            }
            return read;
        } catch (IOException | CgiException e) { // also a full disk: the next call must not take the rest for the whole
            failure = e;
            throw e;
        }
    }

    private void requireUnread() throws IOException {
        if (failure instanceof IOException e) {
            throw e;
        } else if (failure instanceof CgiException e) {
            throw e;
        }
        if (arriving.received() > 0) {
            throw new IOException("the body was read " + (readAsForm ? "as a form" : "from body()")
                    + " and cannot be read again");
        }
    }

    boolean isComplete() {
        long promised = request.contentLength();
        return arriving.hasEnded() && (promised < 0 || promised == arriving.received());
    }

    /** Deletes the temporary files of uploads. */
    void close() {
        if (form == null) {
            return;
        }
        try {
            form.close();
        } catch (IOException e) {
            RequestLog.warn(request.request(), e, "temporary file of uploads not closed: {0}");
        }
    }
}
