package dev.fcgi.examples.check;

import static dev.fcgi.examples.check.FcgiRecord.REQUEST_COMPLETE;
import static dev.fcgi.examples.check.FcgiRecord.STDIN;
import static dev.fcgi.examples.check.FcgiRecord.STDOUT;
import static dev.fcgi.examples.check.Level.INFO;
import static dev.fcgi.examples.check.Level.MUST;
import static dev.fcgi.examples.check.Level.SHOULD;

import java.util.Arrays;

/** Section 6.2: how a web server handles a response, CGI/1.1 stdout data. */
final class AnswerContentCases {
    private static final String CGI = "The Responder sends CGI/1.1 stdout data over FCGI_STDOUT: ";

    private AnswerContentCases() {}

    @Case(id = "6.2-got-page", level = MUST, says = CGI + "a head, an empty line, and a body")
    static void page(WebServer web) {
        web.visit().page().end().expectPage();
    }

    @Case(id = "6.2-got-large-page", level = MUST, says = CGI + "of any length")
    static void largePage(WebServer web) {
        web.visit().of(3_000_000).page().end().expectPage();
    }

    @Case(id = "6.2-got-empty-page", level = MUST, says = CGI + "the body may be empty")
    static void emptyPage(WebServer web) {
        Answer answer = web.visit().of(0).page().end().answer();
        if (answer.kind() != Answer.Kind.SHORT) {
            throw Judgement.unmet("the browser gets " + answer.told());
        }
    }

    @Case(id = "6.2-got-binary-page", level = MUST, says = "FCGI_STDOUT is for sending arbitrary data (section 5.3)")
    static void binaryPage(WebServer web) {
        Visit visit = web.visit();
        byte[] all = Arrays.copyOf(visit.bytes(), 5 * 256);
        for (int i = 256; i < all.length; i++) {
            all[i] = (byte) (i / 4);
        }
        visit.is(all).page().end().expectPage();
    }

    @Case(id = "6.2-got-slow-page", level = MUST, says = CGI + "it may take its time")
    static void slowPage(WebServer web) {
        Visit visit = web.visit().pause(web.trial().quiet()).stdout(Visit.HEAD).flush().pause(web.trial().quiet());
        byte[] page = visit.bytes();
        visit.stdout(Arrays.copyOf(page, 100)).flush().pause(web.trial().quiet());
        visit.stdout(Arrays.copyOfRange(page, 100, page.length)).end().expectPage();
    }

    @Case(id = "6.2-got-newline-lf", level = MUST, says = CGI + "lines end with LF (RFC 3875, 6.3 and 7.2)")
    static void newlineLf(WebServer web) {
        web.visit().stdout("Content-Type: text/plain\n\n").body().end().expectPage();
    }

    @Case(id = "6.2-got-status", level = MUST, says = "FastCGI applications set response status using the Status and Location "
            + "CGI headers (section 6.1)")
    static void status(WebServer web) {
        expectStatus(web.visit().stdout("Status: 404 Not Found\r\n").page().end().expectContent(), 404);
    }

    @Case(id = "6.2-got-status-last", level = MUST, says = CGI + "the order of header fields is not significant (RFC 3875, 6.3)")
    static void statusLast(WebServer web) {
        expectStatus(web.visit().stdout("Content-Type: text/plain\r\nX-A: b\r\nStatus: 403 No\r\n\r\n").body().end()
                .expectContent(), 403);
    }

    @Case(id = "6.2-got-location", level = MUST, says = "FastCGI applications set response status using the Status and Location "
            + "CGI headers (section 6.1): Location alone is status 302 (RFC 3875, 6.2.3)")
    static void location(WebServer web) {
        Answer answer = web.visit().stdout("Location: http://127.0.0.1:9/elsewhere\r\n\r\n").end().answer();
        expectStatus(answer, 302);
    }

