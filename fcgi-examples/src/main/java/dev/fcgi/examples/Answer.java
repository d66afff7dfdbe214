package dev.fcgi.examples;

import dev.fcgi.Request;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** A CGI response: head first, then the body, which a HEAD request does not get. */
final class Answer {
    private final Request request;
    private final StringBuilder head = new StringBuilder();
    private String type = "text/plain";

    Answer(Request request) {
        this.request = request;
    }

    Answer status(int code) {
        head.append("Status: ").append(code).append("\r\n");
        return this;
    }

    Answer type(String mediaType) {
        type = mediaType;
        return this;
    }

    /** Adds a header; whatever would break the head is refused. */
    Answer header(String name, String value) {
        if (!name.matches("[!#$%&'*+.^_`|~0-9A-Za-z-]+") || !value.matches("[^\\r\\n\\x00]*")) {
            throw new IllegalArgumentException("not a header: " + name.length() + "+" + value.length() + " characters");
        }
        head.append(name).append(": ").append(value).append("\r\n");
        return this;
    }

    /** Writes the head; the body goes to the stream that is returned. */
    OutputStream body() throws IOException {
        head.append("Content-Type: ").append(type).append("\r\n\r\n");
        request.stdout().write(head.toString().getBytes(StandardCharsets.UTF_8));
        return "HEAD".equals(request.param("REQUEST_METHOD")) ? OutputStream.nullOutputStream() : request.stdout();
    }

    /** Writes head and body. */
    void text(String text) throws IOException {
        body().write(text.getBytes(StandardCharsets.UTF_8));
    }
}
