package dev.fcgi.examples.check;

import static dev.fcgi.examples.check.Ability.KEEP;
import static dev.fcgi.examples.check.Ability.VALUES;
import static dev.fcgi.examples.check.FcgiRecord.GET_VALUES;
import static dev.fcgi.examples.check.FcgiRecord.GET_VALUES_RESULT;
import static dev.fcgi.examples.check.FcgiRecord.KEEP_CONN;
import static dev.fcgi.examples.check.FcgiRecord.PARAMS;
import static dev.fcgi.examples.check.FcgiRecord.RESPONDER;
import static dev.fcgi.examples.check.Level.INFO;
import static dev.fcgi.examples.check.Level.MUST;
import static dev.fcgi.examples.check.Level.SHOULD;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** Section 4.1: GET_VALUES. */
final class ValuesCases {
    private static final String[] NAMES = {"FCGI_MAX_CONNS", "FCGI_MAX_REQS", "FCGI_MPXS_CONNS"};
    private static final String ANY_TIME = "An application may receive a FCGI_GET_VALUES record at any time";

    private ValuesCases() {}

    /** Expects a result, and parses it. */
    private static Map<String, String> expectResult(ToApplication c) {
        FcgiRecord result = c.expectAny(GET_VALUES_RESULT);
        ByteBuffer content = ByteBuffer.wrap(result.content());
        Map<String, String> values = new LinkedHashMap<>();
        try {
            while (content.hasRemaining()) {
                int name = length(content);
                int value = length(content);
                values.put(text(content, name), text(content, value));
            }
        } catch (RuntimeException e) {
            throw Judgement.unmet("malformed: " + result);
        }
        return values;
    }

    private static int length(ByteBuffer content) {
        int length = content.get();
        return length >= 0 ? length : content.position(content.position() - 1).getInt() & Integer.MAX_VALUE;
    }

