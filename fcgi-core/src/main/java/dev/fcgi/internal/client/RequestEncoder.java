package dev.fcgi.internal.client;

import dev.fcgi.internal.wire.Fcgi;
import dev.fcgi.internal.wire.RecordBuffer;

/** Writes the records in which a request begins. */
final class RequestEncoder {
    private RequestEncoder() {}

    /** Appends BEGIN_REQUEST and all of PARAMS. */
    static void appendHead(RecordBuffer records, int id, CallRequest request, boolean keep) {
        records.beginRequest(id, request.role(), keep ? Fcgi.KEEP_CONN : 0);
        request.params().appendTo(records, id);
        records.endStream(Fcgi.PARAMS, id);
    }
}
