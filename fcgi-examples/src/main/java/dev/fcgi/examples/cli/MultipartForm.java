package dev.fcgi.examples.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLConnection;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.UUID;

/** A body of multipart/form-data (RFC 7578), as a browser sends a form with files. */
final class MultipartForm {
    private final String boundary = "----fcgi" + UUID.randomUUID().toString().replace("-", "");
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();

    /** Adds {@code name=value}, {@code name=@file} or {@code name=@-}. */
    void add(String field, InputStream in) throws IOException {
        int equals = field.indexOf('=');
        if (equals <= 0) {
            throw new IllegalArgumentException("field '" + field + "' is not of the form NAME=VALUE or NAME=@FILE");
        }
        String value = field.substring(equals + 1);
        String name = quoted(field.substring(0, equals));
        text("--" + boundary + "\r\nContent-Disposition: form-data; name=\"" + name + '"');
        if (value.startsWith("@")) {
            String file = value.substring(Math.max(1, value.lastIndexOf('/') + 1));
            String type = URLConnection.guessContentTypeFromName(file);
            text("; filename=\"" + quoted(file) + "\"\r\nContent-Type: "
                    + (type == null ? "application/octet-stream" : type));
        }
        text("\r\n\r\n");
        body.writeBytes(RequestOptions.bytes(value, in));
        text("\r\n");
    }

    String contentType() {
        return "multipart/form-data; boundary=" + boundary;
    }

    byte[] bytes() {
        byte[] end = ("--" + boundary + "--\r\n").getBytes(StandardCharsets.US_ASCII);
        byte[] all = Arrays.copyOf(body.toByteArray(), body.size() + end.length);
        System.arraycopy(end, 0, all, body.size(), end.length);
        return all;
    }

    private void text(String text) {
        body.writeBytes(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Escapes names like browsers (the HTML standard, "multipart/form-data encoding algorithm"). */
    private static String quoted(String name) {
        return name.replace("\r", "%0D").replace("\n", "%0A").replace("\"", "%22");
    }
}
