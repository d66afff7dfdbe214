package dev.fcgi.examples;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** HTTP as bytes, for requests that an HTTP client would normalize. */
final class RawHttp {
    private RawHttp() {}

    /** Sends a request with {@code Connection: close} and returns everything that comes back. */
    static String exchange(Socket socket, String requestLine, String headers) throws IOException {
        socket.setSoTimeout((int) Await.LIMIT.toMillis());
        send(socket, requestLine + "\r\nHost: playground.test\r\nConnection: close\r\n" + headers + "\r\n");
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    }

    static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Reads until the text ends as wanted. */
    static String readUntil(InputStream in, String end) throws IOException {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        while (true) {
            int b = in.read();
            if (b < 0) {
                throw new AssertionError("ended before " + end + ": " + text);
            }
            text.write(b);
            if (text.toString(StandardCharsets.ISO_8859_1).endsWith(end)) {
                return text.toString(StandardCharsets.ISO_8859_1);
            }
        }
    }
}
