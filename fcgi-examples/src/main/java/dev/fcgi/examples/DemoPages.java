package dev.fcgi.examples;

import dev.fcgi.ServerStats;
import dev.fcgi.cgi.CgiException;
import dev.fcgi.cgi.CgiExchange;
import dev.fcgi.cgi.CgiHandler;
import dev.fcgi.cgi.Cookie;
import dev.fcgi.cgi.EventStream;
import dev.fcgi.cgi.Router;
import dev.fcgi.cgi.Upload;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.LocalTime;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/** The pages of the demo that need nothing but a request, and the errors of all. */
final class DemoPages {
    private static final Logger LOG = System.getLogger("demo");
    private static final String COOKIE = "demo";

    private DemoPages() {}

    /** Adds them. */
    static Router.Builder addTo(Router.Builder router, Supplier<ServerStats> stats) {
        return router.intercept(DemoPages::showErrors)
                .get("/style.css", q -> q.setContentType("text/css").out().print(resource("style.css")))
                .any("/request", DemoPages::request)
                .get("/upload", q -> upload(q, ""))
                .post("/upload", DemoPages::uploaded)
                .get("/cookie", DemoPages::cookie)
                .post("/cookie", DemoPages::setCookie)
                .get("/events", DemoPages::events)
                .get("/events/live", q -> live(q, stats))
                .get("/slow", DemoPages::slow)
                .get("/fail", q -> {
                    throw new IllegalStateException("thrown on request");
                });
    }

    /** Gives errors the look of all pages, whether a handler has thrown or the router has found none. */
    private static void showErrors(CgiExchange q, CgiHandler next) throws Exception {
        String message = "";
        try {
            next.handle(q);
        } catch (CgiException e) {
            message = e.getMessage();
        } catch (Exception e) {
            if (q.isCommitted()) {
                throw e; // the page is cut, if anybody still reads it
            }
            LOG.log(Level.WARNING, q.path(), e);
            message = "The handler threw an exception. It is in the log, on the terminal of the demo.";
        }
        if (q.status() >= 400) {
            int status = q.status();
            String allowed = q.responseHeader("Allow");
            q.reset().status(status);
            if (allowed != null) {
                q.setHeader("Allow", allowed);
                message = "This page takes only " + allowed + ".";
            } else if (message.isEmpty()) {
                message = "There is no such page.";
            }
            Page.show(q, "Error " + status, "<p>%s</p>\n<p><a href=\"/\">To the first page</a></p>\n"
                    .formatted(Page.escape(message)));
        }
    }

    static String resource(String name) throws IOException {
        try (InputStream in = DemoPages.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static void request(CgiExchange q) throws IOException {
        Map<String, String> fields = new LinkedHashMap<>();
        q.allParams().forEach((name, values) -> fields.put(name, String.join(", ", values)));
        Page.show(q, "Request", """
                <form action="/request">
                <label>A field <input name="text" value="hello"></label>
                <label>Another <select name="size"><option>small<option>large</select></label>
                <div class="buttons"><button>GET</button><button formmethod="post">POST</button></div>
                </form>
                """ + (fields.isEmpty() ? "" : "<h2>Fields</h2>\n" + Page.table(fields))
                + "<h2>Meta-variables</h2>\n" + Page.table(q.request().params().toMap()));
    }

    private static void upload(CgiExchange q, String result) {
        Page.show(q, "Upload", """
                <form method="post" enctype="multipart/form-data">
                <label>A file of up to 5 MB; a larger one gets a 413
                <input type="file" name="file" required></label>
                <button>Upload</button>
                </form>
                """ + result);
    }

    private static void uploaded(CgiExchange q) throws IOException {
        Upload file = q.upload("file");
        if (file == null) {
            throw new CgiException(400, "file: missing");
        }
        Map<String, Object> seen = new LinkedHashMap<>();
        seen.put("name", file.fileName());
        seen.put("type", file.contentType());
        try (InputStream content = file.open()) {
            String[] digest = Digest.of(content).split(" ");
            seen.put("bytes", digest[0]);
            seen.put("SHA-256", digest[1]);
        }
        upload(q, "<h2>Received</h2>\n" + Page.table(seen));
    }

    private static void cookie(CgiExchange q) {
        String value = q.cookie(COOKIE);
        Page.show(q, "Cookie", "<p>" + (value == null ? "Your browser sent no cookie for this page."
                : "Your browser sent the cookie <code>" + Page.escape(value) + "</code>.") + "</p>\n" + """
                <form method="post">
                <label>Value; leave it empty to remove the cookie
                <input name="value" maxlength="80"></label>
                <button>Set the cookie</button>
                </form>
                """);
    }

    private static void setCookie(CgiExchange q) throws IOException {
        String value = q.bodyParam("value");
        boolean removed = value == null || value.isEmpty();
        q.addCookie(Cookie.builder(COOKIE, removed ? "" : value).path("/cookie")
                .maxAge(removed ? Duration.ZERO : Duration.ofDays(1))
                .httpOnly(true).sameSite(Cookie.SameSite.LAX).build());
        q.redirect("/cookie", 303);
    }

    private static void events(CgiExchange q) {
        Page.show(q, "Events", """
                <p>The handler sends events once a second. Open other pages in another tab, and watch the counters.</p>
                <noscript><p>Showing them here takes JavaScript; <a href="/events/live">the stream itself</a> does
                not.</p></noscript>
                <div class="cards">
                <div class="card"><b data-event="time">-</b>time of the server</div>
                <div class="card"><b data-event="running">-</b>requests in flight, this one included</div>
                <div class="card"><b data-event="started">-</b>requests so far</div>
                <div class="card"><b data-event="aborted">-</b>aborted</div>
                <div class="card"><b data-event="connections">-</b>connections of the web server</div>
                </div>
                <script>
                const source = new EventSource("/events/live");
                for (const number of document.querySelectorAll("[data-event]")) {
                  source.addEventListener(number.dataset.event, event => number.textContent = event.data);
                }
                </script>
                """);
    }

    /** Ends when the browser leaves: the sleep is interrupted, or a send fails. */
    private static void live(CgiExchange q, Supplier<ServerStats> server) throws Exception {
        EventStream events = q.events();
        while (true) {
            ServerStats stats = server.get();
            events.send("time", LocalTime.now().truncatedTo(ChronoUnit.SECONDS).toString(), null);
            events.send("running", "" + stats.activeRequests(), null);
            events.send("started", "" + stats.requestsStarted(), null);
            events.send("aborted", "" + stats.requestsAborted(), null);
            events.send("connections", "" + stats.connections(), null);
            Thread.sleep(Duration.ofSeconds(1));
        }
    }

    private static void slow(CgiExchange q) throws Exception {
        q.setContentType("text/html").out().print(Page.begin("Slow")
                + "<p>A line every half second. Leave before the end, and the request is aborted.</p>\n<ol>\n");
        for (int i = 0; i < 10; i++) {
            q.out().print("<li>" + LocalTime.now().truncatedTo(ChronoUnit.MILLIS) + "</li>\n");
            q.flush();
            Thread.sleep(Duration.ofMillis(500)); // an abort interrupts it
        }
        q.out().print("</ol>\n<p>That was all.</p>\n" + Page.end());
    }
}
