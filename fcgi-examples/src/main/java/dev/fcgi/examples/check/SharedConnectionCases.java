package dev.fcgi.examples.check;

import static dev.fcgi.examples.check.FcgiRecord.GET_VALUES;
import static dev.fcgi.examples.check.FcgiRecord.REQUEST_COMPLETE;
import static dev.fcgi.examples.check.FcgiRecord.STDOUT;
import static dev.fcgi.examples.check.Level.INFO;
import static dev.fcgi.examples.check.Level.MUST;
import static dev.fcgi.examples.check.Level.SHOULD;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Sections 3.5, 4.1 and 5.4: the connections of a web server, and what they carry besides one request. */
final class SharedConnectionCases {
    private static final String CONTROLS = "The Web server controls the lifetime of transport connections";

    private SharedConnectionCases() {}

    private static Visit page(WebServer web) {
        Visit visit = web.visit();
        visit.page().end().expectPage();
        return visit;
    }

    // ---- closing

    @Case(id = "3.5-got-close", level = MUST, says = "If FCGI_KEEP_CONN is zero, the application closes the connection after "
            + "responding to this request (section 5.1)")
    static void close(WebServer web) {
        if (page(web).request().keepsConnection()) {
            throw Judgement.unimplemented("it sets FCGI_KEEP_CONN");
        }
        page(web);
    }

    @Case(id = "3.5-got-half-close", level = SHOULD, says = "The application closes the connection, and may shut down "
            + "its output first")
    static void halfClose(WebServer web) {
        Visit visit = web.visit().page().endStream(STDOUT).endRequest(FcgiRecord.endBody(0, REQUEST_COMPLETE));
        visit.connection().halfClose();
        visit.expectPage();
    }

    @Case(id = "3.5-got-no-close", level = INFO, says = "If FCGI_KEEP_CONN is zero, the application closes the connection: does "
            + "the browser wait for that?")
    static void noClose(WebServer web) {
        Visit visit = web.visit().page().endStream(STDOUT).endRequest(FcgiRecord.endBody(0, REQUEST_COMPLETE)).flush();
        if (visit.request().keepsConnection()) {
            throw Judgement.unimplemented("it sets FCGI_KEEP_CONN");
        }
        visit.expectPage();
        String ended = visit.connection().awaitEnd(web.trial().quiet());
        web.trial().saw(ended == null ? "it waits for the close of the connection" : "it has " + ended + " the connection");
    }

    @Case(id = "3.5-kept-connection", level = INFO, says = "If FCGI_KEEP_CONN is not zero, the Web server retains responsibility "
            + "for the connection: does it use it again?")
    static void kept(WebServer web) {
        Visit first = page(web);
        if (!first.request().keepsConnection()) {
            throw Judgement.unimplemented("it does not set FCGI_KEEP_CONN");
        }
        boolean again = false;
        for (int i = 0; i < 5; i++) {
            again |= page(web).connection() == first.connection();
        }
        web.trial().saw(again ? "it uses the connection again" : "it does not use the connection again");
    }

    @Case(id = "3.5-kept-and-closed", level = SHOULD, says = "A connection may end at any time: where the application has closed "
            + "one between two requests, the next one gets another")
    static void keptAndClosed(WebServer web) {
        for (int i = 0; i < 3; i++) {
            Visit visit = page(web);
            if (!visit.request().keepsConnection()) {
                throw Judgement.unimplemented("it does not set FCGI_KEEP_CONN");
            }
            visit.close();
        }
        page(web);
    }

    @Case(id = "3.5-kept-and-lost", level = SHOULD, says = "A connection may end at any time: also at the moment when the Web "
            + "server uses it again, where no part of the request has been answered")
    static void keptAndLost(WebServer web) {
        Visit first = page(web);
        if (!first.request().keepsConnection()) {
            throw Judgement.unimplemented("it does not set FCGI_KEEP_CONN");
        }
        Visit second = web.visit();
        if (second.connection() != first.connection()) {
            throw Judgement.unimplemented("it does not use the connection again");
        }
        second.close();
        second.expectPage();
    }

    // ---- queries

    private static List<FcgiRecord> queries(WebServer web) {
        List<FcgiRecord> queries = web.others().filter(record -> record.type() == GET_VALUES).toList();
        if (queries.isEmpty()) {
            throw Judgement.unimplemented("it sends no GET_VALUES");
        }
        return queries;
    }

