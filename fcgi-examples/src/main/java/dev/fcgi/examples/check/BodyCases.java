package dev.fcgi.examples.check;

import static dev.fcgi.examples.check.Ability.KEEP;
import static dev.fcgi.examples.check.FcgiRecord.DATA;
import static dev.fcgi.examples.check.FcgiRecord.END_REQUEST;
import static dev.fcgi.examples.check.FcgiRecord.KEEP_CONN;
import static dev.fcgi.examples.check.FcgiRecord.PARAMS;
import static dev.fcgi.examples.check.FcgiRecord.RESPONDER;
import static dev.fcgi.examples.check.FcgiRecord.STDIN;
import static dev.fcgi.examples.check.Level.INFO;
import static dev.fcgi.examples.check.Level.MUST;
import static dev.fcgi.examples.check.Level.SHOULD;

/** Sections 5.3 and 6.2: the body of a request. Most cases need a page that returns it. */
final class BodyCases {
    private BodyCases() {}

    /** Bytes of all values, in an order that reveals lost or repeated pieces. */
    static byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        for (int i = 0, x = 1; i < length; i++) {
            x = x * 1_103_515_245 + 12_345;
            bytes[i] = (byte) (x >> 16);
        }
        return bytes;
    }

    @Case(id = "5.3-stdin", level = MUST, says = "FCGI_STDIN sends arbitrary data from the Web server to the application")
    static void stdin(Application app) {
        byte[] body = bytes(1000);
        app.connectToEcho().post(1, 0, body).reply(1).ok(body);
    }

    @Case(id = "5.3-stdin-empty", level = MUST, says = "A stream may be empty")
    static void stdinEmpty(Application app) {
        app.connectToEcho().post(1, 0, new byte[0]).reply(1).ok(new byte[0]);
    }

    @Case(id = "5.3-stdin-eof", level = MUST, says = "An empty record is the end of FCGI_STDIN: the answer does not wait for "
            + "anything else")
    static void stdinEof(Application app) {
        byte[] body = bytes(10);
        app.connectToEcho().post(1, KEEP_CONN, body).reply(1).ok(body);
    }

    @Case(id = "5.3-stdin-65535", level = MUST, says = "contentData: Between 0 and 65535 bytes of data (section 3.3)")
    static void stdin65535(Application app) {
        byte[] body = bytes(65535);
        app.connectToEcho().post(1, 0, body).reply(1).ok(body);
    }

    @Case(id = "5.3-stdin-large", level = MUST, says = "FCGI_STDIN sends arbitrary data, of any length")
    static void stdinLarge(Application app) {
        byte[] body = bytes(3_000_000);
        app.connectToEcho().post(1, 0, body).reply(1).ok(body);
    }

    @Case(id = "5.3-stdin-pieces", level = MUST, says = "FCGI_STDIN arrives as the transport splits it")
    static void stdinPieces(Application app) {
        byte[] body = bytes(20_000);
        app.connectToEcho().pieces(101).postHead(1, 0, body.length).stream(STDIN, 1, body, 509).endStdin(1)
                .reply(1).ok(body);
    }

    @Case(id = "5.3-stdin-in-turn", level = MUST, says = "Each request has its own body")
    static void stdinInTurn(Application app) {
        ToApplication c = app.needs(KEEP).connectToEcho();
        for (int i = 0; i < 10; i++) {
            byte[] body = bytes(i * 1000);
            c.post(1, KEEP_CONN, body).reply(1).ok(body);
        }
    }

    @Case(id = "5.3-stdin-slow", level = MUST, says = "FCGI_STDIN may take its time: the application waits for its end")
    static void stdinSlow(Application app) {
        ToApplication c = app.connectToEcho().postHead(1, 0, 6).stdin(1, "abc".getBytes()).flush();
        if (c.poll(record -> record.type() == FcgiRecord.END_REQUEST, app.trial().quiet()) != null) {
            throw Judgement.unmet("END_REQUEST before the end of STDIN");
        }
        c.stdin(1, "def".getBytes()).endStdin(1).reply(1).ok("abcdef".getBytes());
    }

    @Case(id = "5.3-data-for-responder", level = INFO, says = "FCGI_DATA is a stream of the Filter role; a Responder has no "
            + "use for it")
    static void dataForResponder(Application app) {
        ToApplication c = app.connectToEcho().postHead(1, 0, 3).stream(DATA, 1, "data".getBytes()).endStream(DATA, 1)
                .stdin(1, "abc".getBytes()).endStdin(1);
        Reply reply = c.reply(1);
        if (!reply.isEnded()) {
            throw Judgement.unmet("no answer: " + reply.missing());
        }
        if (reply.protocolStatus() == FcgiRecord.REQUEST_COMPLETE && new String(reply.body()).contains("data")) {
            throw Judgement.unmet("DATA is part of the body");
        }
    }

    @Case(id = "6.2-params-first", level = MUST, says = "The application must wait to finish reading FCGI_PARAMS before it "
            + "begins writing FCGI_STDOUT and FCGI_STDERR")
    static void paramsFirst(Application app) {
        app.connect().begin(1, RESPONDER, 0).stream(PARAMS, 1, app.page().params()).expectQuiet()
                .endStream(PARAMS, 1).endStdin(1).expectPage(1);
    }

    @Case(id = "6.2-less-than-content-length", level = MUST, says = "The application receives less than CONTENT_LENGTH bytes "
            + "only if the HTTP client fails to provide them: it gets the end-of-stream indication all the same, and ends")
    static void lessThanContentLength(Application app) {
        app.connectToEcho().postHead(1, 0, 100).stdin(1, "abc".getBytes()).endStdin(1).reply(1).complete();
    }

    @Case(id = "6.2-more-than-content-length", level = INFO, says = "The application receives at most CONTENT_LENGTH bytes; a "
            + "Web server that sends more is wrong")
    static void moreThanContentLength(Application app) {
        Reply reply = app.connectToEcho().postHead(1, 0, 3).stdin(1, "abcdef".getBytes()).endStdin(1).reply(1).complete();
        app.trial().saw("it reads " + reply.body().length + " of 6 bytes");
    }

    @Case(id = "6.2-no-content-length", level = INFO, says = "Web servers send no CONTENT_LENGTH for a body of "
            + "unknown length; its end is the end of the stream")
    static void noContentLength(Application app) {
        Reply reply = app.connectToEcho().begin(1, RESPONDER, 0).params(1, "REQUEST_METHOD", "POST")
                .stdin(1, "abc".getBytes()).endStdin(1).reply(1).complete();
        if (reply.body().length != 3) {
            throw Judgement.unmet("it reads " + reply.body().length + " of 3 bytes");
        }
    }

    @Case(id = "6.2-content-length-empty", level = SHOULD, says = "CONTENT_LENGTH may be the empty string where there is no "
            + "body, which means the same as none (RFC 3875, 4.1)")
    static void contentLengthEmpty(Application app) {
        app.connect().request(1, 0, "CONTENT_LENGTH", "", "CONTENT_TYPE", "").expectPage(1);
    }

    @Case(id = "6.2-content-length-0", level = MUST, says = "CONTENT_LENGTH may be 0 (RFC 3875, 4.1.2)")
    static void contentLength0(Application app) {
        app.connect().request(1, 0, "CONTENT_LENGTH", "0").expectPage(1);
    }

    @Case(id = "6.2-content-length-odd", level = INFO, says = "A Web server sends CONTENT_LENGTH -1 for a body of "
            + "unknown length")
    static void contentLengthOdd(Application app) {
        app.connect().request(1, 0, "CONTENT_LENGTH", "-1").expectSomeEnd(1);
    }

    @Case(id = "6.2-unread-body", level = MUST, says = "The script is not obliged to read any of the body (RFC 3875, 4.2); "
            + "what it has not read is not part of the next request on a connection that is kept (section 5.1)")
    static void unreadBody(Application app) {
        ToApplication c = app.needs(KEEP).connect().post(1, KEEP_CONN, bytes(100_000));
        c.reply(1).complete();
        c.request(1, 0).expectPage(1);
    }

    @Case(id = "6.2-stdin-before-params", level = INFO, says = "Inputs are not interleaved with each other (section 6.1): "
            + "STDIN comes after the end of PARAMS")
    static void stdinBeforeParams(Application app) {
        app.connect().begin(1, RESPONDER, 0).stdin(1, "abc".getBytes()).params(1).endStdin(1).expectSomeEnd(1);
    }

    @Case(id = "6.2-stdin-end-missing", level = INFO, says = "When a role protocol calls for transmitting a stream, at least "
            + "one record is always transmitted (section 6.1): a page that needs no body need not wait for it")
    static void stdinEndMissing(Application app) {
        ToApplication c = app.connect().begin(1, RESPONDER, 0).params(1);
        FcgiRecord end = c.poll(record -> record.is(END_REQUEST, 1), app.trial().quiet());
        app.trial().saw(end != null ? "it answers" : "it waits for the end of STDIN");
    }
}