    private static void expectStatus(Answer answer, int status) {
        if (!answer.output().startsWith("HTTP/")) {
            throw Judgement.unimplemented("the browser does not tell the status: curl would with -i");
        }
        if (answer.status() != status) {
            throw Judgement.unmet("the browser gets status " + answer.status() + ", not " + status);
        }
    }

    @Case(id = "6.2-got-long-field", level = SHOULD, says = CGI + "a header field may be long, of 3000 bytes here")
    static void longField(WebServer web) {
        web.visit().stdout("X-Long: " + "v".repeat(3_000) + "\r\n").page().end().expectPage();
    }

    @Case(id = "6.2-got-long-head", level = INFO, says = CGI + "a head of 30000 bytes")
    static void longHead(WebServer web) {
        StringBuilder head = new StringBuilder();
        for (int i = 0; i < 60; i++) {
            head.append("X-Field-").append(i).append(": ").append("v".repeat(500)).append("\r\n");
        }
        web.visit().stdout(head.toString()).page().end().expectSense();
    }

    @Case(id = "6.2-got-no-head", level = INFO, says = CGI + "RFC 3875 does not mention a body without a head")
    static void noHead(WebServer web) {
        web.needsHead().visit().body().end().expectSense();
    }

    @Case(id = "6.2-got-no-content-type", level = INFO, says = "The script must supply a Content-Type if there is a body (RFC "
            + "3875, 6.3.1); it does not mention one without")
    static void noContentType(WebServer web) {
        web.needsHead().visit().stdout("X-Other: field\r\n\r\n").body().end().expectSense();
    }

    @Case(id = "6.2-got-content-length", level = MUST, says = CGI + "Content-Length is a header field of HTTP's (RFC 3875, 6.3.4)")
    static void contentLength(WebServer web) {
        web.visit().stdout("Content-Length: 200\r\n").page().end().expectPage();
    }

    @Case(id = "6.2-got-less-than-content-length", level = SHOULD, says = CGI + "the browser learns that a page is "
            + "shorter than its Content-Length")
    static void lessThanContentLength(WebServer web) {
        web.needsHead().visit().of(200).stdout("Content-Length: 300\r\n").page().end().expectFailure();
    }

    @Case(id = "6.2-got-more-than-content-length", level = INFO, says = CGI + "a page that is longer than its "
            + "Content-Length is not mentioned")
    static void moreThanContentLength(WebServer web) {
        web.needsHead().visit().stdout("Content-Length: 100\r\n").page().end().expectSense();
    }

    // ---- responses before the end of the request

    private static final int LARGE = 1_000_000;

    @Case(id = "6.2-got-early-page", level = MUST, says = "The Responder needn't finish reading from FCGI_STDIN before it begins "
            + "writing FCGI_STDOUT")
    static void earlyPage(WebServer web) {
        Visit visit = web.visit(new byte[LARGE]).page().flush();
        visit.stdin();
        visit.end().expectPage();
    }

    @Case(id = "6.2-got-early-end", level = SHOULD, says = "The script is not obliged to read any of the body (RFC 3875, 4.2): "
            + "END_REQUEST may come before the end of STDIN")
    static void earlyEnd(WebServer web) {
        Visit visit = web.visit(new byte[LARGE]).page().endStream(STDOUT)
                .endRequest(FcgiRecord.endBody(0, REQUEST_COMPLETE)).flush();
        visit.awaitEnd(STDIN); // reads what arrives, without waiting in vain if nothing more does
        visit.closeIfOurs().expectPage();
    }

    @Case(id = "6.2-got-page-before-stdin", level = INFO, says = "The Responder needn't finish reading from FCGI_STDIN before it "
            + "begins writing: does the page wait for the whole body?")
    static void pageBeforeStdin(WebServer web) {
        Visit visit = web.visit(new byte[100]);
        web.trial().saw(visit.request().hasEnded(STDIN) ? "STDIN has ended with PARAMS" : "STDIN comes later");
        visit.page().end().expectSense();
    }
}
