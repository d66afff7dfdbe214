package dev.fcgi.examples.check;

import static dev.fcgi.examples.check.FcgiRecord.ABORT_REQUEST;
import static dev.fcgi.examples.check.FcgiRecord.BEGIN_REQUEST;
import static dev.fcgi.examples.check.FcgiRecord.END_REQUEST;
import static dev.fcgi.examples.check.FcgiRecord.GET_VALUES;
import static dev.fcgi.examples.check.FcgiRecord.PARAMS;
import static dev.fcgi.examples.check.FcgiRecord.RESPONDER;
import static dev.fcgi.examples.check.FcgiRecord.STDIN;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;

/** A connection to an application; the suite is the web server. */
final class ToApplication extends Connection<ToApplication> {
    private final Page page;

    ToApplication(Trial trial, SocketChannel channel, Page page) throws IOException {
        super(trial, channel);
        this.page = page;
    }

    @Override
    ToApplication self() {
        return this;
    }

    // ---- sending

    ToApplication begin(int id, int role, int flags) {
        return record(BEGIN_REQUEST, id, FcgiRecord.beginBody(role, flags));
    }

    /** The parameters of the page, and others, including their end. */
    ToApplication params(int id, String... more) {
        return stream(PARAMS, id, page.params(more)).endStream(PARAMS, id);
    }

    ToApplication stdin(int id, byte[] value) {
        return stream(STDIN, id, value);
    }

    ToApplication endStdin(int id) {
        return endStream(STDIN, id);
    }

    ToApplication abort(int id) {
        return record(ABORT_REQUEST, id, new byte[0]);
    }

    ToApplication getValues(String... names) {
        String[] pairs = new String[2 * names.length];
        for (int i = 0; i < names.length; i++) {
            pairs[2 * i] = names[i];
            pairs[2 * i + 1] = "";
        }
        return record(GET_VALUES, 0, FcgiRecord.pairs(pairs));
    }

    /** A whole request for the page. */
    ToApplication request(int id, int flags, String... more) {
        return begin(id, RESPONDER, flags).params(id, more).endStdin(id);
    }

    /** A POST without the body and its end. */
    ToApplication postHead(int id, int flags, long length) {
        return begin(id, RESPONDER, flags).params(id, "REQUEST_METHOD", "POST", "CONTENT_LENGTH", Long.toString(length),
                "CONTENT_TYPE", "application/octet-stream");
    }

    /** A whole POST. */
    ToApplication post(int id, int flags, byte[] body) {
        return postHead(id, flags, body.length).stdin(id, body).endStdin(id);
    }

    // ---- receiving

    /** Receives the reply to a request, up to END_REQUEST if it arrives in time. */
    Reply reply(int id) {
        List<FcgiRecord> records = new ArrayList<>();
        while (true) {
            FcgiRecord record = poll(one -> one.id() == id, trial().timeout());
            if (record == null) {
                return new Reply(records, missing());
            }
            records.add(record);
            if (record.type() == END_REQUEST) {
                return new Reply(records, null);
            }
        }
    }

    /** Expects a record of a type, whatever its ID. */
    FcgiRecord expectAny(int type) {
        FcgiRecord record = poll(one -> one.type() == type, trial().timeout());
        if (record == null) {
            throw Judgement.unmet("no " + FcgiRecord.typeName(type) + ": " + missing());
        }
        return record;
    }

    /** Expects the page. */
    ToApplication expectPage(int id) {
        reply(id).ok();
        return this;
    }

    /**
     * Observes the reply to a request about which the specification is silent. Expects at least an END_REQUEST or the
     * end of the connection.
     */
    ToApplication expectSomeEnd(int id) {
        Reply reply = reply(id);
        if (reply.isEnded()) {
            int status = reply.protocolStatus();
            trial().saw(status != FcgiRecord.REQUEST_COMPLETE ? "it says " + FcgiRecord.statusName(status)
                    : reply.status() == 0 ? "it says nothing but REQUEST_COMPLETE"
                    : "it answers with status " + reply.status());
        } else if (ended() != null) {
            trial().saw("it ends the connection");
        } else {
            throw Judgement.unmet("it is silent");
        }
        return this;
    }

    /** Observes the reaction to something that belongs to no request. */
    ToApplication seeWhatComes() {
        FcgiRecord record = poll(any -> true, trial().quiet());
        trial().saw(record != null ? "it says " + record : ended() != null ? "it ends the connection" : "it is silent");
        return this;
    }
}