    @Case(id = "4.1-sent-values", level = MUST, says = "The application receives a query as a record {FCGI_GET_VALUES, 0, ...}: "
            + "name-value pairs with empty values")
    static void values(WebServer web) {
        page(web);
        for (FcgiRecord query : queries(web)) {
            if (query.id() != 0) {
                throw Judgement.unmet(query + " has an ID");
            }
            for (Map.Entry<String, String> pair : FcgiRequest.pairs(query.content())) {
                web.trial().saw(pair.getKey());
                if (!pair.getValue().isEmpty()) {
                    throw Judgement.unmet(pair.getKey() + " has a value");
                }
            }
        }
    }

    @Case(id = "4.1-got-no-values", level = MUST, says = "If the application doesn't understand a variable name, it omits that "
            + "name from the response")
    static void noValues(WebServer web) {
        web.values(Map.of());
        page(web);
        queries(web);
    }

    @Case(id = "4.1-got-silence", level = SHOULD, says = "The application responds to GET_VALUES; some applications do "
            + "not")
    static void silence(WebServer web) {
        web.values(null);
        Visit visit = web.ask();
        web.await(() -> web.others().anyMatch(record -> record.type() == GET_VALUES) || !web.requests().isEmpty(),
                web.trial().timeout());
        queries(web);
        visit.received().page().end().expectPage();
    }

    @Case(id = "4.1-got-mpxs-conns-0", level = MUST, says = "FCGI_MPXS_CONNS: 0 if this application does not multiplex "
            + "connections, i.e. handle concurrent requests over each connection")
    static void noMultiplexing(WebServer web) {
        web.values(Map.of("FCGI_MAX_CONNS", "100", "FCGI_MAX_REQS", "100", "FCGI_MPXS_CONNS", "0"));
        page(web);
        queries(web);
        List<Visit> visits = List.of(web.ask(), web.ask());
        visits.forEach(Visit::received);
        if (visits.get(0).connection() == visits.get(1).connection()) {
            throw Judgement.unmet("two requests at a time on a connection");
        }
        visits.forEach(visit -> visit.page().end());
        visits.forEach(Visit::expectPage);
    }

    // ---- the browser goes away

    private static boolean awaitAbort(WebServer web, Visit visit, Duration wait) {
        return web.await(() -> visit.request().isAborted() || visit.connection().ended() != null, wait);
    }

    private static String how(Visit visit) {
        return visit.request().isAborted() ? "it sends ABORT_REQUEST" : "the connection is " + visit.connection().ended();
    }

    @Case(id = "5.4-sent-abort", level = MUST, says = "A Web server aborts a FastCGI request when an HTTP client closes its "
            + "transport connection while the FastCGI request is running on behalf of that client, or closes its connection")
    static void abort(WebServer web) {
        Visit visit = web.visit().of(5_000_000).stdout(Visit.HEAD);
        visit.stdout(Arrays.copyOf(visit.bytes(), 1_000)).flush().pause(web.trial().quiet());
        visit.leave();
        boolean aborted = false;
        for (int i = 0; i < 20 && !aborted; i++) {
            visit.stdout(Arrays.copyOf(visit.bytes(), 50_000)).flush();
            aborted = awaitAbort(web, visit, web.trial().timeout().dividedBy(20));
        }
        if (!aborted) {
            throw Judgement.unmet("the request is not aborted");
        }
        web.trial().saw(how(visit));
    }

    @Case(id = "5.4-sent-abort-at-once", level = SHOULD, says = "A Web server aborts a FastCGI request when an HTTP client closes "
            + "its transport connection: also while the application is delayed, and sends nothing")
    static void abortAtOnce(WebServer web) {
        Visit visit = web.visit();
        visit.pause(web.trial().quiet()).leave();
        if (!awaitAbort(web, visit, web.trial().timeout())) {
            throw Judgement.unmet("the request is not aborted");
        }
        web.trial().saw(how(visit));
    }

    @Case(id = "5.4-abort-of-one", level = MUST, says = "With multiplexed requests, closing the transport connection has the "
            + "unfortunate effect of aborting all the requests on the connection: the other browser gets its page")
    static void abortOfOne(WebServer web) {
        List<Visit> visits = List.of(web.ask(), web.ask());
        visits.forEach(Visit::received);
        boolean shared = visits.get(0).connection() == visits.get(1).connection();
        web.trial().saw(shared ? "on one connection" : "on two connections");
        visits.get(0).stdout(Visit.HEAD).flush().pause(web.trial().quiet()).leave();
        visits.get(0).pause(web.trial().quiet()).stdout("for nobody").flush();
        visits.get(1).page().end().expectPage();
    }
}
