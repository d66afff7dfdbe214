package dev.fcgi.examples.check;

import static dev.fcgi.examples.check.Ability.KEEP;
import static dev.fcgi.examples.check.Ability.MULTIPLEX;
import static dev.fcgi.examples.check.Ability.UNKNOWN_ROLES;
import static dev.fcgi.examples.check.FcgiRecord.CANT_MPX_CONN;
import static dev.fcgi.examples.check.FcgiRecord.KEEP_CONN;
import static dev.fcgi.examples.check.FcgiRecord.PARAMS;
import static dev.fcgi.examples.check.FcgiRecord.REQUEST_COMPLETE;
import static dev.fcgi.examples.check.FcgiRecord.RESPONDER;
import static dev.fcgi.examples.check.FcgiRecord.UNKNOWN_ROLE;
import static dev.fcgi.examples.check.Level.INFO;
import static dev.fcgi.examples.check.Level.MUST;
import static dev.fcgi.examples.check.Level.SHOULD;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/** Section 5.5: END_REQUEST, and concurrent requests, which the application handles or refuses. */
final class EndCases {
    private static final String REJECTS = "FCGI_CANT_MPX_CONN: rejecting a new request. This happens when a Web server sends "
            + "concurrent requests over one connection to an application that is designed to process one at a time";

    private EndCases() {}

    @Case(id = "5.5-body", level = MUST, says = "FCGI_EndRequestBody has eight bytes")
    static void body(Application app) {
        int length = app.connect().request(1, 0).reply(1).end().content().length;
        if (length != 8) {
            throw Judgement.unmet("it has " + length);
        }
    }

    @Case(id = "5.5-complete", level = MUST, says = "FCGI_REQUEST_COMPLETE: normal end of request")
    static void complete(Application app) {
        app.connect().request(1, 0).reply(1).complete();
    }

    @Case(id = "5.5-reserved", level = INFO, says = "The last three bytes of FCGI_EndRequestBody are reserved; zeros are what "
            + "all send")
    static void reserved(Application app) {
        byte[] content = app.connect().request(1, 0).reply(1).complete().end().content();
        if (!Arrays.equals(Arrays.copyOfRange(content, 5, 8), new byte[3])) {
            throw Judgement.unmet("they are " + Transcript.text(Arrays.copyOfRange(content, 5, 8)));
        }
    }

    @Case(id = "5.5-app-status", level = INFO, says = "appStatus is what the CGI program would have returned via exit: 0 when "
            + "all went well")
    static void appStatus(Application app) {
        int status = app.connect().request(1, 0).reply(1).ok().appStatus();
        if (status != 0) {
            throw Judgement.unmet("it is " + Integer.toUnsignedString(status));
        }
    }

    @Case(id = "5.5-last", level = MUST, says = "The application sends a FCGI_END_REQUEST record to terminate a request: no "
            + "record of it follows")
    static void last(Application app) {
        ToApplication c = app.connect().request(1, KEEP_CONN).expectPage(1);
        FcgiRecord after = c.poll(any -> true, app.trial().quiet());
        if (after != null) {
            throw Judgement.unmet("" + after);
        }
    }

    @Case(id = "5.5-cant-mpx-conn", level = SHOULD, says = REJECTS + "; others answer it. Neither loses it")
    static void cantMpxConn(Application app) {
        ToApplication c = app.connect().begin(1, RESPONDER, KEEP_CONN).stream(PARAMS, 1, app.page().params())
                .request(2, KEEP_CONN);
        Reply second = c.reply(2);
        if (!second.isEnded()) {
            throw Judgement.unmet("the second of two requests has no END_REQUEST: " + second.missing());
        }
        if (second.protocolStatus() != CANT_MPX_CONN) {
            second.ok();
        }
        app.trial().saw(second.protocolStatus() == CANT_MPX_CONN ? "it rejects it" : "it answers it");
    }

    @Case(id = "5.5-first-undisturbed", level = MUST, says = REJECTS + ": the new request, not the one that is active")
    static void firstUndisturbed(Application app) {
        app.connect().begin(1, RESPONDER, KEEP_CONN).stream(PARAMS, 1, app.page().params())
                .begin(2, RESPONDER, KEEP_CONN).endStream(PARAMS, 1).endStdin(1).expectPage(1);
    }

    @Case(id = "5.5-pipelined", level = SHOULD, says = "A request is active until its END_REQUEST (section 3.3): one that is "
            + "sent before that is answered or rejected, not lost")
    static void pipelined(Application app) {
        ToApplication c = app.needs(KEEP).connect().request(1, KEEP_CONN).request(2, KEEP_CONN).expectPage(1);
        Reply second = c.reply(2);
        if (!second.isEnded()) {
            throw Judgement.unmet("the second of two requests has no END_REQUEST: " + second.missing());
        }
        app.trial().saw(second.protocolStatus() == CANT_MPX_CONN ? "it rejects it" : "it answers it");
    }

