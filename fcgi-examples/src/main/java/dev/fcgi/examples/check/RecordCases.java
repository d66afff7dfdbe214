package dev.fcgi.examples.check;

import static dev.fcgi.examples.check.Ability.KEEP;
import static dev.fcgi.examples.check.FcgiRecord.BEGIN_REQUEST;
import static dev.fcgi.examples.check.FcgiRecord.KEEP_CONN;
import static dev.fcgi.examples.check.FcgiRecord.PARAMS;
import static dev.fcgi.examples.check.FcgiRecord.RESPONDER;
import static dev.fcgi.examples.check.FcgiRecord.STDIN;
import static dev.fcgi.examples.check.Level.INFO;
import static dev.fcgi.examples.check.Level.MUST;
import static dev.fcgi.examples.check.Level.SHOULD;

import java.util.Arrays;
import java.util.List;

/** Section 3.3: records, sent and received, and their padding. */
final class RecordCases {
    private static final String SKIP = "The protocol requires receivers to interpret the paddingLength and skip the "
            + "paddingData";

    private RecordCases() {}

    // ---- what the application sends

    private static List<FcgiRecord> page(Application app) {
        Reply reply = app.connect().request(1, 0).reply(1);
        reply.ok();
        return reply.records();
    }

    @Case(id = "3.3-version-sent", level = MUST, says = "version identifies the FastCGI protocol version, FCGI_VERSION_1")
    static void versionSent(Application app) {
        for (FcgiRecord record : page(app)) {
            if (record.version() != 1) {
                throw Judgement.unmet("version " + record.version() + ": " + record);
            }
        }
    }

    @Case(id = "3.3-reserved-sent", level = INFO, says = "The last byte of a header is reserved; zero is what all send")
    static void reservedSent(Application app) {
        for (FcgiRecord record : page(app)) {
            if (record.reserved() != 0) {
                throw Judgement.unmet("reserved byte " + record.reserved() + ": " + record);
            }
        }
    }

    @Case(id = "3.3-alignment-sent", level = SHOULD, says = "We recommend that records be placed on boundaries that are "
            + "multiples of eight bytes")
    static void alignmentSent(Application app) {
        for (FcgiRecord record : page(app)) {
            if (record.length() % 8 != 0) {
                throw Judgement.unmet("a record of " + record.length() + " bytes: " + record);
            }
        }
    }

    @Case(id = "3.3-padding-sent", level = INFO, says = "paddingData has no meaning; bytes other than zero may leak "
            + "another request")
    static void paddingSent(Application app) {
        for (FcgiRecord record : page(app)) {
            if (!Arrays.equals(record.padding(), new byte[record.padding().length])) {
                throw Judgement.unmet("padding that is not zeros: " + record);
            }
        }
    }

    @Case(id = "3.3-type-sent", level = MUST, says = "An application answers a request with the records that its role "
            + "has, which are STDOUT, STDERR and END_REQUEST")
    static void typeSent(Application app) {
        for (FcgiRecord record : page(app)) {
            if (record.type() != FcgiRecord.STDOUT && record.type() != FcgiRecord.STDERR
                    && record.type() != FcgiRecord.END_REQUEST) {
                throw Judgement.unmet("" + record);
            }
        }
    }

    // ---- padding that it receives

    @Case(id = "3.3-padding-begin", level = MUST, says = SKIP + ": of BEGIN_REQUEST")
    static void paddingBegin(Application app) {
        app.connect().padding(255).begin(1, RESPONDER, 0).padding(0).params(1).endStdin(1).expectPage(1);
    }

    @Case(id = "3.3-padding-params", level = MUST, says = SKIP + ": of PARAMS")
    static void paddingParams(Application app) {
        app.connect().begin(1, RESPONDER, 0).padding(7).stream(PARAMS, 1, app.page().params()).padding(0)
                .endStream(PARAMS, 1).endStdin(1).expectPage(1);
    }

    @Case(id = "3.3-padding-params-end", level = MUST, says = SKIP + ": of the empty record that ends a stream")
    static void paddingParamsEnd(Application app) {
        app.connect().begin(1, RESPONDER, 0).stream(PARAMS, 1, app.page().params()).padding(200).endStream(PARAMS, 1)
                .padding(0).endStdin(1).expectPage(1);
    }

