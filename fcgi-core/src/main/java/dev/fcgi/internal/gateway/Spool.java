package dev.fcgi.internal.gateway;

import dev.fcgi.client.ClientRequest;
import dev.fcgi.internal.cgi.TempFile;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.file.Path;

/**
 * Stores the body of a request until it is complete, before the request is sent to the application. So the application
 * gets its length, and a slow browser does not occupy the application. Up to 64 KiB are stored in memory, longer bodies
 * in a temporary file.
 */
final class Spool {
    private static final int MEMORY = 64 * 1024;

    private Spool() {}

    /**
     * Reads a body to its end, which blocks, and sets it as the body of a request.
     *
     * @param directory the directory for a temporary file, which is deleted when the request has been sent
     * @throws IOException when the body cannot be read, which {@link RequestBody#failure} reports, or cannot be stored
     */
    static void read(RequestBody body, Path directory, ClientRequest.Builder request) throws IOException {
        byte[] piece = body.readNBytes(MEMORY);
        if (piece.length < MEMORY) {
            body.requireWhole(piece.length);
            request.body(piece);
            return;
        }
        TempFile file = new TempFile(directory, "FcgiGateway.Builder.temporaryDirectory");
        try {
            file.append(piece, 0, piece.length);
            for (int count; (count = body.read(piece, 0, piece.length)) >= 0; ) {
                file.append(piece, 0, count);
            }
            body.requireWhole(file.length());
            request.body(Channels.newInputStream(file.channel()), file.length()); // closed with the request
        } catch (Throwable e) {
            file.close();
            throw e;
        }
    }
}