    private static String text(ByteBuffer content, int length) {
        byte[] bytes = new byte[length];
        content.get(bytes);
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    /**
     * A query that the application is known to answer; the padding is for applications that otherwise wait for more.
     */
    private static Map<String, String> values(ToApplication c, String... names) {
        return expectResult(c.padding(8).getValues(names).padding(0));
    }

    @Case(id = "4.1-get-values", level = MUST, says = "The application responds by sending a record "
            + "{FCGI_GET_VALUES_RESULT, 0, ...}")
    static void getValues(Application app) {
        expectResult(app.connect().padding(8).getValues(NAMES));
    }

    @Case(id = "4.1-at-once", level = MUST, says = "The server will typically perform a query on application startup: "
            + "nothing follows, and the application still responds")
    static void atOnce(Application app) {
        expectResult(app.needs(VALUES).connect().getValues(NAMES));
    }

    @Case(id = "4.1-result-id", level = MUST, says = "Management records have a requestId value of zero (section 3.3)")
    static void resultId(Application app) {
        app.needs(VALUES).connect().padding(8).getValues(NAMES).expect(GET_VALUES_RESULT, 0);
    }

    @Case(id = "4.1-initial-set", level = SHOULD, says = "The initial set of variables is FCGI_MAX_CONNS, FCGI_MAX_REQS and "
            + "FCGI_MPXS_CONNS")
    static void initialSet(Application app) {
        Map<String, String> values = values(app.needs(VALUES).connect(), NAMES);
        if (!values.keySet().containsAll(Arrays.asList(NAMES))) {
            throw Judgement.unmet("it knows " + values);
        }
        app.trial().saw(values.toString());
    }

    @Case(id = "4.1-values", level = MUST, says = "FCGI_MAX_CONNS, FCGI_MAX_REQS: the maximum number, e.g. \"1\" or \"50\"; "
            + "FCGI_MPXS_CONNS: \"0\" or \"1\"")
    static void valuesDecimal(Application app) {
        values(app.needs(VALUES).connect(), NAMES).forEach((name, value) -> {
            if (!value.matches(name.equals("FCGI_MPXS_CONNS") ? "[01]" : "[0-9]{1,19}")) {
                throw Judgement.unmet(name + " is '" + value + "'");
            }
        });
    }

    @Case(id = "4.1-unknown-name", level = MUST, says = "If the application doesn't understand a variable name that was "
            + "included in the query, it omits that name from the response")
    static void unknownName(Application app) {
        Map<String, String> values = values(app.needs(VALUES).connect(), "FCGI_NO_SUCH_NAME", "FCGI_MPXS_CONNS", "no_such_name");
        if (values.containsKey("FCGI_NO_SUCH_NAME") || values.containsKey("no_such_name")) {
            throw Judgement.unmet("it answers " + values);
        }
    }

    @Case(id = "4.1-only-asked", level = SHOULD, says = "The server can query specific variables: it gets no others")
    static void onlyAsked(Application app) {
        Map<String, String> values = values(app.needs(VALUES).connect(), "FCGI_MAX_REQS");
        values.remove("FCGI_MAX_REQS");
        if (!values.isEmpty()) {
            throw Judgement.unmet("nobody asked for " + values);
        }
    }

    @Case(id = "4.1-one-result", level = MUST, says = "The application responds by sending a record: one")
    static void oneResult(Application app) {
        ToApplication c = app.needs(VALUES).connect();
        values(c, NAMES);
        if (c.poll(record -> record.type() == GET_VALUES_RESULT, app.trial().quiet()) != null) {
            throw Judgement.unmet("it sends a second result");
        }
    }

    @Case(id = "4.1-no-names", level = SHOULD, says = "The contentData contains a sequence of pairs, which may be empty; the "
            + "application responds with the values supplied")
    static void noNames(Application app) {
        Map<String, String> values = values(app.needs(VALUES).connect());
        if (!values.isEmpty()) {
            throw Judgement.unmet("nobody asked for " + values);
        }
    }

    @Case(id = "4.1-values-in-query", level = INFO, says = "A query is a sequence of name-value pairs with empty values; "
            + "others have no meaning")
    static void valuesInQuery(Application app) {
        ToApplication c = app.needs(VALUES).connect().padding(8)
                .record(GET_VALUES, 0, FcgiRecord.pairs("FCGI_MPXS_CONNS", "value"));
        String value = expectResult(c).get("FCGI_MPXS_CONNS");
        if ("value".equals(value)) {
            throw Judgement.unmet("it answers with the value of the query");
        }
    }

    @Case(id = "4.1-malformed", level = INFO, says = "There is no defined answer to a query that is not a sequence of "
            + "pairs")
    static void malformed(Application app) {
        app.connect().padding(8).record(GET_VALUES, 0, new byte[] {20, 0, 'F', 'C'}).seeWhatComes();
    }

    @Case(id = "4.1-before-request", level = MUST, says = ANY_TIME + ": before a request that comes in the same segment")
    static void beforeRequest(Application app) {
        ToApplication c = app.needs(VALUES).connect().getValues(NAMES).request(1, 0);
        expectResult(c);
        c.expectPage(1);
    }

    @Case(id = "4.1-in-params", level = MUST, says = ANY_TIME + ": between the records of PARAMS")
    static void inParams(Application app) {
        byte[] params = app.page().params();
        ToApplication c = app.needs(VALUES).connect().begin(1, RESPONDER, 0).stream(PARAMS, 1, Arrays.copyOf(params, 25))
                .padding(8).getValues(NAMES).padding(0);
        expectResult(c);
        c.stream(PARAMS, 1, Arrays.copyOfRange(params, 25, params.length)).endStream(PARAMS, 1).endStdin(1).expectPage(1);
    }

    @Case(id = "4.1-before-stdin", level = MUST, says = ANY_TIME + ": between PARAMS and STDIN, and it should not involve the "
            + "application proper but only the FastCGI library")
    static void beforeStdin(Application app) {
        ToApplication c = app.needs(VALUES).connect().begin(1, RESPONDER, KEEP_CONN).params(1).padding(8).getValues(NAMES).padding(0)
                .endStdin(1);
        expectResult(c);
        c.expectPage(1);
    }

    @Case(id = "4.1-in-stdin", level = MUST, says = ANY_TIME + ": between the records of STDIN")
    static void inStdin(Application app) {
        ToApplication c = app.needs(VALUES).connectToEcho().postHead(1, 0, 6).stdin(1, "abc".getBytes())
                .padding(8).getValues(NAMES).padding(0).stdin(1, "def".getBytes()).endStdin(1);
        Reply reply = c.reply(1);
        expectResult(c);
        reply.ok("abcdef".getBytes());
    }

    @Case(id = "4.1-between-requests", level = MUST, says = ANY_TIME + ": on a connection that is kept")
    static void betweenRequests(Application app) {
        ToApplication c = app.needs(VALUES, KEEP).connect().request(1, KEEP_CONN).expectPage(1);
        values(c, NAMES);
        c.request(1, 0).expectPage(1);
    }

    @Case(id = "4.1-hundred-queries", level = SHOULD, says = ANY_TIME + ", and as often as the server likes")
    static void hundredQueries(Application app) {
        ToApplication c = app.needs(VALUES).connect().padding(8);
        for (int i = 0; i < 100; i++) {
            c.getValues(NAMES);
        }
        for (int i = 0; i < 100; i++) {
            expectResult(c);
        }
        c.padding(0).request(1, 0).expectPage(1);
    }

    @Case(id = "4.1-mpxs-conns", level = MUST, says = "FCGI_MPXS_CONNS: \"0\" if this application does not handle concurrent "
            + "requests over each connection, \"1\" otherwise")
    static void mpxsConns(Application app) {
        ToApplication c = app.needs(VALUES).connect();
        if (!"1".equals(values(c, NAMES).get("FCGI_MPXS_CONNS"))) {
            throw Judgement.unimplemented("it says that it does not multiplex");
        }
        c.begin(1, RESPONDER, KEEP_CONN).begin(2, RESPONDER, KEEP_CONN).params(2).params(1).endStdin(2).endStdin(1);
        c.expectPage(1).expectPage(2);
    }
}
