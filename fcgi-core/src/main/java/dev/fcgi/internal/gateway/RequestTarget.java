package dev.fcgi.internal.gateway;

import dev.fcgi.internal.text.Ascii;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * The checked target of an HTTP request (RFC 9112 3.2). Its path is decoded once, is UTF-8, has no control characters
 * and no dot segments, and its slashes are those that the browser sent as slashes. Targets that two programs could
 * interpret differently are refused. Characters that RFC 3986 does not allow but browsers send are accepted: {@code { }
 * | ^ [ ]} and similar ones, bytes beyond ASCII, and a percent sign in queries.
 *
 * @param authority the authority of the absolute form, or null
 * @param rawPath the path as it was sent; each character is a byte
 * @param path the path decoded
 * @param query the query as it was sent; null when there is no question mark
 */
record RequestTarget(String authority, String rawPath, String path, String query) {

    /**
     * Parses the target of a request.
     *
     * @param target as in the request line
     * @throws HttpError 400 when it is malformed or ambiguous
     */
    static RequestTarget parse(String target) throws HttpError {
        for (int i = 0; i < target.length(); i++) {
            char c = target.charAt(i);
            if (c <= ' ' || c == 0x7F || c > 0xFF) {
                throw HttpError.badRequest("a character that is not allowed in a URL");
            }
        }
        String rest = target;
        String authority = null;
        int scheme = target.indexOf("://");
        if (scheme > 0 && target.indexOf('/') == scheme + 1) {
            int slash = target.indexOf('/', scheme + 3);
            authority = target.substring(scheme + 3, slash < 0 ? target.length() : slash);
            rest = slash < 0 ? "/" : target.substring(slash);
        }
        if (rest.indexOf('#') >= 0) {
            throw HttpError.badRequest("a fragment in the request target");
        }
        int mark = rest.indexOf('?');
        String rawPath = mark < 0 ? rest : rest.substring(0, mark);
        return new RequestTarget(authority, rawPath, decode(rawPath), mark < 0 ? null : rest.substring(mark + 1));
    }

    /** Path and query as they were sent. */
    String requestUri() {
        return query == null ? rawPath : rawPath + '?' + query;
    }

    String queryString() {
        return query == null ? "" : query;
    }

    /** Escapes blanks and bytes beyond ASCII, which applications write in a Location and clients cannot read. */
    static String ascii(String text) {
        StringBuilder escaped = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == ' ' || c >= 0x80 && c <= 0xFF) {
                escaped.append('%').append(Character.forDigit(c >> 4, 16)).append(Character.forDigit(c & 15, 16));
            } else {
                escaped.append(c);
            }
        }
        return escaped.toString();
    }

    private static String decode(String raw) throws HttpError {
        // after two slashes, java.net.URI, which chose the context, and browsers in a Location expect an authority
        if (!raw.startsWith("/") || raw.startsWith("//")) {
            throw HttpError.badRequest("a path must begin with one slash");
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(raw.length());
        for (int i = 0; i < raw.length(); i++) {
            char c = raw.charAt(i);
            int value = c;
            if (c == '%') {
                value = i + 2 < raw.length() ? Ascii.hex(raw.charAt(i + 1)) << 4 | Ascii.hex(raw.charAt(i + 2)) : -1;
                i += 2;
                if (value < 0 || value == '/') {
                    throw HttpError.badRequest(value < 0 ? "a malformed escape" : "an encoded slash");
                }
            }
            if (value < ' ' || value == 0x7F || value == '\\') {
                throw HttpError.badRequest("a control character or a backslash in the path");
            }
            bytes.write(value);
        }
        String path;
        try {
            path = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes.toByteArray())).toString();
        } catch (CharacterCodingException e) {
            throw new HttpError(400, "the path is not UTF-8", e);
        }
        if ((path + '/').contains("/./") || (path + '/').contains("/../")) {
            throw HttpError.badRequest("a dot segment in the path");
        }
        return path;
    }
}
