package dev.fcgi.internal.cgi;

import dev.fcgi.cgi.CgiException;
import dev.fcgi.internal.text.Ascii;

/** The boundary between the parts of a multipart body (RFC 2046 5.1.1). */
final class Boundary {
    /** The RFC allows 70, but a longer one does no harm. */
    private static final int MAX_LENGTH = 200;

    private Boundary() {}

    /**
     * Extracts the boundary from a Content-Type, quoted or not.
     *
     * @throws CgiException 400 when the type is not multipart or the boundary is missing, repeated, or malformed
     */
    static String of(String contentType) {
        HeaderValue type = HeaderValue.parse(contentType);
        if (!Ascii.lower(type.value()).startsWith("multipart/")) {
            throw new CgiException(400, "content type " + type.value() + " instead of multipart");
        }
        String boundary = type.parameter("boundary");
        if (boundary == null || !isUsable(boundary)) {
            throw new CgiException(400,
                    boundary == null ? "multipart without boundary" : "multipart with unusable boundary");
        }
        return boundary;
    }

    static boolean isUsable(String boundary) {
        return !boundary.isEmpty()
                && boundary.length() <= MAX_LENGTH
                && boundary.chars().allMatch(c -> c >= ' ' && c <= '~');
    }
}
