package dev.fcgi.examples.check;

import static dev.fcgi.examples.check.FcgiRecord.END_REQUEST;
import static dev.fcgi.examples.check.FcgiRecord.REQUEST_COMPLETE;
import static dev.fcgi.examples.check.FcgiRecord.STDERR;
import static dev.fcgi.examples.check.FcgiRecord.STDOUT;
import static dev.fcgi.examples.check.FcgiRecord.UNKNOWN_TYPE;
import static dev.fcgi.examples.check.Level.INFO;
import static dev.fcgi.examples.check.Level.MUST;
import static dev.fcgi.examples.check.Level.SHOULD;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** Sections 3.3, 4.2, 5.3 and 6.1: how a web server handles the records of a response. */
final class AnswerRecordCases {
    private static final String PADDED = "The protocol requires receivers to interpret the paddingLength and skip the "
            + "paddingData";
    private static final String DIVIDED = "The value of a stream is independent of how many records it contains or how its "
            + "bytes are divided among the non-empty records";

    private AnswerRecordCases() {}

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    @Case(id = "3.3-got-padding-1", level = MUST, says = PADDED)
    static void padding1(WebServer web) {
        web.visit().padding(1).page().end().expectPage();
    }

    @Case(id = "3.3-got-padding-255", level = MUST, says = PADDED + ": up to 255 bytes, of empty records, too")
    static void padding255(WebServer web) {
        web.visit().padding(255).page().end().expectPage();
    }

    @Case(id = "3.3-got-padding-later", level = MUST, says = PADDED + ", also where it comes after the content")
    static void paddingLater(WebServer web) {
        Visit visit = web.visit();
        visit.stdout(Visit.HEAD).flush();
        byte[] record = FcgiRecord.of(STDOUT, visit.request().id(), visit.bytes(), 200).bytes();
        visit.connection().raw(Arrays.copyOf(record, record.length - 150)).flush();
        visit.pause(web.trial().quiet());
        visit.connection().raw(Arrays.copyOfRange(record, record.length - 150, record.length));
        visit.end().expectPage();
    }

    @Case(id = "3.3-got-pieces", level = MUST, says = "Records arrive as the transport splits them, even byte by byte")
    static void pieces(WebServer web) {
        web.visit().pieces(1).page().end().expectPage();
    }

    @Case(id = "3.3-got-records-of-1", level = MUST, says = DIVIDED + ": of one byte, in the head, too")
    static void recordsOf1(WebServer web) {
        Visit visit = web.visit();
        for (byte one : ascii(Visit.HEAD)) {
            visit.stdout(new byte[] {one});
        }
        for (byte one : visit.bytes()) {
            visit.stdout(new byte[] {one});
        }
        visit.end().expectPage();
    }

    @Case(id = "3.3-got-records-of-65535", level = MUST, says = "contentData: Between 0 and 65535 bytes of data")
    static void recordsOf65535(WebServer web) {
        web.visit().of(3 * 65535).padding(255).page().end().expectPage();
    }

    @Case(id = "3.3-got-one-record", level = MUST, says = DIVIDED + ": head and body in one")
    static void oneRecord(WebServer web) {
        Visit visit = web.visit();
        visit.stdout(Visit.HEAD + new String(visit.bytes(), StandardCharsets.US_ASCII)).end().expectPage();
    }

    @Case(id = "3.3-got-reserved", level = INFO, says = "A record has a reserved byte without a meaning")
    static void reserved(WebServer web) {
        Visit visit = web.visit();
        for (byte[] content : List.of(ascii(Visit.HEAD), visit.bytes())) {
            visit.connection().record(new FcgiRecord(1, STDOUT, visit.request().id(), content, new byte[0], 0x55));
        }
        visit.end().expectPage();
    }

    @Case(id = "3.3-got-version-2", level = INFO, says = "version identifies the FastCGI protocol version; versions "
            + "other than 1 are not mentioned")
    static void version2(WebServer web) {
        Visit visit = web.visit();
        for (byte[] content : List.of(ascii(Visit.HEAD), visit.bytes())) {
            visit.connection().record(new FcgiRecord(2, STDOUT, visit.request().id(), content, new byte[0], 0));
        }
        visit.end().expectSense();
    }

    @Case(id = "3.3-got-other-id", level = MUST, says = "requestId identifies the FastCGI request to which the record belongs: "
            + "records of another request are not for this browser")
    static void otherId(WebServer web) {
        Visit visit = web.visit();
        visit.stdout(Visit.HEAD).flush();
        visit.connection().record(STDOUT, visit.request().id() + 6, ascii("for somebody else"));
        visit.body().end().expectNoShortPage();
    }

    @Case(id = "3.3-got-unknown-type", level = INFO, says = "type identifies the general function that the record performs; "
            + "types that a Web server does not know are not mentioned")
    static void unknownType(WebServer web) {
        web.visit().stdout(Visit.HEAD).record(99, ascii("unknown")).body().end().expectSense();
    }

    @Case(id = "4.2-got-unsolicited", level = INFO, says = "Management records have no request: an unsolicited "
            + "UNKNOWN_TYPE may come between the records of one")
    static void unsolicited(WebServer web) {
        Visit visit = web.visit().stdout(Visit.HEAD);
        visit.connection().record(UNKNOWN_TYPE, 0, new byte[] {77, 0, 0, 0, 0, 0, 0, 0});
        visit.body().end().expectSense();
    }

    // ---- STDERR

