package dev.fcgi.internal.server;

import dev.fcgi.internal.conn.StreamInput;

/**
 * Has a full queue take more than usual, to see what lies behind that input: one queue of a connection, and a few of
 * all. Guarded by the connection's lock.
 */
final class ReadAhead {
    private static final int MORE = 128 * 1024;

    private final Common common;
    /** The one stream whose queue is larger than usual, or null. */
    private StreamInput extended;

    ReadAhead(Common common) {
        this.common = common;
    }

    /** Makes room in a full queue, if that may be. */
    void extend(StreamInput stream) {
        if (extended == null && common.admitReadAhead()) {
            extended = stream;
            stream.extend(MORE);
        }
    }

    /** A stream has room, or is over. */
    void roomMade(StreamInput stream) {
        if (extended == stream && !stream.isExtended()) {
            extended = null;
            common.releaseReadAhead();
        }
    }
}
