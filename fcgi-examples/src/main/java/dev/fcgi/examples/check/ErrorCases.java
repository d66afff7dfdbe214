package dev.fcgi.examples.check;

import static dev.fcgi.examples.check.FcgiRecord.BEGIN_REQUEST;
import static dev.fcgi.examples.check.FcgiRecord.KEEP_CONN;
import static dev.fcgi.examples.check.FcgiRecord.PARAMS;
import static dev.fcgi.examples.check.FcgiRecord.RESPONDER;
import static dev.fcgi.examples.check.Level.INFO;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Section 7: "Depending upon the severity of the error, the application may either continue or exit with nonzero
 * status." So nothing here is a failure, although web servers prefer that the application continues.
 */
final class ErrorCases {
    private static final String MAY = "Depending upon the severity of the error, the application may either continue or exit "
            + "with nonzero status";

    private ErrorCases() {}

    @Case(id = "7-http", level = INFO, says = MAY + ": HTTP instead of FastCGI")
    static void http(Application app) {
        app.connect().raw("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII)).halfClose()
                .expectSomeEnd(1);
    }

    @Case(id = "7-zeros", level = INFO, says = MAY + ": bytes that are all zero")
    static void zeros(Application app) {
        app.connect().raw(new byte[4096]).halfClose().expectSomeEnd(1);
    }

    @Case(id = "7-ones", level = INFO, says = MAY + ": bytes that are all ones")
    static void ones(Application app) {
        byte[] ones = new byte[4096];
        Arrays.fill(ones, (byte) -1);
        app.connect().raw(ones).halfClose().expectSomeEnd(1);
    }

    @Case(id = "7-unknown-application-type", level = INFO, says = MAY + ": within a request, a record of a type that is not "
            + "known")
    static void unknownApplicationType(Application app) {
        app.connect().begin(1, RESPONDER, 0).record(100, 1, new byte[8]).params(1).endStdin(1).expectSomeEnd(1);
    }

    @Case(id = "7-output-received", level = INFO, says = MAY + ": within a request, a record that only an application sends")
    static void outputReceived(Application app) {
        app.connect().begin(1, RESPONDER, 0).record(FcgiRecord.STDOUT, 1, "x".getBytes()).params(1).endStdin(1)
                .expectSomeEnd(1);
    }

    @Case(id = "7-begins", level = INFO, says = MAY + ": a thousand requests that begin and do not go on")
    static void begins(Application app) {
        ToApplication c = app.connect();
        for (int id = 1; id <= 1000; id++) {
            c.record(BEGIN_REQUEST, id, FcgiRecord.beginBody(RESPONDER, KEEP_CONN));
        }
        c.seeWhatComes();
    }

    @Case(id = "7-params-8-mib", level = INFO, says = MAY + ": eight megabytes of PARAMS")
    static void params8Mib(Application app) {
        ToApplication c = app.connect().begin(1, RESPONDER, 0);
        byte[] pairs = FcgiRecord.pairs("HTTP_X_LONG", "v".repeat(65_000));
        for (int i = 0; i < 129; i++) {
            c.stream(PARAMS, 1, pairs);
        }
        c.params(1).endStdin(1).expectSomeEnd(1);
    }

    @Case(id = "7-params-ten-thousand", level = INFO, says = MAY + ": ten thousand pairs")
    static void paramsTenThousand(Application app) {
        ToApplication c = app.connect().begin(1, RESPONDER, 0);
        StringBuilder pairs = new StringBuilder();
        for (int i = 0; i < 10_000; i++) {
            pairs.append(new String(FcgiRecord.pairs("HTTP_X_" + i, "v"), StandardCharsets.ISO_8859_1));
        }
        c.stream(PARAMS, 1, pairs.toString().getBytes(StandardCharsets.ISO_8859_1)).params(1).endStdin(1).expectSomeEnd(1);
    }

    @Case(id = "7-empty-records", level = INFO, says = MAY + ": ten thousand records of STDIN for nobody")
    static void emptyRecords(Application app) {
        ToApplication c = app.connect();
        for (int i = 0; i < 10_000; i++) {
            c.endStdin(9);
        }
        c.request(1, 0).expectSomeEnd(1);
    }

    @Case(id = "7-unread-answers", level = INFO, says = MAY + ": a Web server that sends request after request, and "
            + "reads no answer")
    static void unreadAnswers(Application app) {
        ToApplication c = app.connect();
        for (int i = 0; i < 20_000; i++) {
            c.padding(8).getValues("FCGI_MAX_CONNS", "FCGI_MAX_REQS", "FCGI_MPXS_CONNS");
        }
        c.flushWhatFits();
        c.reset();
        app.connect().request(1, 0).expectPage(1);
    }
}
