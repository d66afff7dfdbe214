package dev.fcgi.internal.server;

import dev.fcgi.FcgiProtocolException;
import dev.fcgi.Params;
import dev.fcgi.internal.wire.NameValuePairs;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Collects the PARAMS stream of one request. Holds no more bytes than have arrived, and no more than the limit.
 *
 * <p>Confined to the holder of the connection's reader role.
 */
final class RequestHead {
    static final byte[] HTTP_PROXY = "HTTP_PROXY".getBytes(StandardCharsets.US_ASCII);
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
    boolean append(byte[] bytes, int offset, int count) {
        if (length + count > options.maxParamsLength) {
            return false;
        }
        if (length + count > block.length) {
            block = Arrays.copyOf(block, length == 0 ? count : Math.max(length + count, 2 * length));
        }
        System.arraycopy(bytes, offset, block, length, count);
        length += count;
        return true;
    }

    /**
     * Makes the parameters, at the end of the stream.
     *
     * @return null when there are more pairs than the limit
     * @throws FcgiProtocolException when a pair is malformed
     */
    Params params() throws FcgiProtocolException {
        byte[] unwanted = options.keepHttpProxy ? null : HTTP_PROXY;
        int kept = NameValuePairs.check(block, length, options.maxParamsCount, unwanted);
        return kept < 0 ? null : Params.decode(block, kept);
    }
}
