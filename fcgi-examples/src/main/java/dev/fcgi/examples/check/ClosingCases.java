package dev.fcgi.examples.check;

import static dev.fcgi.examples.check.Ability.KEEP;
import static dev.fcgi.examples.check.Ability.MULTIPLEX;
import static dev.fcgi.examples.check.Ability.TWO_CONNECTIONS;
import static dev.fcgi.examples.check.FcgiRecord.BEGIN_REQUEST;
import static dev.fcgi.examples.check.FcgiRecord.KEEP_CONN;
import static dev.fcgi.examples.check.FcgiRecord.PARAMS;
import static dev.fcgi.examples.check.FcgiRecord.RESPONDER;
import static dev.fcgi.examples.check.Level.INFO;
import static dev.fcgi.examples.check.Level.MUST;
import static dev.fcgi.examples.check.Level.SHOULD;

import java.util.Arrays;

/** Sections 3.2 and 3.5: connections, how they begin and how they end. */
final class ClosingCases {
    private ClosingCases() {}

    @Case(id = "3.2-two-connections", level = INFO, says = "An application may accept several concurrent transport "
            + "connections, but it need not do so")
    static void twoConnections(Application app) {
        app.needs(TWO_CONNECTIONS);
    }

    @Case(id = "3.2-fifty-in-turn", level = MUST, says = "An application calls accept() to accept a new transport "
            + "connection: one after the other")
    static void fiftyInTurn(Application app) {
        for (int i = 0; i < 50; i++) {
            ToApplication c = app.connect().request(1, 0).expectPage(1);
            c.close();
        }
    }

    @Case(id = "3.2-silent", level = SHOULD, says = "A connection on which nothing is sent ends and leaves no trace")
    static void silent(Application app) {
        for (int i = 0; i < 5; i++) {
            app.connect().close();
        }
        app.connect().request(1, 0).expectPage(1);
    }

    @Case(id = "3.5-keep-0", level = MUST, says = "If FCGI_KEEP_CONN is zero, the application closes the connection after "
            + "responding to this request")
    static void keep0(Application app) {
        app.connect().request(1, 0).expectPage(1).expectEnd();
    }

    @Case(id = "3.5-keep-1", level = MUST, says = "If FCGI_KEEP_CONN is not zero, the application does not close the "
            + "connection after responding to this request")
    static void keep1(Application app) {
        app.connect().request(1, KEEP_CONN).expectPage(1).expectQuiet().request(2, KEEP_CONN).expectPage(2);
    }

    @Case(id = "3.5-keep-fifty", level = MUST, says = "The Web server retains responsibility for the connection, for as "
            + "many requests as it likes")
    static void keepFifty(Application app) {
        ToApplication c = app.needs(KEEP).connect();
        for (int id = 1; id <= 50; id++) {
            c.request(id, KEEP_CONN).expectPage(id);
        }
    }

    @Case(id = "3.5-keep-then-close", level = MUST, says = "The application closes the connection at the end of a specified "
            + "request, which need not be the first")
    static void keepThenClose(Application app) {
        app.needs(KEEP).connect().request(1, KEEP_CONN).expectPage(1).request(2, KEEP_CONN).expectPage(2)
                .request(1, 0).expectPage(1).expectEnd();
    }

    @Case(id = "3.5-keep-other-bits", level = MUST, says = "flags contains a bit that controls connection shutdown: others "
            + "do not")
    static void keepOtherBits(Application app) {
        app.needs(KEEP).connect().request(1, 0xFF).expectPage(1).expectQuiet().request(1, 0xFE).expectPage(1).expectEnd();
    }

    @Case(id = "3.5-idle-close", level = MUST, says = "The Web server can close a connection when no requests are active")
    static void idleClose(Application app) {
        app.connect().request(1, KEEP_CONN).expectPage(1).close();
        app.connect().request(1, KEEP_CONN).expectPage(1).reset();
        app.connect().request(1, 0).expectPage(1);
    }

    @Case(id = "3.5-close-in-params", level = SHOULD, says = "When a Web server is not multiplexing, it can abort a request "
            + "by closing the connection (section 5.4): others are served")
    static void closeInParams(Application app) {
        app.connect().begin(1, RESPONDER, KEEP_CONN).stream(PARAMS, 1, app.page().params()).close();
        app.connect().request(1, 0).expectPage(1);
    }

    @Case(id = "3.5-close-in-stdin", level = SHOULD, says = "When a Web server is not multiplexing, it can abort a request "
            + "by closing the connection (section 5.4): others are served")
    static void closeInStdin(Application app) {
        app.connect().postHead(1, 0, 1000).stdin(1, new byte[10]).close();
        app.connect().request(1, 0).expectPage(1);
    }

    @Case(id = "3.5-close-unread", level = SHOULD, says = "When a Web server is not multiplexing, it can abort a request by "
            + "closing the connection, also without having read the answer")
    static void closeUnread(Application app) {
        app.connect().request(1, 0).close();
        app.connect().request(1, KEEP_CONN).reset();
        app.connect().request(1, 0).expectPage(1);
    }

    @Case(id = "3.5-close-in-header", level = SHOULD, says = "A connection may end within a header")
    static void closeInHeader(Application app) {
        app.connect().raw("01 01 00").close();
        app.connect().request(1, 0).expectPage(1);
    }

    @Case(id = "3.5-close-in-content", level = SHOULD, says = "A connection may end within the content of a record")
    static void closeInContent(Application app) {
        byte[] begin = FcgiRecord.of(BEGIN_REQUEST, 1, FcgiRecord.beginBody(RESPONDER, 0)).bytes();
        app.connect().raw(Arrays.copyOf(begin, 12)).close();
        app.connect().request(1, 0).expectPage(1);
    }

    @Case(id = "3.5-close-in-padding", level = SHOULD, says = "A connection may end within the padding of a record")
    static void closeInPadding(Application app) {
        byte[] begin = FcgiRecord.of(BEGIN_REQUEST, 1, FcgiRecord.beginBody(RESPONDER, 0), 100).bytes();
        app.connect().raw(Arrays.copyOf(begin, 50)).close();
        app.connect().request(1, 0).expectPage(1);
    }

    @Case(id = "3.5-half-close", level = INFO, says = "A Web server that has sent everything may shut down its "
            + "output, and still waits for the answer")
    static void halfClose(Application app) {
        app.connect().request(1, 0).halfClose().expectPage(1);
    }

    @Case(id = "3.5-half-close-within", level = INFO, says = "A request that can no longer be completed is not a request")
    static void halfCloseWithin(Application app) {
        app.connect().begin(1, RESPONDER, 0).stream(PARAMS, 1, app.page().params()).halfClose().expectSomeEnd(1);
    }

    @Case(id = "3.5-unread-body", level = SHOULD, says = "The application closes the connection after responding: a response "
            + "gets through even if the application has not read the body")
    static void unreadBody(Application app) {
        app.connect().post(1, 0, new byte[200_000]).reply(1).complete();
    }

    @Case(id = "3.5-keep-0-with-another", level = INFO, says = "The application closes the connection at the end of a "
            + "specified request: others that are active then come first")
    static void keep0WithAnother(Application app) {
        ToApplication c = app.needs(MULTIPLEX).connect().begin(1, RESPONDER, KEEP_CONN)
                .stream(PARAMS, 1, app.page().params()).request(2, 0).expectPage(2);
        c.endStream(PARAMS, 1).endStdin(1).expectPage(1).expectEnd();
    }
}