    @Case(id = "5.3-got-stderr", level = MUST, says = "FCGI_STDOUT and FCGI_STDERR are allowed to be interleaved (section 6.1): "
            + "the page is what is in the former")
    static void stderr(WebServer web) {
        Visit visit = web.visit();
        visit.stderr("one\n").stdout("Content-").stderr("two\n").stdout("Type: text/plain\r\n\r\n").stderr("three\n");
        byte[] page = visit.bytes();
        visit.stdout(Arrays.copyOf(page, 50)).stderr("four\n").stdout(Arrays.copyOfRange(page, 50, page.length));
        visit.stderr("five\n").end().expectPage();
    }

    @Case(id = "5.3-got-stderr-ended", level = MUST, says = "A stream ends with an empty record, STDERR as well, before "
            + "STDOUT or after it")
    static void stderrEnded(WebServer web) {
        web.visit().stderr("trouble\n").endStream(STDERR).page().end().expectPage();
        web.visit().stderr("trouble\n").page().endStream(STDOUT).endStream(STDERR)
                .endRequest(FcgiRecord.endBody(0, REQUEST_COMPLETE)).closeIfOurs().expectPage();
    }

    @Case(id = "6.1-got-stderr-empty", level = MUST, says = "If an application has no errors to report, it sends either no "
            + "FCGI_STDERR records or one zero-length FCGI_STDERR record")
    static void stderrEmpty(WebServer web) {
        web.visit().endStream(STDERR).page().end().expectPage();
        web.visit().page().endStream(STDERR).end().expectPage();
    }

    @Case(id = "5.3-got-stderr-large", level = SHOULD, says = "FCGI_STDERR is for arbitrary error data: its length "
            + "does not affect the page")
    static void stderrLarge(WebServer web) {
        web.visit().stderr("trouble of many kinds\n".repeat(10_000)).page().end().expectPage();
    }

    @Case(id = "5.3-got-stderr-without-newline", level = SHOULD, says = "FCGI_STDERR is a byte stream: it need not have lines")
    static void stderrWithoutNewline(WebServer web) {
        web.visit().stderr("trouble").stdout(Visit.HEAD).stderr("\0\u00ff\u001b").body().end().expectPage();
    }

    // ---- ends of streams

    @Case(id = "6.1-got-stdout-unended", level = SHOULD, says = "A stream ends with an empty record (section 3.3); "
            + "some applications end requests without it")
    static void stdoutUnended(WebServer web) {
        web.visit().page().endRequest(FcgiRecord.endBody(0, REQUEST_COMPLETE)).closeIfOurs().expectPage();
    }

    @Case(id = "3.3-got-stdout-after-end", level = INFO, says = "A stream ends with an empty record: nothing of it follows")
    static void stdoutAfterEnd(WebServer web) {
        Visit visit = web.visit().page().endStream(STDOUT);
        visit.connection().record(STDOUT, visit.request().id(), ascii("too late"));
        visit.endRequest(FcgiRecord.endBody(0, REQUEST_COMPLETE)).closeIfOurs().expectSense();
    }

    @Case(id = "3.3-got-after-end-request", level = SHOULD, says = "A request is inactive when END_REQUEST is sent: what follows "
            + "is not for the browser, and not for the next one")
    static void afterEndRequest(WebServer web) {
        Visit visit = web.visit().page().endStream(STDOUT).endRequest(FcgiRecord.endBody(0, REQUEST_COMPLETE));
        visit.connection().record(STDOUT, visit.request().id(), ascii(Visit.HEAD + "for nobody"));
        visit.flush().expectPage();
        if (!visit.request().keepsConnection()) {
            visit.close();
        }
        web.visit().page().end().expectPage();
    }

    @Case(id = "5.5-got-end-of-other-id", level = MUST, says = "{FCGI_END_REQUEST, R} is the end of request R and of "
            + "no other")
    static void endOfOtherId(WebServer web) {
        Visit visit = web.visit().stdout(Visit.HEAD);
        visit.connection().record(END_REQUEST, visit.request().id() + 6, FcgiRecord.endBody(0, REQUEST_COMPLETE));
        visit.body().end();
        visit.expectNoShortPage();
    }

    // ---- several browsers

    private static void browsers(WebServer web, int count) {
        List<Visit> visits = Stream.generate(web::ask).limit(count).toList();
        visits.forEach(Visit::received);
        long connections = visits.stream().map(Visit::connection).distinct().count();
        web.trial().saw(count + " requests on " + connections + " connections");
        visits.forEach(visit -> visit.of(20_000).stdout(Visit.HEAD));
        for (int from = 0; from < 20_000; from += 5_000) {
            for (Visit visit : visits) {
                visit.stdout(Arrays.copyOfRange(visit.bytes(), from, from + 5_000)).flush();
            }
        }
        for (int i = count - 1; i >= 0; i--) { // the last one first
            visits.get(i).endStream(STDOUT).endRequest(FcgiRecord.endBody(0, REQUEST_COMPLETE)).closeIfOurs();
        }
        visits.forEach(Visit::expectPage);
    }

    @Case(id = "3.3-got-two-browsers", level = MUST, says = "Records multiplex the transport connection between several "
            + "independent FastCGI requests: each browser gets its own page")
    static void twoBrowsers(WebServer web) {
        browsers(web, 2);
    }

    @Case(id = "3.3-got-eight-browsers", level = MUST, says = "Records multiplex the transport connection between several "
            + "independent FastCGI requests, or there are several connections")
    static void eightBrowsers(WebServer web) {
        browsers(web, 8);
    }
}
