package dev.fcgi.examples.check;

import static dev.fcgi.examples.check.Ability.UNKNOWN_TYPES;
import static dev.fcgi.examples.check.FcgiRecord.GET_VALUES_RESULT;
import static dev.fcgi.examples.check.FcgiRecord.RESPONDER;
import static dev.fcgi.examples.check.FcgiRecord.UNKNOWN_TYPE;
import static dev.fcgi.examples.check.Level.INFO;
import static dev.fcgi.examples.check.Level.MUST;
import static dev.fcgi.examples.check.Level.SHOULD;

/** Section 4.2: management records of unknown types. */
final class UnknownTypeCases {
    private static final String UNKNOWN = "When an application receives a management record whose type T it does not "
            + "understand, the application responds with {FCGI_UNKNOWN_TYPE, 0, {T}}";

    private UnknownTypeCases() {}

    private static void expectUnknown(ToApplication c, int type) {
        FcgiRecord answer = c.expectAny(UNKNOWN_TYPE);
        if (answer.content().length == 0 || (answer.content()[0] & 0xFF) != type) {
            throw Judgement.unmet("for type " + type + ": " + answer);
        }
    }

    @Case(id = "4.2-type-12", level = MUST, says = UNKNOWN)
    static void type12(Application app) {
        expectUnknown(app.connect().record(12, 0, new byte[0]), 12);
    }

    @Case(id = "4.2-type-255", level = MUST, says = UNKNOWN + ": up to 255")
    static void type255(Application app) {
        expectUnknown(app.needs(UNKNOWN_TYPES).connect().record(255, 0, new byte[0]), 255);
    }

    @Case(id = "4.2-type-0", level = INFO, says = "No type is zero, so it is an unknown one")
    static void type0(Application app) {
        expectUnknown(app.needs(UNKNOWN_TYPES).connect().record(0, 0, new byte[0]), 0);
    }

    @Case(id = "4.2-content", level = MUST, says = UNKNOWN + ", whatever its content")
    static void content(Application app) {
        expectUnknown(app.needs(UNKNOWN_TYPES).connect().padding(3).record(100, 0, new byte[1000]), 100);
    }

    @Case(id = "4.2-answer", level = MUST, says = "The content of a FCGI_UNKNOWN_TYPE record is the type and seven reserved "
            + "bytes; its requestId is zero")
    static void answer(Application app) {
        FcgiRecord answer = app.needs(UNKNOWN_TYPES).connect().record(50, 0, new byte[0]).expect(UNKNOWN_TYPE, 0);
        if (answer.content().length != 8) {
            throw Judgement.unmet("content of " + answer.content().length + " bytes");
        }
    }

    @Case(id = "4.2-goes-on", level = SHOULD, says = "The set of management record types is likely to grow; to provide for "
            + "this evolution, the application answers and goes on")
    static void goesOn(Application app) {
        ToApplication c = app.needs(UNKNOWN_TYPES).connect().record(99, 0, new byte[8]);
        expectUnknown(c, 99);
        c.request(1, 0).expectPage(1);
    }

    @Case(id = "4.2-in-request", level = MUST, says = UNKNOWN + ", also between the records of a request")
    static void inRequest(Application app) {
        ToApplication c = app.needs(UNKNOWN_TYPES).connect().begin(1, RESPONDER, 0).record(99, 0, new byte[8]).params(1).endStdin(1);
        expectUnknown(c, 99);
        c.expectPage(1);
    }

    @Case(id = "4.2-hundred", level = SHOULD, says = UNKNOWN + ", to each")
    static void hundred(Application app) {
        ToApplication c = app.needs(UNKNOWN_TYPES).connect();
        for (int i = 0; i < 100; i++) {
            c.record(100 + i, 0, new byte[8]);
        }
        for (int i = 0; i < 100; i++) {
            expectUnknown(c, 100 + i);
        }
    }

    @Case(id = "4.2-result-received", level = INFO, says = "An application sends FCGI_GET_VALUES_RESULT and "
            + "FCGI_UNKNOWN_TYPE; it has no use for those that it gets")
    static void resultReceived(Application app) {
        app.connect().record(GET_VALUES_RESULT, 0, FcgiRecord.pairs("FCGI_MAX_CONNS", "1"))
                .record(UNKNOWN_TYPE, 0, new byte[8]).seeWhatComes();
    }
}
