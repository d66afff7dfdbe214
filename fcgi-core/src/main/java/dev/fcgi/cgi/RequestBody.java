package dev.fcgi.cgi;

import dev.fcgi.internal.cgi.Form;
import dev.fcgi.internal.cgi.LimitedBody;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/**
 * The body of a request, which can be read once: as a stream, as a form, or as bytes, which are kept, so that all the
 * others may follow. A form or bytes that are asked for too late are an exception, never the rest in place of the
 * whole.
 *
 * <p>Belongs to the thread that handles the request.
 */
final class RequestBody {
    private static final Logger LOG = System.getLogger("dev.fcgi.server");

    private final CgiRequest request;
    private final CgiOptions options;
    private final LimitedBody arriving;
    /** All of it, once somebody has asked for bytes; and as a stream. */
    private byte[] bytes;
    private InputStream kept;
    private Form form;
    /** Of whoever has read the body as bytes or as a form: the next one gets it too. */
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
        } catch (IOException | CgiException e) { // a full disk, too: who asks again must not get the rest for the whole
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
                    + " and is not there any more");
        }
    }

    boolean isComplete() {
        long promised = request.contentLength();
        return arriving.hasEnded() && (promised < 0 || promised == arriving.received());
    }

    /** Deletes what uploads have on disk. */
    void close() {
        if (form == null) {
            return;
        }
        try {
            form.close();
        } catch (IOException e) {
            LOG.log(Level.WARNING, "temporary file of uploads not closed", e);
        }
    }
}
