package dev.fcgi.internal.server;

import dev.fcgi.FcgiProtocolException;
import dev.fcgi.internal.wire.EncodedParams;
import dev.fcgi.internal.wire.NameValuePairs;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The head of one request: collects the PARAMS stream. Holds only bytes that have arrived, and no more than the limit.
 *
 * <p>Confined to the holder of the connection's reader role, except its count, which is guarded by the connection's
 * lock.
 */
final class RequestHead {
    /** Programs take this variable for the proxy to use: CVE-2016-5385 and related ones, "httpoxy". */
    static final String HTTP_PROXY = "HTTP_PROXY";
    private static final byte[] NOTHING = {};

    private final Options options;
    private byte[] block = NOTHING;
    private int length;
    /** The heads that it is counted among, null if it is not counted; guarded by the connection's lock. */
    private Heads heads;

    RequestHead(Options options) {
        this.options = options;
    }

    /** Begins to count as a head of its connection, if that may have one more. */
    boolean begin(Heads ofConnection) {
        if (!ofConnection.begin()) {
            return false;
        }
        heads = ofConnection;
        return true;
    }

    /** The head is complete, or its request has ended. */
    void end() {
        if (heads != null) {
            heads.end();
            heads = null;
        }
    }

    /**
     * Appends a piece of the stream.
     *
     * @return false when it exceeds the limit; then the piece is not kept
     */
    boolean append(ByteBuffer bytes, int offset, int count) {
        if (length + count > options.maxParamsLength) {
            return false;
        }
        if (length + count > block.length) {
            int doubled = Math.min(options.maxParamsLength, 2 * length);
            block = Arrays.copyOf(block, Math.max(length + count, doubled));
        }
        bytes.get(offset, block, length, count);
        length += count;
        return true;
    }

    /**
     * Creates the parameters, at the end of the stream.
     *
     * @return null when there are more pairs than the limit
     * @throws FcgiProtocolException when a pair is malformed
     */
    EncodedParams params() throws FcgiProtocolException {
        if (length / 2 > options.maxParamsCount && hasTooMany()) { // checked before a table of them is allocated
            return null;
        }
        EncodedParams params = EncodedParams.decode(block, length);
        return options.keepHttpProxy ? params : params.without(HTTP_PROXY);
    }

    private boolean hasTooMany() throws FcgiProtocolException {
        int count = 0;
        for (NameValuePairs pairs = new NameValuePairs(block, length); pairs.next(); ) {
            count++;
        }
        return count > options.maxParamsCount;
    }
}
