package dev.fcgi.examples.check;

import static dev.fcgi.examples.check.Ability.ABORT;
import static dev.fcgi.examples.check.Ability.KEEP;
import static dev.fcgi.examples.check.Ability.MULTIPLEX;
import static dev.fcgi.examples.check.FcgiRecord.END_REQUEST;
import static dev.fcgi.examples.check.FcgiRecord.KEEP_CONN;
import static dev.fcgi.examples.check.FcgiRecord.PARAMS;
import static dev.fcgi.examples.check.FcgiRecord.RESPONDER;
import static dev.fcgi.examples.check.Level.INFO;
import static dev.fcgi.examples.check.Level.MUST;

/** Section 5.4: ABORT_REQUEST. */
final class AbortCases {
    private static final String RESPONDS = "After receiving {FCGI_ABORT_REQUEST, R}, the application responds as soon as "
            + "possible with {FCGI_END_REQUEST, R, {FCGI_REQUEST_COMPLETE, appStatus}}";

    private AbortCases() {}

    @Case(id = "5.4-after-begin", level = MUST, says = RESPONDS + ": before any PARAMS")
    static void afterBegin(Application app) {
        app.connect().begin(1, RESPONDER, 0).abort(1).reply(1).complete();
    }

    @Case(id = "5.4-in-params", level = MUST, says = RESPONDS + ": before the end of PARAMS")
    static void inParams(Application app) {
        app.connect().begin(1, RESPONDER, 0).stream(PARAMS, 1, app.page().params()).abort(1).reply(1).complete();
    }

    @Case(id = "5.4-before-stdin", level = MUST, says = RESPONDS + ": before any STDIN")
    static void beforeStdin(Application app) {
        app.connect().postHead(1, 0, 100).abort(1).reply(1).complete();
    }

    @Case(id = "5.4-in-stdin", level = MUST, says = RESPONDS + ": while the application waits for STDIN")
    static void inStdin(Application app) {
        app.connectToEcho().postHead(1, 0, 100).stdin(1, "abc".getBytes()).pause().abort(1).reply(1).complete();
    }

    private static void expectOneEnd(Application app, ToApplication c) {
        c.reply(1);
        if (c.poll(record -> record.is(END_REQUEST, 1), app.trial().quiet()) != null) {
            throw Judgement.unmet("a second END_REQUEST");
        }
        if (c.received().stream().anyMatch(record -> record.id() == 1)) {
            throw Judgement.unmet("after END_REQUEST: " + c.received().get(0));
        }
        c.close();
    }

    @Case(id = "5.4-one-end", level = MUST, says = "END_REQUEST terminates a request (section 5.5): there is one, and "
            + "nothing after it, even for an aborted request")
    static void oneEnd(Application app) {
        expectOneEnd(app, app.connect().postHead(1, KEEP_CONN, 100).stdin(1, "abc".getBytes()).abort(1));
        expectOneEnd(app, app.connect().begin(1, RESPONDER, KEEP_CONN).abort(1));
    }

    @Case(id = "5.4-one-end-crossing", level = MUST, says = "END_REQUEST terminates a request (section 5.5): an "
            + "ABORT_REQUEST that crosses it changes nothing")
    static void oneEndCrossing(Application app) {
        expectOneEnd(app, app.connect().request(1, KEEP_CONN).abort(1));
    }

    @Case(id = "5.4-keep", level = MUST, says = "If FCGI_KEEP_CONN is not zero, the application does not close the connection "
            + "after responding to this request (section 5.1), also to an abort")
    static void keep(Application app) {
        ToApplication c = app.needs(ABORT, KEEP).connect().begin(1, RESPONDER, KEEP_CONN)
                .stream(PARAMS, 1, app.page().params()).abort(1);
        c.reply(1).complete();
        c.request(1, 0).expectPage(1);
    }

    @Case(id = "5.4-close", level = MUST, says = "If FCGI_KEEP_CONN is zero, the application closes the connection after "
            + "responding to this request (section 5.1), also to an abort")
    static void close(Application app) {
        ToApplication c = app.needs(ABORT).connect().begin(1, RESPONDER, 0).stream(PARAMS, 1, app.page().params())
                .abort(1);
        c.reply(1).complete();
        c.awaitEnd(app.trial().timeout());
        if (c.ended() == null) {
            throw Judgement.unmet("the connection is still open");
        }
    }

    @Case(id = "5.4-after-end", level = MUST, says = "While a request ID is inactive, the application ignores records with it "
            + "(section 3.3), also an ABORT_REQUEST that comes late")
    static void afterEnd(Application app) {
        app.needs(KEEP).connect().request(1, KEEP_CONN).expectPage(1).abort(1).expectQuiet().request(1, 0).expectPage(1);
    }

    @Case(id = "5.4-rest-ignored", level = MUST, says = "While a request ID is inactive, the application ignores records with "
            + "it (section 3.3): records of an aborted request that were in transit")
    static void restIgnored(Application app) {
        ToApplication c = app.needs(ABORT, KEEP).connect().begin(1, RESPONDER, KEEP_CONN).abort(1);
        c.reply(1).complete();
        c.params(1).stdin(1, new byte[100]).endStdin(1).expectQuiet().request(2, 0).expectPage(2);
    }

    @Case(id = "5.4-one-of-two", level = MUST, says = "With multiplexed requests, an ABORT_REQUEST aborts one and no other on "
            + "the connection")
    static void oneOfTwo(Application app) {
        ToApplication c = app.needs(MULTIPLEX, ABORT).connect()
                .begin(1, RESPONDER, KEEP_CONN).stream(PARAMS, 1, app.page().params())
                .begin(2, RESPONDER, KEEP_CONN).stream(PARAMS, 2, app.page().params()).abort(2);
        c.reply(2).complete();
        c.endStream(PARAMS, 1).endStdin(1).expectPage(1);
    }

    @Case(id = "5.4-twice", level = INFO, says = "A second ABORT_REQUEST finds the request inactive, or ending")
    static void twice(Application app) {
        expectOneEnd(app, app.connect().begin(1, RESPONDER, KEEP_CONN).abort(1).abort(1));
    }

    @Case(id = "5.4-content", level = INFO, says = "An ABORT_REQUEST has no content; any content has no meaning")
    static void content(Application app) {
        app.connect().begin(1, RESPONDER, 0).record(FcgiRecord.ABORT_REQUEST, 1, new byte[8]).expectSomeEnd(1);
    }
}
