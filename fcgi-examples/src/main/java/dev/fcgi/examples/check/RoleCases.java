package dev.fcgi.examples.check;

import static dev.fcgi.examples.check.Ability.KEEP;
import static dev.fcgi.examples.check.FcgiRecord.AUTHORIZER;
import static dev.fcgi.examples.check.FcgiRecord.DATA;
import static dev.fcgi.examples.check.FcgiRecord.FILTER;
import static dev.fcgi.examples.check.FcgiRecord.KEEP_CONN;
import static dev.fcgi.examples.check.FcgiRecord.PARAMS;
import static dev.fcgi.examples.check.FcgiRecord.STDERR;
import static dev.fcgi.examples.check.FcgiRecord.STDOUT;
import static dev.fcgi.examples.check.FcgiRecord.UNKNOWN_ROLE;
import static dev.fcgi.examples.check.Level.INFO;
import static dev.fcgi.examples.check.Level.MUST;
import static dev.fcgi.examples.check.Level.SHOULD;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** Section 6: the roles, in common and each by itself. */
final class RoleCases {
    private static final Pattern FIELD = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+:.*");

    private RoleCases() {}

    @Case(id = "6.1-stdout", level = MUST, says = "When a role protocol calls for transmitting a stream other than "
            + "FCGI_STDERR, at least one record is always transmitted, even if the stream is empty")
    static void stdout(Application app) {
        Reply reply = app.connect().request(1, 0, "REQUEST_METHOD", "HEAD").reply(1).complete();
        if (reply.records().stream().noneMatch(record -> record.type() == STDOUT)) {
            throw Judgement.unmet("no STDOUT record for a HEAD request");
        }
    }

    @Case(id = "6.1-stderr", level = MUST, says = "If an application has no errors to report, it sends either no FCGI_STDERR "
            + "records or one zero-length FCGI_STDERR record")
    static void stderr(Application app) {
        Reply reply = app.connect().request(1, 0).reply(1).ok();
        long count = reply.records().stream().filter(record -> record.type() == STDERR).count();
        if (reply.stderr().length == 0 && count > 1) {
            throw Judgement.unmet(count + " empty STDERR records");
        }
    }

    @Case(id = "6.1-no-status-line", level = MUST, says = "Role protocols do not support the non-parsed header feature of CGI. "
            + "Applications set response status using the Status and Location CGI headers")
    static void noStatusLine(Application app) {
        String head = app.connect().request(1, 0).reply(1).ok().head();
        if (head.startsWith("HTTP/")) {
            throw Judgement.unmet("it begins with a status line: " + head.lines().findFirst().orElse(""));
        }
    }

    @Case(id = "6.2-head", level = MUST, says = "The Responder sends CGI/1.1 stdout data: header fields and an empty line, at "
            + "least one of them a CGI field (RFC 3875, 6.2)")
    static void head(Application app) {
        Reply reply = app.connect().request(1, 0).reply(1).ok();
        String text = new String(reply.stdout(), StandardCharsets.ISO_8859_1);
        if (!text.startsWith(reply.head() + "\n") && !text.startsWith(reply.head() + "\r\n")) {
            throw Judgement.unmet("no empty line after the header fields");
        }
        for (String line : reply.head().lines().toList()) {
            if (!FIELD.matcher(line).matches() && !line.startsWith("HTTP/")) {
                throw Judgement.unmet("no header field: '" + line + "'");
            }
        }
        if (!Pattern.compile("(?im)^(Content-Type|Status|Location):").matcher(reply.head()).find()) {
            throw Judgement.unmet("neither Content-Type nor Status nor Location");
        }
    }

    @Case(id = "6.2-content-type", level = MUST, says = "The Responder sends CGI/1.1 stdout data: with a Content-Type if there "
            + "is a body (RFC 3875, 6.3.1)")
    static void contentType(Application app) {
        Reply reply = app.connect().request(1, 0).reply(1).ok();
        if (reply.body().length > 0 && !Pattern.compile("(?im)^Content-Type:").matcher(reply.head()).find()) {
            throw Judgement.unmet("a body without Content-Type");
        }
    }

    @Case(id = "6.2-no-connection-fields", level = SHOULD, says = "A CGI script sends no header fields that are about the "
            + "communication between client and server (RFC 3875, 6.3.4)")
    static void noConnectionFields(Application app) {
        String head = app.connect().request(1, 0).reply(1).ok().head();
        if (Pattern.compile("(?im)^(Connection|Transfer-Encoding|Keep-Alive|Upgrade):").matcher(head).find()) {
            throw Judgement.unmet(head);
        }
    }

    @Case(id = "6.2-head-method", level = INFO, says = "A script does not provide a body for HEAD (RFC 3875, 4.3.3), which the "
            + "Web server discards in any case")
    static void headMethod(Application app) {
        Reply reply = app.connect().request(1, 0, "REQUEST_METHOD", "HEAD").reply(1).complete();
        if (reply.body().length > 0) {
            throw Judgement.unmet("a body of " + reply.body().length + " bytes");
        }
    }

