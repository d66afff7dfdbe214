package dev.fcgi.examples.check;

import static dev.fcgi.examples.check.FcgiRecord.CANT_MPX_CONN;
import static dev.fcgi.examples.check.FcgiRecord.OVERLOADED;
import static dev.fcgi.examples.check.FcgiRecord.REQUEST_COMPLETE;
import static dev.fcgi.examples.check.FcgiRecord.STDOUT;
import static dev.fcgi.examples.check.FcgiRecord.UNKNOWN_ROLE;
import static dev.fcgi.examples.check.Level.INFO;
import static dev.fcgi.examples.check.Level.MUST;
import static dev.fcgi.examples.check.Level.SHOULD;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** Section 5.5: how a web server handles the end of a request, and its absence. */
final class AnswerEndCases {
    private static final String REJECTED = "rejecting a new request: the browser gets an error";
    private static final String LOST = "The application sends END_REQUEST to terminate a request: without it the page "
            + "is incomplete, and the browser learns so";

    private AnswerEndCases() {}

    // ---- END_REQUEST

    @Case(id = "5.5-got-app-status", level = SHOULD, says = "appStatus is the status code that the CGI program would have "
            + "returned via exit (section 6.2): it does not change the page")
    static void appStatus(WebServer web) {
        web.visit().page().end(9, REQUEST_COMPLETE).expectContent();
    }

    @Case(id = "5.5-got-app-status-max", level = SHOULD, says = "appStatus is a number of four bytes")
    static void appStatusMax(WebServer web) {
        web.visit().page().end(-1, REQUEST_COMPLETE).expectContent();
    }

    @Case(id = "5.5-got-reserved", level = SHOULD, says = "END_REQUEST has three reserved bytes, without a meaning yet")
    static void reserved(WebServer web) {
        web.visit().page().endStream(STDOUT).endRequest(new byte[] {0, 0, 0, 0, 0, 1, 2, 3}).closeIfOurs().expectPage();
    }

    @Case(id = "5.5-got-late-end", level = MUST, says = "END_REQUEST ends the request: it may come later than the end of STDOUT")
    static void lateEnd(WebServer web) {
        Visit visit = web.visit().page().endStream(STDOUT).flush().pause(web.trial().quiet());
        visit.endRequest(FcgiRecord.endBody(0, REQUEST_COMPLETE)).closeIfOurs().expectPage();
    }

    @Case(id = "5.5-got-short-end", level = INFO, says = "The contentData of END_REQUEST is eight bytes; fewer are "
            + "not mentioned")
    static void shortEnd(WebServer web) {
        web.visit().page().endStream(STDOUT).endRequest(new byte[4]).closeIfOurs().expectSense();
    }

    @Case(id = "5.5-got-long-end", level = INFO, says = "The contentData of END_REQUEST is eight bytes; more are not "
            + "mentioned")
    static void longEnd(WebServer web) {
        web.visit().page().endStream(STDOUT).endRequest(new byte[16]).closeIfOurs().expectSense();
    }

    @Case(id = "5.5-got-overloaded", level = SHOULD, says = "FCGI_OVERLOADED: " + REJECTED)
    static void overloaded(WebServer web) {
        web.visit().end(0, OVERLOADED).expectFailure();
    }

    @Case(id = "5.5-got-cant-mpx-conn", level = SHOULD, says = "FCGI_CANT_MPX_CONN: " + REJECTED)
    static void cantMpxConn(WebServer web) {
        web.visit().end(0, CANT_MPX_CONN).expectFailure();
    }

    @Case(id = "5.5-got-unknown-role", level = SHOULD, says = "FCGI_UNKNOWN_ROLE: " + REJECTED)
    static void unknownRole(WebServer web) {
        web.visit().end(0, UNKNOWN_ROLE).expectFailure();
    }

    @Case(id = "5.5-got-rejection-without-stdout", level = SHOULD, says = "A request that is rejected has no STDOUT, not even "
            + "its end: the browser gets an error")
    static void rejectionWithoutStdout(WebServer web) {
        web.visit().endRequest(FcgiRecord.endBody(0, OVERLOADED)).closeIfOurs().expectFailure();
    }

    @Case(id = "5.5-got-unknown-status", level = INFO, says = "protocolStatus has four values; others are not mentioned")
    static void unknownStatus(WebServer web) {
        web.visit().end(0, 77).expectSense();
    }

    @Case(id = "5.5-got-overloaded-after-page", level = INFO, says = "FCGI_OVERLOADED is for rejecting a new request: "
            + "one that has a page is not mentioned")
    static void overloadedAfterPage(WebServer web) {
        web.visit().page().end(0, OVERLOADED).expectSense();
    }

