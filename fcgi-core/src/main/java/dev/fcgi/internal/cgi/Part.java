package dev.fcgi.internal.cgi;

import dev.fcgi.cgi.CgiException;
import dev.fcgi.internal.text.Ascii;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.UnsupportedCharsetException;
import java.util.Map;

/** One part of a multipart body: its headers, and its content as a stream (RFC 7578 4). Belongs to one thread. */
public final class Part {
    private final Map<String, String> headers;
    private final HeaderValue disposition;
    private final HeaderValue type;
    private final InputStream content;

    /** Takes the headers over: a map that ignores case. */
    Part(Map<String, String> headers, InputStream content) {
        this.headers = headers;
        this.disposition = HeaderValue.parseDisposition(headers.get("Content-Disposition"));
        this.type = HeaderValue.parse(headers.get("Content-Type"));
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

    /**
     * {@return the name of the form's field (RFC 7578 4.2), null when there is none}
     *
     * @throws CgiException 400 when the Content-Disposition may be read in more than one way
     */
    public String name() {
        disposition.requireWellFormed();
        return disposition.parameter("name");
    }

    /**
     * Tells the name of the uploaded file as it was sent: it may be a path, and anything else. A quotation mark is sent
     * as %22 by browsers and stays so. The notation {@code filename*} counts only for want of a plain name: forms must
     * not have it (RFC 7578 4.2), and who looks at uploads in front of us looks at the plain one.
     *
     * @return the name, empty when no file was chosen and for a part without a name that is no text; null when the part
     *     is a text field
     * @throws CgiException 400 when there is a name that cannot be read, or more than one
     */
    public String filename() {
        String plain = disposition.parameter("filename");
        if (plain != null) {
            return plain;
        }
        if (disposition.parameters().keySet().stream().anyMatch(name -> name.startsWith("filename*"))) {
            String sent = disposition.parameter("filename*");
            String decoded = sent == null ? null : HeaderValue.decodeExtended(sent);
            if (decoded == null) {
                throw new CgiException(400, "file name in a notation that forms do not have");
            }
            return decoded;
        }
        return isText() ? null : "";
    }

    /** Whether the type is missing, text, or JSON, which is text as well (RFC 8259 8.1). */
    private boolean isText() {
        String name = Ascii.lower(type.value());
        return name.isEmpty() || name.startsWith("text/") || name.equals("application/json") || name.endsWith("+json");
    }

    /** {@return the Content-Type as sent, null when there is none} */
    public String contentType() {
        return headers.get("Content-Type");
    }

    /**
     * {@return the charset parameter of the Content-Type (RFC 7578 4.5), else the given one}
     *
     * @throws CgiException 400 when there are two
     */
    public Charset charset(Charset other) {
        return charset(type.parameter("charset"), other);
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