    // ---- authorizer

    private static Map<String, String> withoutPath(Application app) {
        Map<String, String> params = app.page().map("FCGI_ROLE", "AUTHORIZER");
        // variables that the Web server does not send to an authorizer
        params.keySet().removeAll(Set.of("CONTENT_LENGTH", "PATH_INFO", "PATH_TRANSLATED", "SCRIPT_NAME"));
        return params;
    }

    private static ToApplication authorizer(Application app, int flags) {
        ToApplication c = app.connect().begin(1, AUTHORIZER, flags);
        withoutPath(app).forEach((name, value) -> c.stream(PARAMS, 1, FcgiRecord.pairs(name, value)));
        return c.endStream(PARAMS, 1);
    }

    private static Reply served(Reply reply) {
        if (reply.isEnded() && reply.protocolStatus() == UNKNOWN_ROLE) {
            throw Judgement.unimplemented("it does not serve the role");
        }
        return reply.complete();
    }

    @Case(id = "6.3-authorizer", level = MUST, says = "An Authorizer receives the information on the FCGI_PARAMS stream, and "
            + "sends stdout data in the same manner as a Responder; an application without the role rejects it with "
            + "FCGI_UNKNOWN_ROLE")
    static void authorizer(Application app) {
        Reply reply = served(authorizer(app, 0).endStdin(1).reply(1));
        if (reply.status() == 0) {
            throw Judgement.unmet("nothing on STDOUT");
        }
        app.trial().saw("it answers with status " + reply.status());
    }

    @Case(id = "6.3-no-stdin", level = MUST, says = "An Authorizer receives information on the FCGI_PARAMS stream: there is no "
            + "FCGI_STDIN to wait for")
    static void authorizerNoStdin(Application app) {
        served(authorizer(app, 0).reply(1));
    }

    @Case(id = "6.3-keep", level = MUST, says = "FCGI_KEEP_CONN is for all roles (section 5.1)")
    static void authorizerKeep(Application app) {
        ToApplication c = authorizer(app.needs(KEEP), KEEP_CONN).endStdin(1);
        served(c.reply(1));
        c.request(1, 0).expectPage(1);
    }

    // ---- filter

    private static ToApplication filter(Application app, int flags, long data) {
        return app.connect().begin(1, FILTER, flags).params(1, "FCGI_ROLE", "FILTER", "FCGI_DATA_LAST_MOD", "0",
                "FCGI_DATA_LENGTH", Long.toString(data), "CONTENT_LENGTH", "2", "REQUEST_METHOD", "POST");
    }

    @Case(id = "6.4-filter", level = MUST, says = "A Filter receives PARAMS, then STDIN, then the file over FCGI_DATA, and sends "
            + "stdout data; an application without the role rejects it with FCGI_UNKNOWN_ROLE")
    static void filter(Application app) {
        Reply reply = served(filter(app, 0, 4).stdin(1, "ab".getBytes()).endStdin(1)
                .stream(DATA, 1, "DATA".getBytes()).endStream(DATA, 1).reply(1));
        if (reply.status() == 0) {
            throw Judgement.unmet("nothing on STDOUT");
        }
        app.trial().saw("it answers with status " + reply.status());
    }

    @Case(id = "6.4-stdin-first", level = MUST, says = "The Filter must wait to finish reading FCGI_STDIN before it begins "
            + "writing FCGI_STDOUT and FCGI_STDERR")
    static void filterStdinFirst(Application app) {
        ToApplication c = filter(app, 0, 4).stdin(1, "a".getBytes());
        FcgiRecord early = c.poll(record -> record.id() == 1, app.trial().quiet());
        if (early != null && early.type() == FcgiRecord.END_REQUEST && early.content()[4] == UNKNOWN_ROLE) {
            throw Judgement.unimplemented("it does not serve the role");
        }
        if (early != null) {
            throw Judgement.unmet("before the end of STDIN: " + early);
        }
        served(c.stdin(1, "b".getBytes()).endStdin(1).stream(DATA, 1, "DATA".getBytes()).endStream(DATA, 1).reply(1));
    }

    @Case(id = "6.4-data-large", level = MUST, says = "The Filter needn't finish reading from FCGI_DATA before it begins writing; "
            + "it may ignore it")
    static void filterDataLarge(Application app) {
        ToApplication c = filter(app, 0, 500_000).stdin(1, "ab".getBytes()).endStdin(1)
                .stream(DATA, 1, new byte[500_000]).endStream(DATA, 1);
        served(c.reply(1));
    }

    @Case(id = "6.4-keep", level = MUST, says = "FCGI_KEEP_CONN is for all roles (section 5.1)")
    static void filterKeep(Application app) {
        ToApplication c = filter(app.needs(KEEP), KEEP_CONN, 4).stdin(1, "ab".getBytes()).endStdin(1)
                .stream(DATA, 1, "DATA".getBytes()).endStream(DATA, 1);
        served(c.reply(1));
        c.request(1, 0).expectPage(1);
    }
}