    @Case(id = "5.5-got-nothing", level = SHOULD, says = "A script's response has at least one header field (RFC 3875, 6.2): "
            + "after a regular end without a response the browser gets an error")
    static void nothing(WebServer web) {
        web.needsHead().visit().end().expectFailure();
    }

    // ---- no END_REQUEST

    private static Visit part(WebServer web) {
        Visit visit = web.visit().of(20_000).stdout(Visit.HEAD);
        return visit.stdout(Arrays.copyOf(visit.bytes(), 10_000));
    }

    /** The page was sent, and the browser may have received it. */
    private static Visit underWay(Visit visit) {
        return visit.flush().pause(visit.quiet());
    }

    @Case(id = "5.5-lost-before-answer", level = SHOULD, says = LOST)
    static void closedBeforeAnswer(WebServer web) {
        web.visit().stdinEnded().close().expectFailure();
    }

    @Case(id = "5.5-lost-in-head", level = SHOULD, says = LOST)
    static void closedInHead(WebServer web) {
        web.visit().stdinEnded().stdout("Content-Type: text/pl").close().expectFailure();
    }

    @Case(id = "5.5-lost-after-head", level = SHOULD, says = LOST)
    static void closedAfterHead(WebServer web) {
        web.visit().stdinEnded().stdout(Visit.HEAD).close().expectFailure();
    }

    @Case(id = "5.5-lost-in-body", level = SHOULD, says = LOST)
    static void closedInBody(WebServer web) {
        part(web).stdinEnded().close().expectFailure();
    }

    @Case(id = "5.5-lost-in-body-later", level = SHOULD, says = LOST)
    static void closedInBodyLater(WebServer web) {
        underWay(part(web)).close().expectFailure();
    }

    @Case(id = "5.5-lost-in-record-header", level = SHOULD, says = LOST)
    static void closedInRecordHeader(WebServer web) {
        Visit visit = part(web).stdinEnded();
        visit.connection().raw(new byte[] {1, STDOUT, 0, 1});
        visit.close().expectFailure();
    }

    @Case(id = "5.5-lost-in-record", level = SHOULD, says = LOST)
    static void closedInRecord(WebServer web) {
        Visit visit = part(web).stdinEnded();
        byte[] record = FcgiRecord.of(STDOUT, visit.request().id(), visit.bytes(), 0).bytes();
        ByteBuffer.wrap(record).position(8).put(visit.bytes(), 10_000, 5_000);
        visit.connection().raw(Arrays.copyOf(record, 5_008));
        visit.close().expectFailure();
    }

    @Case(id = "5.5-lost-after-body", level = SHOULD, says = LOST + ": even if only the end is missing")
    static void closedAfterBody(WebServer web) {
        web.visit().stdinEnded().page().close().expectFailure();
    }

    @Case(id = "5.5-lost-after-stdout", level = INFO, says = "STDOUT has an end, and END_REQUEST is missing: the page "
            + "is known to be complete")
    static void closedAfterStdout(WebServer web) {
        web.visit().stdinEnded().page().endStream(STDOUT).close().expectSense();
    }

    @Case(id = "5.5-lost-by-reset", level = SHOULD, says = LOST + ", also when the connection is reset")
    static void reset(WebServer web) {
        web.visit().stdinEnded().reset().expectFailure();
    }

    @Case(id = "5.5-lost-by-reset-in-body", level = SHOULD, says = LOST + ", also when the connection is reset")
    static void resetInBody(WebServer web) {
        underWay(part(web)).reset().expectFailure();
    }

    @Case(id = "5.5-lost-with-content-length", level = SHOULD, says = LOST + ": HTTP has means where the length is known")
    static void closedWithContentLength(WebServer web) {
        Visit visit = web.visit().of(20_000).stdinEnded().stdout("Content-Length: 20000\r\n" + Visit.HEAD);
        visit.stdout(Arrays.copyOf(visit.bytes(), 10_000)).close().expectFailure();
    }

    @Case(id = "5.5-lost-after-refusal-of-stdin", level = INFO, says = "An application that ends reads no more: a web "
            + "server that cannot send the rest of a body still gets the answer")
    static void closedInStdin(WebServer web) {
        Visit visit = web.visit(new byte[3_000_000]);
        visit.stdout("Status: 413 Too Large\r\n").page().endStream(STDOUT)
                .endRequest(FcgiRecord.endBody(0, REQUEST_COMPLETE)).close().expectSense();
    }
}
