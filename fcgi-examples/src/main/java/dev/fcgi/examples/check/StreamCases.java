package dev.fcgi.examples.check;

import static dev.fcgi.examples.check.FcgiRecord.PARAMS;
import static dev.fcgi.examples.check.FcgiRecord.RESPONDER;
import static dev.fcgi.examples.check.FcgiRecord.STDIN;
import static dev.fcgi.examples.check.FcgiRecord.STDOUT;
import static dev.fcgi.examples.check.Level.INFO;
import static dev.fcgi.examples.check.Level.MUST;

import java.util.Arrays;
import java.util.List;

/** Section 3.3: a stream is the concatenation of its records, and has an end. */
final class StreamCases {
    private static final String INDEPENDENT = "The value of a stream is independent of how its bytes are divided among "
            + "the non-empty records";

    private StreamCases() {}

    private static void records(Application app, int length) {
        app.connect().begin(1, RESPONDER, 0).stream(PARAMS, 1, app.page().params(), length).endStream(PARAMS, 1)
                .endStdin(1).expectPage(1);
    }

    @Case(id = "3.3-params-of-1", level = MUST, says = INDEPENDENT + ": of one byte")
    static void paramsOf1(Application app) {
        records(app, 1);
    }

    @Case(id = "3.3-params-of-5", level = MUST, says = INDEPENDENT + ": of five bytes, and so within names and values")
    static void paramsOf5(Application app) {
        records(app, 5);
    }

    @Case(id = "3.3-params-of-64", level = MUST, says = INDEPENDENT + ": several pairs, and a part of one")
    static void paramsOf64(Application app) {
        records(app, 64);
    }

    @Case(id = "3.3-params-pair-each", level = MUST, says = INDEPENDENT + ": a pair in each")
    static void paramsPairEach(Application app) {
        ToApplication c = app.connect().begin(1, RESPONDER, 0);
        app.page().map().forEach((name, value) -> c.stream(PARAMS, 1, FcgiRecord.pairs(name, value)));
        c.endStream(PARAMS, 1).endStdin(1).expectPage(1);
    }

    @Case(id = "3.3-params-cut-in-length", level = MUST, says = INDEPENDENT + ", also within a length of four bytes")
    static void paramsCutInLength(Application app) {
        byte[] all = app.page().params("HTTP_X_LONG", "v".repeat(300));
        byte[] tail = FcgiRecord.pairs("HTTP_X_LONG", "v".repeat(300));
        int start = all.length - tail.length;
        ToApplication c = app.connect().begin(1, RESPONDER, 0).stream(PARAMS, 1, Arrays.copyOf(all, start));
        for (int i = start; i < start + 6; i++) {
            c.stream(PARAMS, 1, new byte[] {all[i]});
        }
        c.stream(PARAMS, 1, Arrays.copyOfRange(all, start + 6, all.length)).endStream(PARAMS, 1).endStdin(1)
                .expectPage(1);
    }

    @Case(id = "3.3-stdin-of-1", level = MUST, says = INDEPENDENT + ": of one byte")
    static void stdinOf1(Application app) {
        byte[] body = BodyCases.bytes(300);
        app.connectToEcho().postHead(1, 0, body.length).stream(STDIN, 1, body, 1).endStdin(1).reply(1).ok(body);
    }

    @Case(id = "3.3-stdin-uneven", level = MUST, says = INDEPENDENT + ": of all kinds of lengths")
    static void stdinUneven(Application app) {
        byte[] body = BodyCases.bytes(65535 + 1 + 8192 + 8184 + 3);
        ToApplication c = app.connectToEcho().postHead(1, 0, body.length);
        int from = 0;
        for (int length : new int[] {65535, 1, 8192, 8184, 3}) {
            c.stream(STDIN, 1, Arrays.copyOfRange(body, from, from += length));
        }
        c.endStdin(1).reply(1).ok(body);
    }

    @Case(id = "3.3-stdout-end", level = MUST, says = "A stream is a series of zero or more non-empty records, followed by "
            + "an empty record: STDOUT has an end before END_REQUEST")
    static void stdoutEnd(Application app) {
        Reply reply = app.connect().request(1, 0).reply(1).ok();
        List<FcgiRecord> stdout = reply.records().stream().filter(record -> record.type() == STDOUT).toList();
        if (stdout.get(stdout.size() - 1).content().length > 0) {
            throw Judgement.unmet("no empty STDOUT record");
        }
    }

    @Case(id = "3.3-stdout-end-last", level = MUST, says = "An empty record is the end of a stream: no record of STDOUT "
            + "follows it")
    static void stdoutEndLast(Application app) {
        Reply reply = app.connect().request(1, 0).reply(1).ok();
        List<FcgiRecord> stdout = reply.records().stream().filter(record -> record.type() == STDOUT).toList();
        for (FcgiRecord record : stdout.subList(0, stdout.size() - 1)) {
            if (record.content().length == 0) {
                throw Judgement.unmet("an empty STDOUT record that is not the last one");
            }
        }
    }

    @Case(id = "3.3-params-empty", level = INFO, says = "A stream may be empty, also PARAMS, though CGI has names that "
            + "must be there")
    static void paramsEmpty(Application app) {
        app.connect().begin(1, RESPONDER, 0).endStream(PARAMS, 1).endStdin(1).expectSomeEnd(1);
    }

    @Case(id = "3.3-params-after-end", level = INFO, says = "An empty record is the end of a stream: PARAMS records "
            + "after it have no meaning")
    static void paramsAfterEnd(Application app) {
        app.connect().begin(1, RESPONDER, 0).params(1).stream(PARAMS, 1, FcgiRecord.pairs("LATE", "1")).endStdin(1)
                .expectSomeEnd(1);
    }

    @Case(id = "3.3-stdin-after-end", level = INFO, says = "An empty record is the end of a stream: STDIN records "
            + "after it are not part of the body")
    static void stdinAfterEnd(Application app) {
        Reply reply = app.connectToEcho().postHead(1, 0, 6).stdin(1, "abc".getBytes()).endStdin(1)
                .stdin(1, "def".getBytes()).endStdin(1).reply(1);
        if (reply.isEnded() && new String(reply.body()).contains("def")) {
            throw Judgement.unmet("it is part of the body");
        }
    }
}
