package dev.fcgi.internal.cgi;

import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.UnsupportedCharsetException;
import java.util.Map;

/** One part of a multipart body: its headers, and its content as a stream (RFC 7578 4). Belongs to one thread. */
public final class Part {
    private final Map<String, String> headers;
    private final HeaderValue disposition;
    private final InputStream content;

    /** Takes the headers over: a map that ignores case. */
    Part(Map<String, String> headers, InputStream content) {
        this.headers = headers;
        this.disposition = HeaderValue.parse(headers.get("Content-Disposition"));
        this.content = content;
    }

    /** {@return all headers, unmodifiable, the names in any case; of two with the same name the first} */
    public Map<String, String> headers() {
        return headers;
    }

    /** {@return the header, null when there is none; the name in any case} */
    public String header(String name) {
        return headers.get(name);
    }

    /** {@return the name of the form's field (RFC 7578 4.2), null when there is none} */
    public String name() {
        return disposition.parameter("name");
    }

    /**
     * Tells the name of the uploaded file as it was sent: it may be a path, and anything else. A quotation mark is sent
     * as %22 by browsers and stays so.
     *
     * @return the name, empty when no file was chosen, null when the part is not an upload
     */
    public String filename() {
        return disposition.extendedParameter("filename");
    }

    /** {@return the Content-Type as sent, null when there is none} */
    public String contentType() {
        return headers.get("Content-Type");
    }

    /** {@return the charset parameter of the Content-Type (RFC 7578 4.5), else the given one} */
    public Charset charset(Charset other) {
        return charset(HeaderValue.parse(contentType()).parameter("charset"), other);
    }

    static Charset charset(String name, Charset other) {
        if (name == null) {
            return other;
        }
        try {
            return Charset.forName(name);
        } catch (IllegalCharsetNameException | UnsupportedCharsetException ignored) { // as if it were not there
            return other;
        }
    }

    /**
     * The content, as sent: a Content-Transfer-Encoding is not undone (RFC 7578 4.7 deprecates it).
     *
     * <p>Reading blocks as the body does and fails with {@link java.io.EOFException} when the body ends inside. The
     * stream is valid until the parser's next part is asked for; closing it does nothing.
     *
     * @return the stream, the same at each call
     */
    public InputStream content() {
        return content;
    }
}
