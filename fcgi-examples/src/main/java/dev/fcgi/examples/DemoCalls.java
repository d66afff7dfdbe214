package dev.fcgi.examples;

import dev.fcgi.cgi.CgiException;
import dev.fcgi.cgi.CgiExchange;
import dev.fcgi.client.CgiParams;
import dev.fcgi.client.ClientRequest;
import dev.fcgi.client.ClientResponse;
import dev.fcgi.client.EndRequest;
import dev.fcgi.client.FcgiClient;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/** Calls of the client: to the playground in every role, and to an accept loop. What comes back is shown. */
final class DemoCalls implements AutoCloseable {
    private static final int SHOWN = 2000;
    private static final byte[] FILE = "a file of the web server\n".getBytes(StandardCharsets.US_ASCII);

    private final FcgiClient playground;
    private final FcgiClient loop;

    DemoCalls(String playground, String loop) {
        this.playground = FcgiClient.to(playground);
        this.loop = FcgiClient.to(loop);
    }

    void list(CgiExchange q) {
        Page.show(q, "Calls", """
                <p>The handler of these pages calls other FastCGI servers and shows the response, head included.</p>
                <h2>Roles</h2>
                <ul>
                <li><a href="/call/hello">Responder</a>: the smallest response</li>
                <li>Authorizer: <a href="/call/authorizer?user=alice">Alice</a> is let in,
                <a href="/call/authorizer?user=bob">Bob</a> is not</li>
                <li><a href="/call/filter">Filter</a>: a file of the web server</li>
                <li><a href="/call/loop">An accept loop</a> in the style of libfcgi, in another server</li>
                </ul>
                <h2>A body</h2>
                <form method="post" action="/call/sum">
                <label>Text <textarea name="text" rows="3">hello</textarea></label>
                <div class="buttons"><button>SHA-256</button>
                <button formaction="/call/echo">Echo</button></div>
                </form>
                <h2>Responses</h2>
                <ul>
                <li><a href="/call/params?a=1&amp;b=two%20words">The meta-variables</a> that the client sends</li>
                <li><a href="/call/drip?n=5&amp;ms=200">Five pieces</a> in a second</li>
                <li><a href="/call/big?n=100000000">100 MB</a>, of which the client reads only the beginning</li>
                <li><a href="/call/status?code=404">Status 404</a>, <a href="/call/status?code=503">503</a>,
                <a href="/call/redirect">a redirect</a>,
                <a href="/call/header?name=X-Demo&amp;value=seen">a header</a></li>
                <li><a href="/call/exit?code=3">An application status</a>, <a href="/call/stderr?n=100">STDERR</a></li>
                </ul>
                <h2>What goes wrong</h2>
                <ul>
                <li><a href="/call/throw">An exception</a>, <a href="/call/throw?type=error">an error</a>,
                <a href="/call/throw?type=stack">a stack overflow</a>, <a href="/call/throw?type=oom">no memory</a>:
                one request fails</li>
                <li><a href="/call/throw?after=1000">An exception half-way</a>: the client sees an incomplete body</li>
                <li><a href="/call/stats">What all of this has left behind</a></li>
                </ul>
                """);
    }

    void call(CgiExchange q) throws IOException {
        String what = q.pathVariable("what");
        ClientRequest.Builder request = switch (what) {
            case "authorizer" -> ClientRequest.authorizer();
            case "filter" -> ClientRequest.filter(new ByteArrayInputStream(FILE), FILE.length, Instant.now());
            default -> ClientRequest.responder();
        };
        if (q.method().equals("POST")) {
            request.body(q.bodyParam("text"));
        }
        request.params(CgiParams.builder(q.method(), "/" + what).query(q.queryString()).build());
        show(q, what.equals("loop") ? loop : playground, request.build());
    }

    private static void show(CgiExchange q, FcgiClient server, ClientRequest request) {
        Map<String, Object> seen = new LinkedHashMap<>();
        seen.put("role", request.role());
        seen.put("asked for", request.params().get("REQUEST_METHOD") + " " + request.params().get("REQUEST_URI"));
        String texts = "";
        long start = System.nanoTime();
        try (ClientResponse response = server.send(request)) {
            seen.put("status", response.head().status() + " " + response.head().reason());
            response.head().headers().forEach((name, values) -> seen.put(name, String.join(", ", values)));
            byte[] body = response.body().readNBytes(SHOWN);
            texts = text("Body", new String(body, StandardCharsets.UTF_8));
            if (body.length < SHOWN) {
                EndRequest end = response.end();
                seen.put("application status", end.appStatus());
                seen.put("protocol status", end.protocolStatus());
            } else {
                texts += "<p>There is more: the client closed the response, which aborts the request.</p>\n";
            }
            texts += text("STDERR", response.stderr());
        } catch (IOException e) {
            texts += "<p class=\"bad\">The call failed: " + Page.escape(e.getMessage()) + "</p>\n";
        }
        seen.put("milliseconds", Duration.ofNanos(System.nanoTime() - start).toMillis());
        Page.show(q, "Response", Page.table(seen) + texts + "<p><a href=\"/call\">All calls</a></p>\n");
    }

    private static String text(String title, String text) {
        return text.isEmpty() ? "" : "<h2>" + title + "</h2>\n<pre>" + Page.escape(text) + "</pre>\n";
    }

    @Override
    public void close() {
        playground.close();
        loop.close();
    }
}
