package dev.fcgi.httpserver;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A response as a browser sees it, read from a connection that ends with it.
 *
 * @param complete whether its end was the end that it announced
 */
record HttpReply(int status, List<String> headers, String body, boolean complete) {

    /** Reads a response up to its end and no further, unless only the connection's end is its end. */
    static HttpReply read(InputStream in, boolean isHead) throws IOException {
        String statusLine = line(in);
        int status = Integer.parseInt(statusLine.split(" ")[1]);
        List<String> headers = new ArrayList<>();
        for (String line; !(line = line(in)).isEmpty(); ) {
            headers.add(line);
        }
        HttpReply head = new HttpReply(status, headers, "", true);
        if (isHead || status == 204 || status == 304) {
            return head;
        }
        StringBuilder body = new StringBuilder();
        boolean complete = true;
        try {
            if (head.header("Transfer-encoding") != null) {
                for (int size; (size = Integer.parseInt(line(in), 16)) > 0; line(in)) {
                    complete &= add(body, in, size);
                }
                line(in);
            } else if (head.header("Content-length") != null) {
                complete = add(body, in, Integer.parseInt(head.header("Content-length")));
            } else {
                add(body, in, Integer.MAX_VALUE);
            }
        } catch (IOException cut) {
            complete = false;
        }
        return new HttpReply(status, headers, body.toString(), complete);
    }

    static HttpReply read(byte[] bytes, boolean isHead) throws IOException {
        return read(new ByteArrayInputStream(bytes), isHead);
    }

    private static boolean add(StringBuilder body, InputStream in, int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        body.append(new String(bytes, StandardCharsets.ISO_8859_1));
        return bytes.length == length;
    }

    static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int b; (b = in.read()) != '\n'; ) {
            if (b < 0) {
                throw new EOFException("after \"" + line + '"');
            }
            line.append((char) b);
        }
        return line.toString().stripTrailing();
    }

    /** {@return the values of a header, joined by a semicolon; null when there is none} */
    String header(String name) {
        List<String> values = headers.stream()
                .filter(line -> line.regionMatches(true, 0, name + ":", 0, name.length() + 1))
                .map(line -> line.substring(name.length() + 1).strip()).toList();
        return values.isEmpty() ? null : String.join(";", values);
    }
}
