package dev.fcgi.examples;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The answer of a web server to one request on a connection of its own.
 *
 * @param status the status
 * @param headers the lines of its head, without the first
 * @param body the bytes after the head
 */
record HttpReply(int status, List<String> headers, byte[] body) {
    /**
     * Sends a request and reads until the server closes.
     *
     * @param head request line and headers, lines that end with LF; HTTP/1.0, so that the answer is not chunked
     */
    static HttpReply exchange(Socket socket, String head, byte[] body) throws IOException {
        socket.setSoTimeout((int) Await.LIMIT.toMillis());
        RawHttp.send(socket, head.replace("\n", "\r\n") + "\r\n");
        socket.getOutputStream().write(body);
        return parse(socket.getInputStream().readAllBytes());
    }

    /** Parses a whole response. */
    static HttpReply parse(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        int end = text.indexOf("\r\n\r\n");
        if (end < 0 || !text.startsWith("HTTP/1.")) {
            throw new AssertionError("no HTTP response: " + text);
        }
        List<String> lines = new ArrayList<>(List.of(text.substring(0, end).split("\r\n")));
        int status = Integer.parseInt(lines.remove(0).split(" ")[1]);
        return new HttpReply(status, lines, text.substring(end + 4).getBytes(StandardCharsets.ISO_8859_1));
    }

    /** {@return whether it has the length that its head announces; what is announced to last to the end always has} */
    boolean isWhole() {
        if ("chunked".equals(header("Transfer-Encoding"))) {
            return new String(body, StandardCharsets.ISO_8859_1).endsWith("0\r\n\r\n");
        }
        String length = header("Content-Length");
        return length == null || Integer.parseInt(length) == body.length;
    }

    /** {@return the values of all headers with a name} */
    List<String> all(String name) {
        return headers.stream()
                .filter(line -> line.regionMatches(true, 0, name + ":", 0, name.length() + 1))
                .map(line -> line.substring(name.length() + 1).strip())
                .toList();
    }

    /** {@return the only value of a header, null when there is none} */
    String header(String name) {
        List<String> all = all(name);
        if (all.size() > 1) {
            throw new AssertionError("several " + name + ": " + headers);
        }
        return all.isEmpty() ? null : all.get(0);
    }

    String text() {
        return new String(body, StandardCharsets.UTF_8);
    }
}
