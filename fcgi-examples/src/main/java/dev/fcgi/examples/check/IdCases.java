package dev.fcgi.examples.check;

import static dev.fcgi.examples.check.Ability.KEEP;
import static dev.fcgi.examples.check.Ability.TWO_CONNECTIONS;
import static dev.fcgi.examples.check.FcgiRecord.BEGIN_REQUEST;
import static dev.fcgi.examples.check.FcgiRecord.DATA;
import static dev.fcgi.examples.check.FcgiRecord.KEEP_CONN;
import static dev.fcgi.examples.check.FcgiRecord.PARAMS;
import static dev.fcgi.examples.check.FcgiRecord.RESPONDER;
import static dev.fcgi.examples.check.FcgiRecord.STDIN;
import static dev.fcgi.examples.check.Level.INFO;
import static dev.fcgi.examples.check.Level.MUST;

/** Section 3.3: request IDs, and when they are active. */
final class IdCases {
    private static final String IGNORES = "While a request ID R is inactive, the application ignores records with "
            + "requestId == R";

    private IdCases() {}

    @Case(id = "3.3-id-reuse", level = MUST, says = "The Web server re-uses FastCGI request IDs: an ID is free again "
            + "when END_REQUEST was sent")
    static void idReuse(Application app) {
        app.needs(KEEP).connect().request(1, KEEP_CONN).expectPage(1).request(1, KEEP_CONN).expectPage(1)
                .request(1, 0).expectPage(1);
    }

    @Case(id = "3.3-id-other", level = MUST, says = "requestId identifies the FastCGI request to which the record belongs: "
            + "in answers it is that of the request")
    static void idOther(Application app) {
        ToApplication c = app.connect().request(7, 0).expectPage(7);
        if (!c.received().isEmpty()) {
            throw Judgement.unmet("besides the answer: " + c.received().get(0));
        }
    }

    @Case(id = "3.3-id-two-bytes", level = MUST, says = "requestId is a number of two bytes, the first the more significant")
    static void idTwoBytes(Application app) {
        app.connect().request(256, 0).expectPage(256).close();
        app.connect().request(0x0102, 0).expectPage(0x0102);
    }

    @Case(id = "3.3-id-max", level = MUST, says = "Application records have a nonzero requestId: any up to 65535")
    static void idMax(Application app) {
        app.connect().request(65535, 0).expectPage(65535);
    }

    @Case(id = "3.3-id-sparse", level = MUST, says = "The Web server attempts to keep IDs small, no more")
    static void idSparse(Application app) {
        ToApplication c = app.needs(KEEP).connect();
        for (int id = 60000; id > 0; id -= 7919) {
            c.request(id, KEEP_CONN).expectPage(id);
        }
    }

    @Case(id = "3.3-id-each-connection", level = MUST, says = "The application keeps track of each request ID on a given "
            + "transport connection: the same ID on another one is another request")
    static void idEachConnection(Application app) {
        ToApplication first = app.needs(TWO_CONNECTIONS).connect()
                .begin(1, RESPONDER, 0).stream(PARAMS, 1, app.page().params()).pause(); // so that it has read this first
        app.connect().request(1, 0).expectPage(1);
        first.endStream(PARAMS, 1).endStdin(1).expectPage(1);
    }

    @Case(id = "3.3-inactive-params", level = MUST, says = IGNORES)
    static void inactiveParams(Application app) {
        app.connect().stream(PARAMS, 7, app.page().params()).endStream(PARAMS, 7).request(1, 0).expectPage(1);
    }

    @Case(id = "3.3-inactive-stdin", level = MUST, says = IGNORES)
    static void inactiveStdin(Application app) {
        app.connect().stream(STDIN, 7, new byte[100]).request(1, 0).expectPage(1);
    }

    @Case(id = "3.3-inactive-data", level = MUST, says = IGNORES)
    static void inactiveData(Application app) {
        app.connect().stream(DATA, 7, new byte[100]).endStream(DATA, 7).request(1, 0).expectPage(1);
    }

    @Case(id = "3.3-inactive-abort", level = MUST, says = IGNORES)
    static void inactiveAbort(Application app) {
        ToApplication c = app.connect().abort(7).request(1, 0).expectPage(1);
        if (c.received().stream().anyMatch(record -> record.id() == 7)) {
            throw Judgement.unmet("an answer for an inactive ID: " + c.received());
        }
    }

    @Case(id = "3.3-inactive-unknown-type", level = MUST, says = IGNORES + ", of whatever type")
    static void inactiveUnknownType(Application app) {
        app.connect().record(100, 7, new byte[8]).request(1, 0).expectPage(1);
    }

    @Case(id = "3.3-inactive-large", level = MUST, says = IGNORES + ", of whatever length")
    static void inactiveLarge(Application app) {
        app.connect().padding(255).stream(STDIN, 7, new byte[200_000]).padding(0).request(1, 0).expectPage(1);
    }

    @Case(id = "3.3-inactive-between", level = MUST, says = IGNORES + ", also between the records of a request")
    static void inactiveBetween(Application app) {
        app.connect().begin(1, RESPONDER, 0).stream(STDIN, 9, new byte[10]).stream(PARAMS, 1, app.page().params())
                .stream(PARAMS, 9, FcgiRecord.pairs("A", "b")).endStream(PARAMS, 1).endStream(STDIN, 9).endStdin(1)
                .expectPage(1);
    }

    @Case(id = "3.3-inactive-after-end", level = MUST, says = IGNORES + ", also that of a request that has just ended")
    static void inactiveAfterEnd(Application app) {
        app.needs(KEEP).connect().request(1, KEEP_CONN).expectPage(1)
                .stdin(1, new byte[50]).endStdin(1).stream(DATA, 1, new byte[3]).request(2, 0).expectPage(2);
    }

    @Case(id = "3.3-null-id-begin", level = INFO, says = "Application records have a nonzero requestId: a "
            + "BEGIN_REQUEST without one is malformed")
    static void nullIdBegin(Application app) {
        ToApplication c = app.connect()
                .record(BEGIN_REQUEST, 0, FcgiRecord.beginBody(RESPONDER, 0)).params(0).endStdin(0);
        Reply reply = c.reply(0);
        if (reply.isEnded() && reply.status() == 200) {
            throw Judgement.unmet("it serves a request with ID 0");
        }
        app.trial().saw(reply.isEnded() ? "it answers" : c.ended() != null ? "it ends the connection" : "it is silent");
    }

    @Case(id = "3.3-begin-active", level = INFO, says = "An ID is active from BEGIN_REQUEST to END_REQUEST: a second "
            + "BEGIN_REQUEST meanwhile has no meaning")
    static void beginActive(Application app) {
        app.connect().begin(1, RESPONDER, 0).begin(1, RESPONDER, 0).params(1).endStdin(1).expectSomeEnd(1);
    }
}
