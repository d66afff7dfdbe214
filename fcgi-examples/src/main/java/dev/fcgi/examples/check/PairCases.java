package dev.fcgi.examples.check;

import static dev.fcgi.examples.check.FcgiRecord.PARAMS;
import static dev.fcgi.examples.check.FcgiRecord.RESPONDER;
import static dev.fcgi.examples.check.FcgiRecord.pair;
import static dev.fcgi.examples.check.Level.INFO;
import static dev.fcgi.examples.check.Level.MUST;
import static dev.fcgi.examples.check.Level.SHOULD;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * Section 3.4: name-value pairs. The unusual pair comes first: an application that misreads it gets none of the pairs
 * after it, and does not find the page.
 */
final class PairCases {
    private PairCases() {}

    private static ToApplication first(Application app, byte[] pairs) {
        return app.connect().begin(1, RESPONDER, 0).stream(PARAMS, 1, pairs).params(1).endStdin(1);
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    @Case(id = "3.4-length-127", level = MUST, says = "Lengths of 127 bytes and less can be encoded in one byte")
    static void length127(Application app) {
        first(app, FcgiRecord.pairs("HTTP_X_A", "v".repeat(127))).expectPage(1);
    }

    @Case(id = "3.4-length-128", level = MUST, says = "Longer lengths are always encoded in four bytes")
    static void length128(Application app) {
        first(app, FcgiRecord.pairs("HTTP_X_A", "v".repeat(128))).expectPage(1);
    }

    @Case(id = "3.4-long-name", level = MUST, says = "FCGI_NameValuePair41: a name of more than 127 bytes, a value of less")
    static void longName(Application app) {
        first(app, FcgiRecord.pairs("HTTP_X_" + "N".repeat(200), "v")).expectPage(1);
    }

    @Case(id = "3.4-long-both", level = MUST, says = "FCGI_NameValuePair44: a name and a value of more than 127 bytes")
    static void longBoth(Application app) {
        first(app, FcgiRecord.pairs("HTTP_X_" + "N".repeat(200), "v".repeat(1000))).expectPage(1);
    }

    @Case(id = "3.4-four-bytes-for-little", level = MUST, says = "A high-order one implies a four-byte encoding, whatever "
            + "the length: 127 bytes and less can be encoded in one byte, and need not be")
    static void fourBytesForLittle(Application app) {
        first(app, pair(text("HTTP_X_A"), text("v"), true, true)).expectPage(1);
    }

    @Case(id = "3.4-four-bytes-for-value", level = MUST, says = "FCGI_NameValuePair14, also of a short value")
    static void fourBytesForValue(Application app) {
        first(app, pair(text("HTTP_X_A"), text("v"), false, true)).expectPage(1);
    }

    @Case(id = "3.4-empty-value", level = MUST, says = "A length may be zero")
    static void emptyValue(Application app) {
        first(app, FcgiRecord.pairs("HTTP_X_A", "")).expectPage(1);
    }

    @Case(id = "3.4-empty-name", level = INFO, says = "A name of length zero can be encoded, and names nothing")
    static void emptyName(Application app) {
        first(app, FcgiRecord.pairs("", "value")).expectSomeEnd(1);
    }

    @Case(id = "3.4-binary-value", level = MUST, says = "This format allows the sender to transmit binary values without "
            + "additional encoding")
    static void binaryValue(Application app) {
        byte[] value = new byte[255];
        for (int i = 0; i < value.length; i++) {
            value[i] = (byte) (i + 1); // no null byte, says section 6.1
        }
        first(app, pair(text("HTTP_X_A"), value, false, true)).expectPage(1);
    }

    @Case(id = "3.4-value-70000", level = MUST, says = "Lengths of four bytes are for large values, which go on in the "
            + "next record")
    static void value70000(Application app) {
        first(app, FcgiRecord.pairs("HTTP_COOKIE", "c".repeat(70_000))).expectPage(1);
    }

    @Case(id = "3.4-hundred-pairs", level = MUST, says = "FastCGI applications need to read varying numbers of values")
    static void hundredPairs(Application app) {
        ByteArrayOutputStream pairs = new ByteArrayOutputStream();
        for (int i = 0; i < 100; i++) {
            pairs.writeBytes(FcgiRecord.pairs("HTTP_X_" + i, "value " + i));
        }
        first(app, pairs.toByteArray()).expectPage(1);
    }

    @Case(id = "3.4-name-twice", level = SHOULD, says = "Web servers send a pair for each of several header fields of one "
            + "name")
    static void nameTwice(Application app) {
        first(app, FcgiRecord.pairs("HTTP_X_A", "1", "HTTP_X_A", "2", "HTTP_COOKIE", "a=1", "HTTP_COOKIE", "b=2"))
                .expectPage(1);
    }

    @Case(id = "3.4-nul-in-value", level = INFO, says = "The value itself does not include a null byte (section 6.1)")
    static void nulInValue(Application app) {
        first(app, FcgiRecord.pairs("HTTP_X_A", "a\0b")).expectSomeEnd(1);
    }

    private static void malformed(Application app, String hex) {
        app.connect().begin(1, RESPONDER, 0).stream(PARAMS, 1, app.page().params())
                .stream(PARAMS, 1, HexFormat.of().parseHex(hex)).endStream(PARAMS, 1).endStdin(1).expectSomeEnd(1);
    }

    @Case(id = "3.4-pair-cut-off", level = INFO, says = "A pair that is longer than the rest of the stream is malformed")
    static void pairCutOff(Application app) {
        malformed(app, "057F414243");
    }

    @Case(id = "3.4-length-cut-off", level = INFO, says = "A length that ends after two bytes is malformed")
    static void lengthCutOff(Application app) {
        malformed(app, "0180FF");
    }

    @Case(id = "3.4-length-huge", level = INFO, says = "The receiver can allocate the correct amount of storage "
            + "immediately: but it should not do so for 2 GiB")
    static void lengthHuge(Application app) {
        malformed(app, "FFFFFFFFFFFFFFFF41");
    }
}
