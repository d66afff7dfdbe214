package dev.fcgi.examples.check;

import static dev.fcgi.examples.check.FcgiRecord.BEGIN_REQUEST;
import static dev.fcgi.examples.check.FcgiRecord.KEEP_CONN;
import static dev.fcgi.examples.check.FcgiRecord.PARAMS;
import static dev.fcgi.examples.check.FcgiRecord.RESPONDER;
import static dev.fcgi.examples.check.FcgiRecord.STDIN;
import static dev.fcgi.examples.check.Level.INFO;
import static dev.fcgi.examples.check.Level.MUST;
import static dev.fcgi.examples.check.Level.SHOULD;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/** Sections 3.3 to 6.1: the records that a web server sends for a request. */
final class SentRequestCases {
    private static final int SMALL_ID = 255;

    private SentRequestCases() {}

    /** A whole request, answered. */
    private static FcgiRequest request(WebServer web) {
        Visit visit = web.visit();
        visit.awaitEnd(STDIN);
        visit.page().end().expectPage();
        return visit.request();
    }

    private static void all(WebServer web, Predicate<FcgiRecord> condition, String otherwise) {
        for (FcgiRecord record : request(web).records()) {
            if (!condition.test(record)) {
                throw Judgement.unmet(record + " " + otherwise);
            }
        }
    }

    @Case(id = "3.3-sent-version", level = MUST, says = "version identifies the FastCGI protocol version: FCGI_VERSION_1")
    static void version(WebServer web) {
        all(web, record -> record.version() == 1, "is not of version 1");
    }

    @Case(id = "3.3-sent-reserved", level = INFO, says = "A record has a reserved byte without a meaning")
    static void reserved(WebServer web) {
        all(web, record -> record.reserved() == 0, "has something in its reserved byte");
    }

    @Case(id = "3.3-sent-alignment", level = SHOULD, says = "We recommend that records be placed on boundaries that are "
            + "multiples of eight bytes")
    static void alignment(WebServer web) {
        all(web, record -> record.length() % 8 == 0, "is not followed by padding up to a multiple of eight bytes");
    }

    @Case(id = "3.3-sent-request-id", level = MUST, says = "Application records have a nonzero requestId, which identifies "
            + "the FastCGI request to which the record belongs")
    static void requestId(WebServer web) {
        FcgiRequest request = request(web);
        if (request.id() == 0) {
            throw Judgement.unmet(request.begin() + " has the null request ID");
        }
        web.others().filter(record -> record.id() != 0 || record.is(PARAMS, 0) || record.is(STDIN, 0)).findFirst()
                .ifPresent(record -> {
                    throw Judgement.unmet(record + " is of no request: that has ID " + request.id());
                });
    }

    @Case(id = "3.3-sent-small-id", level = SHOULD, says = "The Web server attempts to keep FastCGI request IDs small")
    static void smallId(WebServer web) {
        int id = request(web).id();
        web.trial().saw("ID " + id);
        if (id > SMALL_ID) {
            throw Judgement.unmet("the first request of a connection has ID " + id);
        }
    }

    @Case(id = "3.4-sent-pairs", level = MUST, says = "FastCGI transmits a name-value pair as the length of the name, "
            + "followed by the length of the value, followed by the name, followed by the value")
    static void pairs(WebServer web) {
        FcgiRequest request = request(web);
        for (Map.Entry<String, String> pair : request.pairs()) {
            if (!pair.getKey().matches("[!-~]+")) {
                throw Judgement.unmet("a name is " + Transcript.text(pair.getKey().getBytes()));
            }
        }
    }

    @Case(id = "3.4-sent-long-values", level = MUST, says = "Lengths of 127 bytes and less can be encoded in one byte, while "
            + "longer lengths are always encoded in four bytes")
    static void longValues(WebServer web) {
        for (int length : new int[] {126, 127, 128, 129, 250}) {
            Visit visit = web.visit(length);
            String name = "x".repeat(length - 20);
            visit.page().end().expectPage();
            if (visit.request().pairs().stream().noneMatch(pair -> pair.getValue().contains(name))) {
                throw Judgement.unmet("a name of " + length + " bytes has not come in any value");
            }
        }
    }

    @Case(id = "5.1-sent-length", level = MUST, says = "The contentData of BEGIN_REQUEST is the role, the flags and five "
            + "reserved bytes")
    static void beginLength(WebServer web) {
        int length = request(web).begin().content().length;
        if (length != 8) {
            throw Judgement.unmet("BEGIN_REQUEST has " + length + " bytes");
        }
    }

    @Case(id = "5.1-sent-role", level = MUST, says = "The role component sets the role the Web server expects the "
            + "application to play: for a page it is FCGI_RESPONDER")
    static void role(WebServer web) {
        FcgiRecord begin = request(web).begin();
        if (begin.content().length < 2 || ByteBuffer.wrap(begin.content()).getShort() != RESPONDER) {
            throw Judgement.unmet("the role is not 1: " + begin);
        }
    }

    @Case(id = "5.1-sent-flags", level = SHOULD, says = "The flags component contains a bit that controls connection "
            + "shutdown; others, and the reserved bytes, have no meaning yet")
    static void flags(WebServer web) {
        byte[] begin = request(web).begin().content();
        for (int i = 2; i < begin.length; i++) {
            if ((begin[i] & ~(i == 2 ? KEEP_CONN : 0)) != 0) {
                throw Judgement.unmet("byte " + i + " of BEGIN_REQUEST is " + (begin[i] & 0xFF));
            }
        }
    }

