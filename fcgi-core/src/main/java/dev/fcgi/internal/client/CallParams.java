package dev.fcgi.internal.client;

import dev.fcgi.internal.wire.Fcgi;
import dev.fcgi.internal.wire.NameValuePairs;
import dev.fcgi.internal.wire.RecordBuffer;
import java.nio.charset.Charset;
import java.util.Map;

/**
 * The parameters of a request, which may be sent many times: a health check, a load. Encoding them is a good part of
 * the work for a small call, so a request that is sent again keeps their bytes. Thread-safe.
 */
public final class CallParams {
    /** They need more than one record, which {@link RecordBuffer#appendPair} divides between pairs. */
    private static final byte[] TOO_LONG = {};

    private final Map<String, String> values;
    private final Charset charset;
    /** A hint: threads that miss it encode once more. */
    private boolean sent;
    /** Null before the second time. */
    private volatile byte[] encoded;

    public CallParams(Map<String, String> values, Charset charset) {
        this.values = values;
        this.charset = charset;
    }

    public Map<String, String> values() {
        return values;
    }

    public Charset charset() {
        return charset;
    }

    /** Appends them as records of PARAMS, without the empty one that ends the stream. */
    void appendTo(RecordBuffer records, int id) {
        byte[] known = encoded;
        if (known == null) {
            if (sent) {
                known = encode();
                encoded = known;
            }
            sent = true;
        }
        if (known != null && known != TOO_LONG) {
            records.appendAll(Fcgi.PARAMS, id, known, known.length);
        } else {
            values.forEach((name, value) -> records.appendPair(Fcgi.PARAMS, id, name, value, charset));
        }
    }

    private byte[] encode() {
        byte[] pairs = NameValuePairs.encode(values, charset);
        return pairs.length > Fcgi.MAX_ALIGNED_LENGTH ? TOO_LONG : pairs;
    }
}