    @Case(id = "5.5-mpx-interleaved", level = MUST, says = "Records multiplex the connection between several independent "
            + "requests (section 3.3), record by record")
    static void mpxInterleaved(Application app) {
        byte[] params = app.page().params();
        ToApplication c = app.needs(MULTIPLEX).connect().begin(1, RESPONDER, KEEP_CONN).begin(2, RESPONDER, KEEP_CONN);
        for (int from = 0; from < params.length; from += 20) {
            byte[] piece = Arrays.copyOfRange(params, from, Math.min(params.length, from + 20));
            c.stream(PARAMS, 2, piece).stream(PARAMS, 1, piece);
        }
        c.endStream(PARAMS, 1).endStream(PARAMS, 2).endStdin(2).endStdin(1);
        c.expectPage(2).expectPage(1);
    }

    @Case(id = "5.5-mpx-ten", level = MUST, says = "Records multiplex the connection between several independent requests "
            + "(section 3.3)")
    static void mpxTen(Application app) {
        ToApplication c = app.needs(MULTIPLEX).connect();
        for (int id = 1; id <= 10; id++) {
            c.begin(id, RESPONDER, KEEP_CONN);
        }
        for (int id = 10; id >= 1; id--) {
            c.params(id).endStdin(id);
        }
        for (int id = 1; id <= 10; id++) {
            c.expectPage(id);
        }
    }

    @Case(id = "5.5-mpx-bodies", level = MUST, says = "Records multiplex the connection between several independent requests "
            + "(section 3.3): each has its own body")
    static void mpxBodies(Application app) {
        byte[] first = BodyCases.bytes(5000);
        byte[] second = BodyCases.bytes(3000);
        ToApplication c = app.needs(MULTIPLEX).connectToEcho().postHead(1, KEEP_CONN, first.length).postHead(2, KEEP_CONN, second.length);
        for (int from = 0; from < 5000; from += 100) {
            c.stdin(1, Arrays.copyOfRange(first, from, from + 100));
            if (from < 3000) {
                c.stdin(2, Arrays.copyOfRange(second, from, from + 100));
            }
        }
        c.endStdin(2).endStdin(1);
        c.reply(2).ok(second);
        c.reply(1).ok(first);
    }

    @Case(id = "5.5-mpx-not-in-line", level = INFO, says = "Requests are independent (section 3.3): one that waits for its "
            + "body does not hold up those after it")
    static void mpxNotInLine(Application app) {
        ToApplication c = app.needs(MULTIPLEX).connectToEcho().postHead(1, KEEP_CONN, 6).stdin(1, "abc".getBytes())
                .post(2, KEEP_CONN, "second".getBytes());
        c.reply(2).ok("second".getBytes());
        c.stdin(1, "def".getBytes()).endStdin(1).reply(1).ok("abcdef".getBytes());
    }

    @Case(id = "5.5-mpx-refused-role", level = MUST, says = "A rejected request does not affect the others")
    static void mpxRefusedRole(Application app) {
        ToApplication c = app.needs(MULTIPLEX, UNKNOWN_ROLES).connect()
                .begin(1, RESPONDER, KEEP_CONN).stream(PARAMS, 1, app.page().params())
                .begin(2, 9, KEEP_CONN).params(2).endStdin(2);
        c.reply(2).refused(UNKNOWN_ROLE);
        c.endStream(PARAMS, 1).endStdin(1).expectPage(1);
    }

    @Case(id = "5.5-flood", level = SHOULD, says = "The application processes a request or rejects it, with FCGI_CANT_MPX_CONN "
            + "or FCGI_OVERLOADED: also many at a time")
    static void flood(Application app) {
        ToApplication c = app.connect();
        int count = 200;
        for (int id = 1; id <= count; id++) {
            c.request(id, KEEP_CONN);
        }
        Map<String, Integer> statuses = new TreeMap<>();
        for (int id = 1; id <= count; id++) {
            Reply reply = c.reply(id);
            if (!reply.isEnded()) {
                throw Judgement.unmet("request " + id + " of " + count + " has no END_REQUEST: " + reply.missing());
            }
            if (reply.protocolStatus() == REQUEST_COMPLETE) {
                reply.ok();
            }
            statuses.merge(FcgiRecord.statusName(reply.protocolStatus()), 1, Integer::sum);
        }
        app.trial().saw(statuses.toString());
    }
}
