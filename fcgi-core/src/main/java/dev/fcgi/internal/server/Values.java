package dev.fcgi.internal.server;

import dev.fcgi.FcgiProtocolException;
import dev.fcgi.internal.wire.Fcgi;
import dev.fcgi.internal.wire.NameValuePairs;
import dev.fcgi.internal.wire.RecordBuffer;
import java.util.Map;
import java.util.Objects;

/** Answers GET_VALUES: the capabilities of this application (FastCGI 4.1). */
final class Values {
    /** How long a query may be. */
    static final int MAX_LENGTH = 4096;

    private Values() {}

    /** Appends the GET_VALUES_RESULT for a query: the values of all known names in it. */
    static void answer(byte[] query, Options options, RecordBuffer answer) throws FcgiProtocolException {
        Map<String, String> values = NameValuePairs.decode(query);
        values.replaceAll((name, asked) -> value(name, options));
        values.values().removeIf(Objects::isNull);
        byte[] result = NameValuePairs.encode(values);
        answer.append(Fcgi.GET_VALUES_RESULT, Fcgi.NULL_REQUEST_ID, result, 0, result.length);
    }

    private static String value(String name, Options options) {
        return switch (name) {
            case Fcgi.MAX_CONNS -> Integer.toString(options.maxConnections);
            // HAProxy takes it for the limit of one connection, so it must not exceed that
            case Fcgi.MAX_REQS -> Integer.toString(Math.min(options.maxRequests, options.maxRequestsPerConnection));
            case Fcgi.MPXS_CONNS -> options.maxRequestsPerConnection > 1 ? "1" : "0";
            default -> null;
        };
    }
}
