package dev.fcgi.internal.client;

import dev.fcgi.internal.wire.Fcgi;
import dev.fcgi.internal.wire.RecordBuffer;
import java.nio.charset.Charset;

/** Writes the records in which a request begins. */
final class RequestEncoder {
    private RequestEncoder() {}

    /** Appends BEGIN_REQUEST and all of PARAMS. */
    static void appendHead(RecordBuffer records, int id, CallRequest request, boolean keep) {
        Charset charset = request.charset();
        records.beginRequest(id, request.role(), keep ? Fcgi.KEEP_CONN : 0);
        request.params().forEach((name, value) ->
                records.appendPair(Fcgi.PARAMS, id, name, value, charset));
        records.endStream(Fcgi.PARAMS, id);
    }
}