    @Case(id = "3.3-padding-stdin", level = MUST, says = SKIP + ": of STDIN")
    static void paddingStdin(Application app) {
        byte[] body = "hello, world".getBytes();
        app.connectToEcho().postHead(1, 0, body.length).padding(131).stream(STDIN, 1, body, 5).padding(0).endStdin(1)
                .reply(1).ok(body);
    }

    @Case(id = "3.3-padding-stdin-end", level = MUST, says = SKIP + ": of the last record of a request")
    static void paddingStdinEnd(Application app) {
        app.needs(KEEP).connect().begin(1, RESPONDER, KEEP_CONN).params(1).padding(77).endStdin(1).expectPage(1)
                .padding(0).request(1, 0).expectPage(1);
    }

    @Case(id = "3.3-padding-255", level = MUST, says = SKIP + ", which may be 255 bytes in every record")
    static void padding255(Application app) {
        app.connect().padding(255).request(1, 0).expectPage(1);
    }

    @Case(id = "3.3-padding-1", level = MUST, says = SKIP + ", which is not always a multiple of anything")
    static void padding1(Application app) {
        app.connect().padding(1).request(1, 0).expectPage(1);
    }

    @Case(id = "3.3-padding-late", level = MUST, says = SKIP + ", also when it comes after the content")
    static void paddingLate(Application app) {
        byte[] end = FcgiRecord.of(PARAMS, 1, new byte[0], 100).bytes();
        app.connect().begin(1, RESPONDER, 0).stream(PARAMS, 1, app.page().params())
                .raw(Arrays.copyOf(end, 8)).pause() // so that it reads the header without the padding
                .pieces(10).raw(Arrays.copyOfRange(end, 8, end.length)).endStdin(1).expectPage(1);
    }

    // ---- how they arrive

    @Case(id = "3.3-bytes-one-by-one", level = MUST, says = "A reliable transport keeps the order of bytes and nothing "
            + "else: a record may arrive byte by byte")
    static void bytesOneByOne(Application app) {
        app.connect().pieces(1).request(1, 0).expectPage(1);
    }

    @Case(id = "3.3-pieces-of-7", level = MUST, says = "A header of eight bytes may arrive in pieces of seven")
    static void piecesOf7(Application app) {
        app.connect().pieces(7).request(1, 0).expectPage(1);
    }

    @Case(id = "3.3-pieces-of-9", level = MUST, says = "A piece may hold the end of one record and the beginning of the next")
    static void piecesOf9(Application app) {
        app.connect().pieces(9).request(1, 0).expectPage(1);
    }

    @Case(id = "3.3-one-write-each", level = MUST, says = "Each record may come by itself")
    static void oneWriteEach(Application app) {
        app.connect().begin(1, RESPONDER, 0).flush().stream(PARAMS, 1, app.page().params()).flush()
                .endStream(PARAMS, 1).flush().endStdin(1).expectPage(1);
    }

    @Case(id = "3.3-content-65535", level = MUST, says = "contentData: Between 0 and 65535 bytes of data")
    static void content65535(Application app) {
        byte[] page = app.page().params();
        String name = "HTTP_X_LONG";
        // a pair has five bytes before its name
        String value = "v".repeat(FcgiRecord.MAX_LENGTH - page.length - name.length() - 5);
        app.connect().begin(1, RESPONDER, 0).params(1, name, value).endStdin(1).expectPage(1);
    }

    @Case(id = "3.3-reserved-ignored", level = SHOULD, says = "The last byte of a header is reserved: it has no "
            + "meaning in this version")
    static void reservedIgnored(Application app) {
        app.connect()
                .record(new FcgiRecord(1, BEGIN_REQUEST, 1, FcgiRecord.beginBody(RESPONDER, 0), new byte[0], 0xFF))
                .record(new FcgiRecord(1, PARAMS, 1, app.page().params(), new byte[0], 1))
                .record(new FcgiRecord(1, PARAMS, 1, new byte[0], new byte[0], 0x80))
                .record(new FcgiRecord(1, STDIN, 1, new byte[0], new byte[0], 0x7F))
                .expectPage(1);
    }

    @Case(id = "3.3-version-2", level = INFO, says = "This specification documents version 1; the length of a record "
            + "of another version is unknown")
    static void version2(Application app) {
        app.connect()
                .record(new FcgiRecord(2, BEGIN_REQUEST, 1, FcgiRecord.beginBody(RESPONDER, 0), new byte[0], 0))
                .params(1).endStdin(1).expectSomeEnd(1);
    }
}
