package dev.fcgi.examples;

import java.nio.charset.StandardCharsets;

/**
 * What came back for one request.
 *
 * @param stdout the CGI response
 * @param stderr the error stream
 * @param appStatus the application status of END_REQUEST
 * @param protocolStatus the protocol status of END_REQUEST
 */
record RawReply(byte[] stdout, byte[] stderr, int appStatus, int protocolStatus) {
    private String text() {
        return new String(stdout, StandardCharsets.ISO_8859_1);
    }

    /** {@return the header block, without the empty line at its end} */
    String head() {
        int end = text().indexOf("\r\n\r\n");
        if (end < 0) {
            throw new AssertionError("no end of the head: " + text());
        }
        return text().substring(0, end);
    }

    String body() {
        return text().substring(head().length() + 4);
    }
}
