package dev.fcgi.examples.check;

import static dev.fcgi.examples.check.FcgiRecord.BEGIN_REQUEST;
import static dev.fcgi.examples.check.FcgiRecord.GET_VALUES;
import static dev.fcgi.examples.check.FcgiRecord.GET_VALUES_RESULT;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A connection of a web server; the suite is the application. */
final class ToWebServer extends Connection<ToWebServer> {
    private final List<FcgiRequest> requests = new ArrayList<>();
    private final Map<Integer, FcgiRequest> byId = new HashMap<>();
    private final List<FcgiRecord> others = new ArrayList<>();

    ToWebServer(Trial trial, SocketChannel channel) throws IOException {
        super(trial, channel);
    }

    @Override
    ToWebServer self() {
        return this;
    }

    /** {@return the requests that have begun} */
    List<FcgiRequest> requests() {
        return requests;
    }

    /** {@return records that belong to no request} */
    List<FcgiRecord> others() {
        return others;
    }

    /**
     * Sends what was collected, and receives available data.
     *
     * @param values the answer to GET_VALUES, null for no answer
     */
    void exchange(Map<String, String> values) {
        flush();
        for (FcgiRecord record : take()) {
            if (record.type() == BEGIN_REQUEST) {
                FcgiRequest request = new FcgiRequest(this, record);
                requests.add(request);
                byId.put(record.id(), request);
            } else if (byId.containsKey(record.id())) {
                byId.get(record.id()).add(record);
            } else {
                others.add(record);
                if (record.type() == GET_VALUES && values != null) {
                    answer(record, values);
                }
            }
        }
    }

    private void answer(FcgiRecord query, Map<String, String> values) {
        List<String> answered = new ArrayList<>();
        for (Map.Entry<String, String> asked : FcgiRequest.pairs(query.content())) {
            if (values.containsKey(asked.getKey())) {
                answered.add(asked.getKey());
                answered.add(values.get(asked.getKey()));
            }
        }
        record(GET_VALUES_RESULT, 0, FcgiRecord.pairs(answered.toArray(String[]::new)));
        flush();
    }
}
