package dev.fcgi.internal.client;

import dev.fcgi.internal.wire.Fcgi;
import dev.fcgi.internal.wire.NameValuePairs;
import dev.fcgi.internal.wire.RecordBuffer;
import java.io.ByteArrayOutputStream;
import java.nio.charset.Charset;

/** Writes the records in which a request begins. */
final class RequestEncoder {
    private RequestEncoder() {}

    /** Appends BEGIN_REQUEST and all of PARAMS. */
    static void appendHead(RecordBuffer records, int id, CallRequest request, boolean keep) {
        Charset charset = request.charset();
        records.beginRequest(id, request.role(), keep ? Fcgi.KEEP_CONN : 0);
        ByteArrayOutputStream piece = new ByteArrayOutputStream(1024);
        request.params().forEach((name, value) -> {
            byte[] nameBytes = name.getBytes(charset);
            byte[] valueBytes = value.getBytes(charset);
            // PHP-FPM cannot read a pair that spans two records
            if (piece.size() + 8 + nameBytes.length + valueBytes.length > Fcgi.MAX_ALIGNED_LENGTH) {
                flush(records, id, piece);
            }
            NameValuePairs.append(piece, nameBytes, valueBytes);
        });
        flush(records, id, piece);
        records.endStream(Fcgi.PARAMS, id);
    }

    private static void flush(RecordBuffer records, int id, ByteArrayOutputStream piece) {
        records.appendAll(Fcgi.PARAMS, id, piece.toByteArray(), piece.size());
        piece.reset();
    }
}