    @Case(id = "5.1-sent-first", level = MUST, says = "The Web server sends BEGIN_REQUEST to start a request: before all "
            + "other records of it, and once")
    static void beginFirst(WebServer web) {
        FcgiRequest request = request(web);
        web.others().filter(record -> record.id() == request.id()).findFirst().ifPresent(record -> {
            throw Judgement.unmet(record + " comes before BEGIN_REQUEST");
        });
        if (request.connection().requests().stream().filter(one -> one.id() == request.id()).count() > 1) {
            throw Judgement.unmet("BEGIN_REQUEST comes more than once");
        }
    }

    private static void oneEnd(FcgiRequest request, int type) {
        List<FcgiRecord> records = request.records().stream().filter(record -> record.type() == type).toList();
        String name = FcgiRecord.typeName(type);
        if (!request.hasEnded(type)) {
            throw Judgement.unmet("there is no empty record of " + name);
        }
        if (records.get(records.size() - 1).content().length > 0
                || records.stream().filter(record -> record.content().length == 0).count() > 1) {
            throw Judgement.unmet("the first empty record of " + name + " is not the last of its records");
        }
    }

    @Case(id = "5.2-sent-params-end", level = MUST, says = "A stream is a series of zero or more non-empty records, followed "
            + "by an empty record (section 3.3)")
    static void paramsEnd(WebServer web) {
        oneEnd(request(web), PARAMS);
    }

    @Case(id = "5.3-sent-stdin-end", level = MUST, says = "When a role protocol calls for transmitting a stream, at least "
            + "one record of the stream type is always transmitted, even if the stream is empty (section 6.1)")
    static void stdinEnd(WebServer web) {
        oneEnd(request(web), STDIN);
    }

    @Case(id = "6.1-sent-in-order", level = MUST, says = "Inputs are not interleaved with each other: BEGIN_REQUEST, PARAMS "
            + "to its end, then STDIN")
    static void inOrder(WebServer web) {
        int last = 0;
        for (FcgiRecord record : request(web).records()) {
            int place = List.of(BEGIN_REQUEST, PARAMS, STDIN).indexOf(record.type());
            if (place < last) {
                throw Judgement.unmet(record + " comes too late, or has no place in a request");
            }
            last = place;
        }
    }

    @Case(id = "6.1-sent-no-null-byte", level = MUST, says = "The length of the value does not include the terminating null "
            + "byte, and the value itself does not include a null byte")
    static void noNullByte(WebServer web) {
        for (Map.Entry<String, String> pair : request(web).pairs()) {
            if (pair.getKey().indexOf('\0') >= 0 || pair.getValue().indexOf('\0') >= 0) {
                throw Judgement.unmet("there is a null byte in " + Transcript.text(pair.toString().getBytes()));
            }
        }
    }

    @Case(id = "6.2-sent-names-once", level = SHOULD, says = "CGI/1.1 environment variables have one value each (RFC 3875, "
            + "4.1.18: several header fields are one variable)")
    static void namesOnce(WebServer web) {
        Set<String> names = new HashSet<>();
        for (Map.Entry<String, String> pair : request(web).pairs()) {
            if (!names.add(pair.getKey())) {
                throw Judgement.unmet(pair.getKey() + " comes more than once");
            }
        }
    }

    // ---- bodies

    private static FcgiRequest post(WebServer web, int length) {
        byte[] body = new byte[length];
        for (int i = 0; i < length; i++) {
            body[i] = (byte) (i % 251);
        }
        Visit visit = web.visit(body);
        byte[] stdin = visit.stdin();
        if (!Arrays.equals(stdin, body)) {
            throw Judgement.unmet("STDIN is " + stdin.length + " bytes other than the " + length + " of the browser: from "
                    + Arrays.mismatch(stdin, body) + " on");
        }
        visit.page().end().expectPage();
        return visit.request();
    }

    @Case(id = "5.3-sent-body", level = MUST, says = "FCGI_STDIN is used in sending arbitrary data: any bytes")
    static void body(WebServer web) {
        post(web, 1000);
    }

    @Case(id = "5.3-sent-large-body", level = MUST, says = "FCGI_STDIN is used in sending arbitrary data, in as many records "
            + "as it needs")
    static void largeBody(WebServer web) {
        post(web, 300_000);
    }

    @Case(id = "5.3-sent-no-body", level = MUST, says = "The application receives at most CONTENT_LENGTH bytes from STDIN "
            + "(section 6.2): none where there is no body")
    static void noBody(WebServer web) {
        FcgiRequest request = request(web);
        if (request.stream(STDIN).length > 0) {
            throw Judgement.unmet("STDIN has " + request.stream(STDIN).length + " bytes for a request without a body");
        }
        String length = request.param("CONTENT_LENGTH");
        if (length != null && !length.isEmpty() && !length.equals("0")) {
            throw Judgement.unmet("CONTENT_LENGTH is " + length + " for a request without a body");
        }
    }

    @Case(id = "6.2-sent-content-length", level = MUST, says = "The server must set CONTENT_LENGTH if and only if the request "
            + "has a body (RFC 3875, 4.1.2); the application receives at most as many bytes, and less only if the "
            + "client fails")
    static void contentLength(WebServer web) {
        String length = post(web, 1000).param("CONTENT_LENGTH");
        if (!"1000".equals(length)) {
            throw Judgement.unmet("CONTENT_LENGTH is " + length + " for a body of 1000 bytes");
        }
    }
}
