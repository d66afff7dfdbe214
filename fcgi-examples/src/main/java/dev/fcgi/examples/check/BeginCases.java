package dev.fcgi.examples.check;

import static dev.fcgi.examples.check.Ability.KEEP;
import static dev.fcgi.examples.check.Ability.UNKNOWN_ROLES;
import static dev.fcgi.examples.check.FcgiRecord.BEGIN_REQUEST;
import static dev.fcgi.examples.check.FcgiRecord.KEEP_CONN;
import static dev.fcgi.examples.check.FcgiRecord.PARAMS;
import static dev.fcgi.examples.check.FcgiRecord.RESPONDER;
import static dev.fcgi.examples.check.Level.INFO;
import static dev.fcgi.examples.check.Level.MUST;
import static dev.fcgi.examples.check.Level.SHOULD;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/** Sections 5.1 and 5.2: how a request begins. */
final class BeginCases {
    private static final String REJECTS = "FCGI_UNKNOWN_ROLE: rejecting a new request. This happens when the Web server has "
            + "specified a role that is unknown to the application (section 5.5)";

    private BeginCases() {}

    @Case(id = "5.1-unknown-role", level = MUST, says = REJECTS)
    static void unknownRole(Application app) {
        app.connect().begin(1, 9, 0).params(1).endStdin(1).reply(1).refused(FcgiRecord.UNKNOWN_ROLE);
    }

    @Case(id = "5.1-role-0", level = MUST, says = REJECTS + ": roles begin with 1")
    static void role0(Application app) {
        app.needs(UNKNOWN_ROLES).connect().begin(1, 0, 0).params(1).endStdin(1).reply(1).refused(FcgiRecord.UNKNOWN_ROLE);
    }

    @Case(id = "5.1-role-two-bytes", level = MUST, says = "role is a number of two bytes: 257 is not 1")
    static void roleTwoBytes(Application app) {
        app.needs(UNKNOWN_ROLES).connect().begin(1, 257, 0).params(1).endStdin(1).reply(1).refused(FcgiRecord.UNKNOWN_ROLE);
    }

    @Case(id = "5.1-unknown-role-keep", level = MUST, says = "If FCGI_KEEP_CONN is not zero, the application does not close "
            + "the connection after responding to this request, also with a rejection; what follows of it is ignored")
    static void unknownRoleKeep(Application app) {
        ToApplication c = app.needs(UNKNOWN_ROLES, KEEP).connect().begin(1, 9, KEEP_CONN).params(1).endStdin(1);
        c.reply(1).refused(FcgiRecord.UNKNOWN_ROLE);
        c.expectQuiet().request(1, 0).expectPage(1);
    }

    @Case(id = "5.1-unknown-role-close", level = MUST, says = "If FCGI_KEEP_CONN is zero, the application closes the "
            + "connection after responding to this request, also with a rejection")
    static void unknownRoleClose(Application app) {
        ToApplication c = app.needs(UNKNOWN_ROLES).connect().begin(1, 9, 0).params(1).endStdin(1);
        c.reply(1).refused(FcgiRecord.UNKNOWN_ROLE);
        c.expectEnd();
    }

    @Case(id = "5.1-reserved", level = SHOULD, says = "The last five bytes of FCGI_BeginRequestBody are reserved: "
            + "they have no meaning in this version")
    static void reserved(Application app) {
        app.connect().record(BEGIN_REQUEST, 1, new byte[] {0, RESPONDER, 0, -1, -1, -1, -1, -1}).params(1).endStdin(1)
                .expectPage(1);
    }

    @Case(id = "5.1-short", level = INFO, says = "FCGI_BeginRequestBody has eight bytes; a body of four is malformed")
    static void shortBody(Application app) {
        app.connect().record(BEGIN_REQUEST, 1, new byte[] {0, RESPONDER, 0, 0}).params(1).endStdin(1).expectSomeEnd(1);
    }

    @Case(id = "5.1-empty", level = INFO, says = "FCGI_BeginRequestBody has eight bytes; an empty one is malformed")
    static void emptyBody(Application app) {
        app.connect().record(BEGIN_REQUEST, 1, new byte[0]).params(1).endStdin(1).expectSomeEnd(1);
    }

    @Case(id = "5.1-long", level = INFO, says = "FCGI_BeginRequestBody has eight bytes; what follows them may be of a later "
            + "version")
    static void longBody(Application app) {
        app.connect().record(BEGIN_REQUEST, 1, Arrays.copyOf(FcgiRecord.beginBody(RESPONDER, 0), 16)).params(1)
                .endStdin(1).expectSomeEnd(1);
    }

    @Case(id = "5.1-alone", level = INFO, says = "A request may pause after its beginning")
    static void alone(Application app) {
        app.connect().begin(1, RESPONDER, 0).expectQuiet().params(1).endStdin(1).expectPage(1);
    }

    @Case(id = "5.2-order", level = MUST, says = "The name-value pairs are sent in no specified order")
    static void order(Application app) {
        List<Map.Entry<String, String>> pairs = new ArrayList<>(app.page().map().entrySet());
        Collections.reverse(pairs);
        ToApplication c = app.connect().begin(1, RESPONDER, 0);
        for (Map.Entry<String, String> pair : pairs) {
            c.stream(PARAMS, 1, FcgiRecord.pairs(pair.getKey(), pair.getValue()));
        }
        c.endStream(PARAMS, 1).endStdin(1).expectPage(1);
    }

    @Case(id = "5.2-unknown-names", level = MUST, says = "FCGI_PARAMS sends whatever the Web server has; an application "
            + "reads those that it knows")
    static void unknownNames(Application app) {
        app.connect().request(1, 0, "a b=c", "d", "lower_case", "x", "\u00e9", "\u00e9", "FCGI_ROLE", "RESPONDER")
                .expectPage(1);
    }
}
