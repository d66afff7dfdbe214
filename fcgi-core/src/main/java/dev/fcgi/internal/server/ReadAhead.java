package dev.fcgi.internal.server;

import dev.fcgi.internal.conn.StreamInput;

/**
 * Extends a full queue, to see what follows that input: one queue for each connection, and a limited number of all.
 * Guarded by the connection's lock.
 */
final class ReadAhead {
    private static final int MORE = 128 * 1024;

    private final ServerContext context;
    /** The stream with the extended queue, or null. */
    private StreamInput extended;

    ReadAhead(ServerContext context) {
        this.context = context;
    }

    /** Extends a full queue, if that is allowed. */
    void extend(StreamInput stream) {
        if (extended == null && context.admitReadAhead()) {
            extended = stream;
            stream.extend(MORE);
        }
    }

    /** A stream has room, or has ended. */
    void roomMade(StreamInput stream) {
        if (extended == stream && !stream.isExtended()) {
            extended = null;
            context.releaseReadAhead();
        }
    }
}
