package dev.fcgi.internal.server;

import dev.fcgi.FcgiProtocolException;
import dev.fcgi.internal.wire.EncodedParams;
import dev.fcgi.internal.wire.NameValuePairs;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Collects the PARAMS stream of one request. Holds no more bytes than have arrived, and no more than the limit.
 *
 * <p>Confined to the holder of the connection's reader role.
 */
final class RequestHead {
    /** Programs take this variable for the proxy that they shall use: CVE-2016-5385 and its kind, "httpoxy". */
    static final String HTTP_PROXY = "HTTP_PROXY";
    private static final byte[] NOTHING = {};

    private final Options options;
    private byte[] block = NOTHING;
    private int length;

    RequestHead(Options options) {
        this.options = options;
    }

    /**
     * Takes a piece of the stream.
     *
     * @return false when it exceeds the limit; the piece is not kept then
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
     * Makes the parameters, at the end of the stream.
     *
     * @return null when there are more pairs than the limit
     * @throws FcgiProtocolException when a pair is malformed
     */
    EncodedParams params() throws FcgiProtocolException {
        if (length / 2 > options.maxParamsCount && hasTooMany()) { // before there is a table of them
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
