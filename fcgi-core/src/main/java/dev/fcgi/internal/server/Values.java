package dev.fcgi.internal.server;

import dev.fcgi.FcgiProtocolException;
import dev.fcgi.internal.wire.Fcgi;
import dev.fcgi.internal.wire.NameValuePairs;
import dev.fcgi.internal.wire.RecordBuffer;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** Answers GET_VALUES: what the web server may expect of this application (FastCGI 4.1). */
final class Values {
    /** How long a query may be. */
    static final int MAX_LENGTH = 4096;

    private Values() {}

    /** Appends the GET_VALUES_RESULT to a query: values of the names that were asked for and that we know. */
    static void answer(byte[] query, Options options, RecordBuffer answer) throws FcgiProtocolException {
        Map<String, Integer> values = new LinkedHashMap<>();
        NameValuePairs asked = new NameValuePairs(query, query.length);
        while (asked.next()) {
            String name = new String(asked.name(), StandardCharsets.US_ASCII);
            Integer value = switch (name) {
                case Fcgi.MAX_CONNS -> options.maxConnections;
                // HAProxy takes it as the limit of one connection, so that is what it may be at most
                case Fcgi.MAX_REQS -> Math.min(options.maxRequests, options.maxRequestsPerConnection);
                case Fcgi.MPXS_CONNS -> options.maxRequestsPerConnection > 1 ? 1 : 0;
                default -> null;
            };
            if (value != null) {
                values.put(name, value);
            }
        }
        ByteArrayOutputStream result = new ByteArrayOutputStream();
        values.forEach((name, value) -> NameValuePairs.append(result, name, value.toString()));
        answer.append(Fcgi.GET_VALUES_RESULT, Fcgi.NULL_REQUEST_ID, result.toByteArray(), 0, result.size());
    }
}
