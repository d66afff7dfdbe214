package dev.fcgi.internal.gateway;

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

/**
 * Sends files, with Last-Modified, preconditions, HEAD, and one range. Blocks until everything is sent.
 *
 * @param method the method of the browser
 * @param request the header fields of the browser
 */
record StaticFiles(String method, HeaderFields request, Reply reply) {

    /** Serves a request for a file; the method is that of the browser, or the one after a redirect. */
    void answer(String asked, Path file) throws IOException {
        if (!asked.equals("GET") && !asked.equals("HEAD")) {
            throw HttpError.with("Allow", "GET, HEAD", 405, "a file supports only GET and HEAD");
        }
        reply.headers().set("Accept-Ranges", "bytes");
        send(file, 200);
    }

    /** Sends a file with headers that may already be set; a status other than 200 is kept. */
    void send(Path file, int status) throws IOException {
        // the path is real: a link in its last segment was created after the check
        try (SeekableByteChannel channel =
                Files.newByteChannel(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
            HeaderFields headers = reply.headers();
            Instant modified = Files.getLastModifiedTime(file).toInstant().truncatedTo(ChronoUnit.SECONDS);
            headers.set("Last-Modified", Expires.date(modified));
            Preconditions wanted = new Preconditions(request, headers.first("ETag"), modified);
            boolean isGet = method.equals("GET");
            if (status == 200 && (isGet || method.equals("HEAD"))) {
                switch (wanted.status()) {
                    case 304 -> {
                        reply.begin(304, 0);
                        return;
                    }
                    case 412 -> throw new HttpError(412, "the file is not the one that the browser expects");
                    default -> { }
                }
            }
            if (!headers.contains("Content-Type")) {
                headers.set("Content-Type", ContentTypes.of(file));
            }
            long size = channel.size();
            ByteRange range = status == 200 && isGet && wanted.allowRange()
                    ? ByteRange.of(request.first("Range"), size) : null;
            if (range == null) {
                send(channel, status, size);
                return;
            }
            if (range.length() == 0) {
                throw HttpError.with("Content-Range", "bytes */" + size, 416, "the file has no bytes in that range");
            }
            headers.set("Content-Range",
                    "bytes " + range.first() + '-' + (range.first() + range.length() - 1) + '/' + size);
            channel.position(range.first());
            send(channel, 206, range.length());
        }
    }

    private void send(SeekableByteChannel channel, int status, long length) throws IOException {
        if (method.equals("HEAD")) {
            reply.headers().set("Content-Length", Long.toString(length));
            reply.begin(status, 0);
            return;
        }
        OutputStream out = reply.begin(status, length);
        InputStream in = Channels.newInputStream(channel);
        byte[] piece = new byte[32 * 1024];
        for (long rest = length; rest > 0; ) {
            int count = in.read(piece, 0, (int) Math.min(piece.length, rest));
            if (count < 0) {
                throw new IOException("the file was truncated while it was sent");
            }
            out.write(piece, 0, count);
            rest -= count;
        }
        out.close();
    }
}
