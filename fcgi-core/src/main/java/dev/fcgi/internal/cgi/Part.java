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

    /** Keeps the headers without a copy; their map must ignore case. */
    Part(Map<String, String> headers, InputStream content) {
        this.headers = headers;
        this.disposition = HeaderValue.parseDisposition(headers.get("Content-Disposition"));
        this.type = HeaderValue.parse(headers.get("Content-Type"));
        this.content = content;
    }

    /** {@return all headers, unmodifiable, names in any case; the first of each name} */
    public Map<String, String> headers() {
        return headers;
    }

    /** {@return the header, null when there is none; the name in any case} */
    public String header(String name) {
        return headers.get(name);
    }

    /**
     * {@return the name of the form field (RFC 7578 4.2), or null}
     *
     * @throws CgiException 400 when the Content-Disposition is ambiguous
     */
    public String name() {
        disposition.requireWellFormed();
        return disposition.parameter("name");
    }

    /**
     * Returns the name of the uploaded file as it was sent, which may be a path or anything else. Browsers send a
     * quotation mark as %22, which is not decoded. {@code filename*} is used only without a plain name: it is not
     * allowed in forms (RFC 7578 4.2), and filters before this server check the plain name.
     *
     * @return the name; empty when no file was chosen, and for a part without a name that is not text; null for a text
     *     field
     * @throws CgiException 400 when the name is malformed or repeated
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
                throw new CgiException(400, "file name in a notation that forms must not use");
            }
            return decoded;
        }
        return isText() ? null : "";
    }

    /** Whether the type is missing, text, or JSON, which is also text (RFC 8259 8.1). */
    private boolean isText() {
        String name = Ascii.lower(type.value());
        return name.isEmpty() || name.startsWith("text/") || name.equals("application/json") || name.endsWith("+json");
    }

    /** {@return the Content-Type as sent, or null} */
    public String contentType() {
        return headers.get("Content-Type");
    }

    /**
     * {@return the charset parameter of the Content-Type (RFC 7578 4.5), or else the given one}
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
        } catch (IllegalCharsetNameException | UnsupportedCharsetException ignored) { // treated as missing
            return other;
        }
    }

    /**
     * The content, as sent: a Content-Transfer-Encoding is not decoded (RFC 7578 4.7 deprecates it).
     *
     * <p>Reading blocks while the body does, and fails with {@link java.io.EOFException} when the body ends inside the
     * part. The stream is valid until the parser advances to the next part; closing it does nothing.
     *
     * @return the stream, the same at each call
     */
    public InputStream content() {
        return content;
    }
}
