package dev.fcgi.internal.gateway;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The preconditions of a request for a file (RFC 9110 13). Only for GET and HEAD: with any other method, the
 * application has already acted when there is a file to send.
 *
 * @param request the headers of the request
 * @param etag the ETag of the file, or null
 * @param modified when the file was changed last, in whole seconds
 */
record Preconditions(HeaderFields request, String etag, Instant modified) {
    private static final Pattern ETAG = Pattern.compile("(?:W/)?\"[^\"]*\"");

    /**
     * {@return 200 when the file is to be sent, 304 when the browser has it, 412 when it is not the one that the
     * browser expects}
     */
    int status() { // in the order of RFC 9110 13.2.2
        if (request.contains("If-Match")) {
            if (!matches("If-Match", true)) {
                return 412;
            }
        } else {
            Instant since = date("If-Unmodified-Since");
            if (since != null && modified.isAfter(since)) {
                return 412;
            }
        }
        if (request.contains("If-None-Match")) {
            return matches("If-None-Match", false) ? 304 : 200;
        }
        Instant since = date("If-Modified-Since");
        return since != null && !modified.isAfter(since) ? 304 : 200;
    }

    /** {@return whether a range may be sent, because the file is the one of which the browser has a part} */
    boolean allowRange() {
        String validator = request.first("If-Range");
        if (validator == null) {
            return true;
        }
        if (ETAG.matcher(validator).matches()) {
            return validator.equals(etag) && !validator.startsWith("W/");
        }
        return modified.equals(date("If-Range")); // exactly (RFC 9110 13.1.5)
    }

    private boolean matches(String header, boolean strongly) {
        for (String value : request.all(header)) {
            if (value.equals("*")) {
                return true;
            }
            for (Matcher tags = ETAG.matcher(value); etag != null && tags.find(); ) {
                boolean same = strongly
                        ? tags.group().equals(etag) && !etag.startsWith("W/")
                        : opaque(tags.group()).equals(opaque(etag));
                if (same) {
                    return true;
                }
            }
        }
        return false;
    }

    private static String opaque(String tag) {
        return tag.startsWith("W/") ? tag.substring(2) : tag;
    }

    /** {@return the date in a header, or null when it is missing or malformed and so ignored} */
    private Instant date(String header) {
        String text = request.first(header);
        try {
            return text == null
                    ? null : ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
        } catch (DateTimeException malformed) {
            return null;
        }
    }
}
