package dev.fcgi.httpserver;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import dev.fcgi.internal.cgi.Expires;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Sends files as they are: with Last-Modified, preconditions, HEAD, and one range. Blocks until all is sent. */
final class StaticFiles {
    private StaticFiles() {}

    /** Answers a request for a file; the method is that of the exchange, or what a redirect has made of it. */
    static void answer(HttpExchange exchange, String method, Path file) throws IOException {
        if (!method.equals("GET") && !method.equals("HEAD")) {
            throw HttpError.with("Allow", "GET, HEAD", 405, "a file is there for GET and HEAD");
        }
        exchange.getResponseHeaders().set("Accept-Ranges", "bytes");
        send(exchange, file, 200);
    }

    /** Sends a file with headers that may be set already; a status other than 200 is kept as it is. */
    static void send(HttpExchange exchange, Path file, int status) throws IOException {
        // the path is real: a last segment that is a link was put there after the look
        try (SeekableByteChannel channel =
                Files.newByteChannel(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
            Headers headers = exchange.getResponseHeaders();
            Instant modified = Files.getLastModifiedTime(file).toInstant().truncatedTo(ChronoUnit.SECONDS);
            headers.set("Last-Modified", Expires.date(modified));
            Preconditions wanted =
                    new Preconditions(exchange.getRequestHeaders(), headers.getFirst("ETag"), modified);
            boolean isGet = exchange.getRequestMethod().equals("GET");
            if (status == 200 && (isGet || exchange.getRequestMethod().equals("HEAD"))) {
                switch (wanted.status()) {
                    case 304 -> {
                        exchange.sendResponseHeaders(304, -1);
                        return;
                    }
                    case 412 -> throw new HttpError(412, "the file is not the one that the browser expects");
                    default -> { }
                }
            }
            if (!headers.containsKey("Content-Type")) {
                headers.set("Content-Type", ContentTypes.of(file));
            }
            long size = channel.size();
            ByteRange range = status == 200 && isGet && wanted.allowRange()
                    ? ByteRange.of(exchange.getRequestHeaders().getFirst("Range"), size) : null;
            if (range == null) {
                send(exchange, channel, status, size);
                return;
            }
            if (range.length() == 0) {
                throw HttpError.with("Content-Range", "bytes */" + size, 416, "no such bytes");
            }
            headers.set("Content-Range",
                    "bytes " + range.first() + '-' + (range.first() + range.length() - 1) + '/' + size);
            channel.position(range.first());
            send(exchange, channel, 206, range.length());
        }
    }

    private static void send(HttpExchange exchange, SeekableByteChannel channel, int status, long length)
            throws IOException {
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.getResponseHeaders().set("Content-Length", Long.toString(length));
            exchange.sendResponseHeaders(status, -1);
            return;
        }
        exchange.sendResponseHeaders(status, length == 0 ? -1 : length);
        if (length == 0) {
            return;
        }
        try (OutputStream out = exchange.getResponseBody()) {
            InputStream in = Channels.newInputStream(channel);
            byte[] piece = new byte[32 * 1024];
            long rest = length;
            while (rest > 0) {
                int count = in.read(piece, 0, (int) Math.min(piece.length, rest));
                if (count < 0) {
                    throw new IOException("the file has become shorter");
                }
                out.write(piece, 0, count);
                rest -= count;
            }
        }
    }
}
